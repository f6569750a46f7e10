"""The demo's story, told as steps: each does real work and says what happened."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.demo.receiver import DemoReceiver
from cgtwatch.demo.site import DemoSite
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare
from cgtwatch.ops.ownership import own
from cgtwatch.store.records import EventQuery, ItemQuery

SOURCES = """\
defaults: {{every: 6h, gap: 0s, timezone: Asia/Shanghai}}
sources:
  - id: demo-notices
    name: {{zh: 示例省药监局 通知公告, en: Example province notices}}
    kind: list
    url: {site}/notices/
    issuer: other:example_province_drug_administration
    jurisdiction: CN
    level: provincial
    language: zh
    list: {{item: "ul.list li", title: a, link: "a@href", date: span, date_format: "%Y-%m-%d"}}
    detail: {{body: "div.text"}}
  - id: demo-news
    name: {{zh: 示例药品局 新闻, en: Example Medicines Agency news}}
    kind: feed
    url: {site}/news/feed.xml
    issuer: other:example_medicines_agency
    jurisdiction: EU
    level: national
    language: en
  - id: demo-register
    name: {{zh: 备案机构名单, en: Register of institutions}}
    kind: page
    url: {site}/register/
    issuer: other:example_province_health_commission
    jurisdiction: CN
    level: provincial
    language: zh
    page: {{part: "div.text"}}
"""


@dataclass
class Story:
    """The demo while it runs. `app` is set from `begin` on; `digests` are the files written for reading."""

    place: Path
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    digests: list[Path] = field(default_factory=list)

    def clock(self) -> datetime:
        """The demo's own time; it moves on by a day when the story says so."""
        return self.moment

    def tell(self) -> Iterator[str]:
        """Do everything, a step at a time; each line says what was done and seen."""
        site, receiver = DemoSite(self.moment), DemoReceiver()
        try:
            environ = {
                "CGTWATCH_DATA_DIR": str(self.place / "data"),
                "CGTWATCH_SOURCES": str(self.place / "sources.yaml"),
                "CGTWATCH_ALLOW_PRIVATE": "127.0.0.0/8",
            }
            (self.place / "sources.yaml").write_text(SOURCES.format(site=site.url), encoding="utf-8")
            settings = load_settings(environ, self.place)
            yield f"1. A made-up regulator's site runs at {site.url}; everything is kept in {self.place}."
            with own(settings.data_dir), App(settings, self.clock) as app:
                prepare(app)
                engine = Engine(app)
                try:
                    yield from self._two_days(app, engine, site, receiver)
                finally:
                    engine.stop()
        finally:
            site.close()
            receiver.close()

    def _two_days(self, app: App, engine: Engine, site: DemoSite, receiver: DemoReceiver) -> Iterator[str]:
        receiver.secret = self._subscribe(engine, receiver)
        yield "2. Three readers: the local mailbox in Chinese and in English, and a signed webhook that hears at once."
        yield "3. First look: what is there is learned and told to nobody."
        yield from self._poll(engine)
        counts = app.store.counts()
        yield f"   stored: {counts.items} documents, {counts.relevant} about cell and gene therapy policy; announcements: {counts.announcements}"
        site.day, self.moment = 1, self.moment + timedelta(days=1)
        yield "4. A day passes. The site gains four documents (two of them about solar and fuel cells) and extends a deadline;"
        yield "   the query of its links, its counters and its clock change, and its register shows a maintenance page."
        yield from self._poll(engine)
        yield "5. What was understood, with the words it rests on:"
        yield from self._events(app)
        self.moment += timedelta(days=1)
        yield "6. The next morning: digests and alerts are composed, frozen into the ledger, and sent."
        for row in perform(engine, "digest", {}):
            yield f"   {row['subscription']}: {row['outcome']}, {row['events']} events: {row['subject']}"
        for row in perform(engine, "send", {}):
            yield f"   {row['subscription']} by {row['channel']}: {row['state']}"
        for name, genuine, body in receiver.received:
            yield f"   the webhook got {body['type']} {name[:12]}…, signature {'right' if genuine else 'WRONG'}"
        yield from self._again(engine, receiver)
        for digest in app.store.digests():
            if digest.html and digest.subscription != "engineer":
                path = self.place / f"digest-{digest.subscription}.html"
                path.write_text(digest.html, encoding="utf-8")
                self.digests.append(path)

    def _subscribe(self, engine: Engine, receiver: DemoReceiver) -> str:
        list(perform(engine, "subscriptions.add", {"name": "reader-zh", "to": "local:", "lang": "zh"}))
        list(perform(engine, "subscriptions.add", {"name": "reader-en", "to": "local:", "lang": "en", "tz": "Europe/London"}))
        made = list(
            perform(engine, "subscriptions.add", {"name": "engineer", "to": receiver.url, "cadence": "now", "lang": "en"})
        )
        return str(made[0]["secret"])

    def _poll(self, engine: Engine) -> Iterator[str]:
        for row in perform(engine, "poll", {"all": True}):
            if "source" in row:
                trouble = f" ({row['error']})" if row["error"] else ""
                yield f"   {row['source']:<14} {row['outcome']:<9} {row['new']} new, {row['updated']} updated, {row['gone']} gone{trouble}"

    def _events(self, app: App) -> Iterator[str]:
        seen = {one.event.id: one for one in app.store.announcements(0)}
        for told in seen.values():
            event, labels = told.event, told.event.labels
            yield f"   [{told.kind.value}] {event.title}"
            words = ", ".join(
                dict.fromkeys(
                    span.text
                    for name in ("modalities", "doc_type", "stage", "comment_deadline")
                    for span in event.evidence.get(name, ())
                )
            )
            deadline = f", comments until {labels.comment_deadline}" if labels.comment_deadline else ""
            yield f"       {labels.doc_type}, {labels.stage}, {labels.importance}{deadline}  ← {words[:110]}"
            if told.change:
                yield f"       changed: {told.change}"
        quiet = [
            item.latest.title
            for item, found in app.store.items(ItemQuery(since=self.moment - timedelta(hours=1)))
            if not (found and found.labels.relevant)
        ]
        for title in quiet:
            yield f"   [kept, not told] {title}"
        assert app.store.events(EventQuery(limit=1)), "the demo's regulator must have said something"

    def _again(self, engine: Engine, receiver: DemoReceiver) -> Iterator[str]:
        before: Any = len(receiver.received)
        rows = [row for row in perform(engine, "poll", {"all": True}) if "source" in row]
        sent = list(perform(engine, "digest", {})) + list(perform(engine, "send", {}))
        news = sum(row["new"] + row["updated"] for row in rows)
        yield f"7. Polled again at once: {news} new or updated, {len(sent)} messages; the webhook got {len(receiver.received) - before} more. Nothing twice."


def fresh_place() -> Path:
    """A new directory for one demo."""
    return Path(tempfile.mkdtemp(prefix="cgtwatch-demo-"))
