"""A watch with users who log in, and the browsers of theirs and of strangers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from inside import Inside, inside

from cgtwatch.engine.operations import perform
from cgtwatch.ops.passwords import Passwords
from cgtwatch.web.site import make_site
from web.watched import FEED, HERE, HOME, TestClient, sources

PUBLIC = "https://watch.example.org"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the real one takes a tenth of a second for each log-in
PASSWORD = "three green lanterns"


class House:
    """A site, and whoever comes to it."""

    def __init__(self, bench: Inside) -> None:
        self.bench = bench
        self.passwords = Passwords(CHEAP)
        self._clients = count(1)
        self.site = make_site(bench.app, partial(perform, bench.engine), self.passwords)

    def user(self, name: str, role: str = "operator", password: str = PASSWORD) -> None:
        self.bench.ask("users.add", name=name, role=role, password=self.passwords.hashed(password))

    def browser(self, at: str = PUBLIC, client: tuple[str, int] | None = None) -> Any:
        """Somebody who was never here, from an address of their own."""
        client = client or (f"2001:db8:{next(self._clients):x}::1", 40000)
        return TestClient(self.site, base_url=at, client=client, follow_redirects=False, raise_server_exceptions=False)

    def here(self) -> Any:
        """Somebody on this machine."""
        return self.browser(HOME, HERE)

    def logged_in(self, name: str, password: str = PASSWORD, at: str = PUBLIC) -> Any:
        browser = self.browser(at)
        answer = log_in(browser, name, password)
        assert answer.status_code == 303, answer.text
        return browser


def log_in(browser: Any, name: str, password: str = PASSWORD, **fields: str) -> Any:
    return browser.post("/login?lang=en", data={"name": name, "password": password, **fields})


def csrf(browser: Any) -> str:
    """What the forms of this browser's log-in bring back."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/account").text)
    assert found is not None
    return found[1]


def post(browser: Any, path: str, **fields: Any) -> Any:
    """Send a form of our own page."""
    return browser.post(path, data={"csrf": csrf(browser), **fields})


def is_in(browser: Any) -> bool:
    """Whether this browser sees the pages."""
    answer = browser.get("/account")
    assert answer.status_code in {200, 303}
    return answer.status_code == 200


@contextmanager
def house(root: Path, **settings: str) -> Iterator[House]:
    with inside(root, sources(FEED.replace("SITE", "http://127.0.0.1:1")), public_url=PUBLIC, **settings) as bench:
        yield House(bench)


@contextmanager
def inhabited(root: Path) -> Iterator[House]:
    """A house of an operator, mei, and a reader, ben."""
    with house(root) as made:
        made.user("mei")
        made.user("ben", "reader")
        yield made
