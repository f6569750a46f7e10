"""A watch whose public pages are open, and what a reader does with them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside

from cgtwatch.engine.operations import perform
from cgtwatch.model.user import Role
from cgtwatch.web.account import guard
from cgtwatch.web.account.viewer import Viewer
from cgtwatch.web.site import make_site
from web.watched import FEED, HOME, TestClient, sources

PUBLIC = "https://watch.example.org"
OURS = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
FORM = {
    "address": "mei@example.org", "topic": ["car_t", "stem_cell"], "jurisdiction": ["US"], "importance": "medium", "query": "",
    "every": "weekly", "at": "09:30", "weekday": "tue", "day": "1", "tz": "Europe/London", "lang": "en", "quiet_from": "22:00",
    "quiet_to": "07:00", "reminders": "1", "most": "20",
}  # fmt: skip


class Readers:
    """An app without news, its page as a stranger on the net sees it, and as somebody on this machine does."""

    def __init__(self, bench: Inside) -> None:
        self.bench = bench
        self.runner = partial(perform, bench.engine)
        self.site = make_site(bench.app, self.runner)
        self.page = TestClient(self.site, base_url=PUBLIC, client=("203.0.113.7", 40000))
        self.here = TestClient(self.site, base_url=HOME, client=("127.0.0.1", 40000))

    def sign_up(self, **changed: Any):
        """Post the form with some fields changed; None takes one away."""
        fields = {name: value for name, value in {**FORM, **changed}.items() if value is not None}
        return self.page.post("/subscribe?lang=en", data=fields)

    def letters(self) -> list[EmailMessage]:
        """The mails in the local mailbox, oldest first."""
        list(self.runner("send", {}))
        files = sorted((self.bench.app.settings.data_dir / "mailbox" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    def subscriptions(self) -> list[Any]:
        return self.bench.app.store.subscriptions()

    def new_reader(self, **wishes: Any) -> Any:
        """A subscription that is served already."""
        row = {"name": "mei", "to": "mailto:mei@example.org", "lang": "en", **wishes}
        self.bench.ask("subscriptions.add", **row)
        return self.bench.app.store.subscription(row["name"])


def csrf(page: str) -> str:
    """What the forms of that page bring back."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def as_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks from now on is a reader, not an operator."""

    def let_in(name: str, _role: Role, *rest: Any) -> Viewer:
        return Viewer(name, Role.READER, *rest)

    monkeypatch.setattr(guard, "Viewer", let_in)


def link_in(letter: EmailMessage, what: str) -> str:
    """The path of the first link of that kind in a mail's text."""
    part = letter.get_body(("plain",))
    assert part is not None
    found = re.search(rf"{re.escape(PUBLIC)}(/{what}/\S+)", part.get_content())
    assert found is not None, part.get_content()
    return found[1]


@contextmanager
def readers(root: Path, **settings: str) -> Iterator[Readers]:
    text = sources(FEED.replace("SITE", "http://127.0.0.1:1"))
    with inside(root, text, **{"public_url": PUBLIC, "signup": "on", **settings}) as bench:
        yield Readers(bench)
