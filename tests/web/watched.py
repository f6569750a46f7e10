"""A watch whose store is filled by real visits to a hostile and changing site, and a browser on its page."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from inside import Inside, inside
from place import Site

from cgtwatch.engine.operations import perform
from cgtwatch.store.records import EventQuery
from cgtwatch.web.site import make_site

with warnings.catch_warnings():  # it would rather have httpx2, and does the same with httpx
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOME = "http://127.0.0.1:8710"
HERE = ("127.0.0.1", 40000)  # somebody on this machine
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)'
DRAFT = "Draft guideline on CAR-T cell therapy opened for consultation"
APPROVAL = f"Agency approves first gene therapy {HOSTILE}"

FEED = """\
  - id: agency
    name: {zh: 示例机构, en: "Agency <b>bold</b>"}
    kind: feed
    url: SITE/feed.xml
    issuer: fda
    jurisdiction: US
    level: national
    language: en
"""
LIST = """\
  - id: notices
    name: {zh: 通知, en: Notices}
    kind: list
    url: SITE/list
    list: {item: li, title: a, link: "a@href"}
"""
SICK = """\
  - id: sick
    name: {zh: 病页, en: Sick page}
    kind: feed
    url: SITE/sick.xml
"""
DEAD = """\
  - id: dead-NUMBER
    name: {zh: 断线NUMBER, en: Dead NUMBER}
    kind: feed
    url: http://127.0.0.1:1/feed-NUMBER.xml
"""


def sources(*blocks: str) -> str:
    return "defaults: {every: 6h, gap: 0s}\nsources:\n" + "".join(blocks)


@dataclass
class Watched:
    """A bench with its site and its page."""

    bench: Inside
    site: Site
    page: TestClient
    entries: list[tuple[str, str, str]] = field(default_factory=list)

    def publish(self, name: str, title: str, text: str) -> None:
        """Put an entry into the feed, or change the one of that name."""
        self.entries = [one for one in self.entries if one[0] != name] + [(name, title, text)]
        items = "".join(
            f"<item><guid isPermaLink='false'>{name}</guid><title>{escape(escape(title))}</title><link>{self.site.url}/{name}</link>"
            f"<description>{escape(escape(text))}</description></item>"
            for name, title, text in self.entries
        )
        head = "<title>News</title><link>http://example.org/</link><description>-</description>"
        self.site.page("/feed.xml", f"<rss version='2.0'><channel>{head}{items}</channel></rss>", "application/rss+xml")

    def ask(self, operation: str, **args: Any) -> list[dict[str, Any]]:
        return self.bench.ask(operation, **args)

    def event(self, word: str) -> str:
        """The id of the one event with `word` in its title."""
        [found] = [one.id for one in self.bench.app.store.events(EventQuery()) if word in one.title]
        return found

    def get(self, path: str, **headers: str) -> str:
        answer = self.page.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text


@contextmanager
def watched(root: Path, site: Site, *blocks: str, now: datetime | None = None, **settings: str) -> Iterator[Watched]:
    text = sources(*(block.replace("SITE", site.url) for block in blocks))
    with inside(root, text, now, public_url="https://watch.example.org", **settings) as bench:
        runner = partial(perform, bench.engine)
        with TestClient(make_site(bench.app, runner), base_url=HOME, client=HERE, raise_server_exceptions=False) as page:
            yield Watched(bench, site, page)


def newsworthy(watch: Watched) -> None:
    """A first look, two readers, then a draft and a hostile approval, and a day later another deadline; all is told."""
    watch.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
    watch.bench.poll()
    watch.ask("subscriptions.add", name="mei", to="local:", lang="zh", cadence="now")
    watch.ask("subscriptions.add", name="picky", to="local:", lang="en", cadence="now", jurisdiction=["JP"])
    watch.bench.pass_time(hours=7)
    watch.publish(
        "draft", DRAFT, "The agency invites comments on a draft guideline on CAR-T cell therapy. Comments until 1 June 2026."
    )
    watch.publish("approval", APPROVAL, f"The agency has granted marketing authorisation to a gene therapy. {HOSTILE}")
    tell(watch)
    watch.bench.pass_time(hours=7)
    watch.publish(
        "draft", DRAFT, "The agency invites comments on a draft guideline on CAR-T cell therapy. Comments until 1 July 2026."
    )
    tell(watch)


def tell(watch: Watched) -> None:
    """Visit, compose and send."""
    watch.bench.poll()
    watch.ask("digest")
    watch.ask("send")
