"""A watch with news whose API is asked by an operator's token, by a reader's, and by nobody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from place import Site, serving

from cgtwatch.engine.operations import perform
from cgtwatch.web.parts import Perform
from cgtwatch.web.site import make_site
from web.watched import FEED, TestClient, Watched, newsworthy, watched

PUBLIC = "https://watch.example.org"
ALL = ("read", "subscriptions", "deliveries", "events", "sources")


class Programs:
    """What programs see of a watch from outside."""

    def __init__(self, watch: Watched, run: Perform | None = None) -> None:
        self.watch, self.app = watch, watch.bench.app
        self.site = make_site(self.app, run or partial(perform, watch.bench.engine))
        self.open = TestClient(self.site, base_url=PUBLIC, client=("203.0.113.7", 40000))
        for name, role in (("root", "operator"), ("eye", "reader")):
            if name not in {user.name for user in self.app.store.users()}:
                watch.ask("users.add", name=name, role=role)
        self.root, self.eye = self.of("root"), self.of("eye")

    def with_operations(self, told: Mapping[str, list[dict[str, Any]]]) -> "Programs":
        """The same, with some operations that only tell these rows."""

        def run(operation: str, args: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
            rows = told.get(operation)
            return perform(self.watch.bench.engine, operation, args) if rows is None else iter(rows)

        return Programs(self.watch, run)

    def bearer(self, user: str, *scopes: str) -> dict[str, str]:
        [row] = self.watch.ask("users.token", name=user, scope=list(scopes or ALL))
        return {"Authorization": f"Bearer {row['token']}"}

    def of(self, user: str, *scopes: str) -> TestClient:
        """A client with a token of that user."""
        headers = self.bearer(user, *scopes)
        return TestClient(self.site, base_url=PUBLIC, client=("203.0.113.7", 40000), headers=headers)

    def json(self, path: str, **params: Any) -> Any:
        answer = self.root.get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.json()


@contextmanager
def programs(root: Path, **settings: str) -> Iterator[Programs]:
    with serving(Site()) as site, watched(root, site, FEED, **settings) as watch:
        newsworthy(watch)
        yield Programs(watch)
