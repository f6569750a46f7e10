"""Regulators' sites in several languages on loopback, and a watch over them that has lived for some weeks."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from inside import Inside, inside
from offices import LATER, LISTS, NEWS, OLD, PDF, SOURCES, Document
from place import Site, serving

from cgtwatch.engine.operations import perform
from cgtwatch.ops.passwords import Passwords
from cgtwatch.store.records import EventQuery
from cgtwatch.web.site import make_site

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Newsroom:
    """The bench, the offices' sites, and what stands on them."""

    bench: Inside
    site: Site
    shown: dict[str, list[Document]] = field(default_factory=dict)

    @property
    def asgi(self) -> Any:
        """The watch's own site, with the service's runner behind it, and passwords that cost nothing."""
        return make_site(self.bench.app, partial(perform, self.bench.engine), CHEAP)

    def ask(self, operation: str, **args: Any) -> list[dict[str, Any]]:
        return self.bench.ask(operation, **args)

    def publish(self, *documents: tuple[str, Document]) -> None:
        """Put documents onto the offices' sites, newest first, in place of those of the same name."""
        for office, document in documents:
            shown = [document, *(one for one in self.shown.get(office, []) if one.name != document.name)]
            self.shown[office] = shown
            (self._list if office in LISTS else self._feed)(office, shown)

    def tell(self) -> None:
        """Visit, compose and send."""
        self.bench.poll()
        self.ask("digest")
        self.ask("send")

    def user(self, name: str, role: str = "operator") -> str:
        """Make somebody who can log in; the password. From the first one on, everybody has to."""
        password = f"quiet river {name} lantern"
        self.ask("users.add", name=name, role=role, password=CHEAP.hashed(password))
        return password

    def event(self, word: str) -> str:
        """The id of the newest event with `word` in its title."""
        return next(one.id for one in self.bench.app.store.events(EventQuery()) if word in one.title)

    def letters(self) -> list[Path]:
        """The files of the local mailbox, oldest first."""
        folder = self.bench.app.settings.data_dir / "mailbox" / "new"
        return sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)

    def _list(self, office: str, shown: list[Document]) -> None:
        rows = "".join(
            f"<li><a href='/{office}/{one.name}.html'>{escape(one.title)}</a><span>{one.day}</span></li>" for one in shown
        )
        self.site.page(f"/{office}/list", f"<html><body><ul>{rows}</ul></body></html>")
        for one in shown:
            files = "".join(f"<p><a class=file href='/{office}/{name}'>{name}</a></p>" for name in one.files)
            text = "".join(f"<p>{escape(line)}</p>" for line in one.text.splitlines())
            body = f"<h1>{escape(one.title)}</h1><p>{one.day}</p><div class=text>{text}{files}</div>"
            self.site.page(f"/{office}/{one.name}.html", f"<html><body>{body}</body></html>")
            for name in one.files:
                self.site.page(f"/{office}/{name}", PDF, "application/pdf")

    def _feed(self, office: str, shown: list[Document]) -> None:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{one.name}</guid><title>{escape(escape(one.title))}</title>"
            f"<link>{self.site.url}/{office}/{one.name}</link><description>{escape(escape(one.text))}</description>"
            f"<pubDate>{format_datetime(datetime.fromisoformat(one.day).replace(tzinfo=UTC))}</pubDate></item>"
            for one in shown
        )
        head = "<title>News</title><link>http://example.org/</link><description>-</description>"
        self.site.page(f"/{office}/feed", f"<rss version='2.0'><channel>{head}{entries}</channel></rss>", "application/rss+xml")


@dataclass(frozen=True)
class Lived:
    """What a watch leaves behind that has lived for two weeks and was stopped."""

    root: Path
    site: Site
    now: datetime
    shown: dict[str, list[Document]]


@contextmanager
def lived(root: Path) -> Iterator[Lived]:
    """A watch over five offices and one that cannot be reached, with news, readers, and digests sent."""
    with serving(Site()) as site:
        site.page("/broken/feed", "<html><p>Service unavailable</p></html>", status=503)
        with inside(root, SOURCES.replace("SITE", site.url)) as bench:
            room = Newsroom(bench, site)
            room.publish(*OLD)
            live(room)
            bench.engine.housekeep()
        yield Lived(root, site, bench.now, room.shown)


@contextmanager
def reopened(before: Lived, root: Path, **settings: str) -> Iterator[Newsroom]:
    """A copy of that watch at work again; at the end the offices' sites are as they were."""
    shutil.copytree(before.root, root, dirs_exist_ok=True)
    pages = dict(before.site.pages)
    with inside(root, (root / "sources.yaml").read_text("utf-8"), **settings) as bench:
        bench.now = before.now
        try:
            yield Newsroom(bench, before.site, dict(before.shown))
        finally:
            before.site.pages.clear()
            before.site.pages.update(pages)


def live(room: Newsroom) -> None:
    """Two weeks: a first look, three readers, drafts, then a longer deadline, a final text and an approval."""
    room.bench.poll()
    room.ask("subscriptions.add", name="mei", to="local:", lang="zh", cadence="now")
    room.ask("subscriptions.add", name="asia", to="feed:", lang="en", jurisdiction=["CN", "JP"])
    room.ask("subscriptions.add", name="hook", to=f"{room.site.url}/nowhere", lang="en", cadence="now")
    room.bench.pass_time(hours=7)
    room.publish(*NEWS)
    room.tell()
    room.bench.pass_time(days=7)
    room.publish(*LATER)
    room.tell()
