"""The demo's story, told as steps: each does real work and says what happened."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cgtwatch.app import App
from cgtwatch.config.settings import load_settings
from cgtwatch.demo.receiver import DemoReceiver
from cgtwatch.demo.retelling import event_lines, visit_line
from cgtwatch.demo.site import DemoSite
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import perform
from cgtwatch.engine.prepare import prepare
from cgtwatch.ops.ownership import own
from cgtwatch.store.records import ItemQuery


class Tone(Enum):
    """How a line is meant; a terminal may colour it."""

    STEP = "step"
    PLAIN = "plain"
    GOOD = "good"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the story."""

    text: str
    tone: Tone = Tone.PLAIN


Row = dict[str, Any]
READERS = (
    (
        {"name": "reader-zh", "to": "local:", "lang": "zh"},
        "digest in Chinese, every day at 08:00 in Shanghai, into the local mailbox",
    ),
    (
        {"name": "reader-en", "to": "local:", "lang": "en", "tz": "Europe/London"},
        "digest in English, every day at 08:00 in London, into the local mailbox",
    ),
)


class Story:
    """The demo while it runs; a context manager, so that the made-up site can outlive the telling.

    `digests` are the files written for reading. `page` is the address at which the web page will stand, if it will: links in the
    digests then lead there.
    """

    def __init__(self, place: Path, page: str | None = None) -> None:
        self.place = place
        self.digests: list[Path] = []
        # A morning after both readers' eight o'clock, so that the story's hours are the same whenever it is told.
        self.moment = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
        self._page = page
        self._open = ExitStack()
        self._site = DemoSite(self.moment)
        self._receiver = DemoReceiver()
        self._open.callback(self._site.close)
        self._open.callback(self._receiver.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def clock(self) -> datetime:
        """The demo's own time; it moves on when the story says so."""
        return self.moment

    def tell(self) -> Iterator[Said]:
        """Do everything, a step at a time; each line says what was done and seen."""
        self._furnish()
        settings = load_settings({}, self.place)
        yield Said("1. A regulator, made up", Tone.STEP)
        yield Said(f"   Its site runs at {self._site.url}: a list of notices (written in GB18030, declared as UTF-8), a feed of")
        yield Said(
            "   news, and a register of institutions. The regulator and the clock are made up; all else is the real thing."
        )
        with own(settings.data_dir), App(settings, self.clock) as app:
            prepare(app)
            engine = Engine(app)
            try:
                yield from self._subscribe(engine)
                yield from self._first_look(app, engine)
                yield from self._quiet_morning(engine)
                yield from self._news(app, engine)
                yield from self._understood(app)
                yield from self._telling(engine)
                yield from self._again(engine)
            finally:
                engine.stop()
            self._write_digests(app)

    def _furnish(self) -> None:
        """Sources and settings as a user would write them, so that every command works in the place afterwards."""
        sources = files("cgtwatch.demo").joinpath("data", "sources.yaml").read_text("utf-8")
        (self.place / "sources.yaml").write_text(sources.replace("SITE", self._site.url), encoding="utf-8")
        lines = ["CGTWATCH_ALLOW_PRIVATE=127.0.0.0/8"]
        if self._page:
            lines += [f"CGTWATCH_LISTEN={self._page.removeprefix('http://')}", f"CGTWATCH_PUBLIC_URL={self._page}"]
        (self.place / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _subscribe(self, engine: Engine) -> Iterator[Said]:
        yield Said("2. Three readers subscribe", Tone.STEP)
        for args, what in READERS:
            list(perform(engine, "subscriptions.add", args))
            yield Said(f"   {args['name']:<10} {what}")
        hook = {"name": "engineer", "to": self._receiver.url, "cadence": "now", "lang": "en"}
        [made] = perform(engine, "subscriptions.add", hook)
        self._receiver.secret = made["secret"]
        yield Said("   engineer   webhook, at once, signed with a secret that only the two of them know")

    def _first_look(self, app: App, engine: Engine) -> Iterator[Said]:
        yield Said("3. First look: what is there already is learned, and told to nobody", Tone.STEP)
        yield from self._visits(engine)
        counts = app.store.counts()
        yield Said(
            f"   {counts.items} documents stored, {counts.relevant} of them cell and gene therapy policy; announcements: {counts.announcements}."
        )

    def _quiet_morning(self, engine: Engine) -> Iterator[Said]:
        self.moment += timedelta(days=1)
        yield Said("4. Next morning: the digests are due, and there is no news", Tone.STEP)
        rows = list(perform(engine, "digest", {}))
        sent = list(perform(engine, "send", {}))
        yield Said(f"   {len(rows)} digests looked at, {len(sent)} messages sent: nothing new is no message.")

    def _news(self, app: App, engine: Engine) -> Iterator[Said]:
        self._site.day, self.moment = 1, self.moment + timedelta(hours=6)
        yield Said("5. That day the regulator is busy", Tone.STEP)
        yield Said(
            "   It publishes four documents, two of them about solar cells and fuel cells; it extends the deadline of an open"
        )
        yield Said(
            "   consultation; its links get new query strings, its visit counters and clock move, none of which is news; and its"
        )
        yield Said("   register shows a maintenance page, with status 200 as if all were well.")
        yield from self._visits(engine)
        if app.store.held("demo-register"):
            yield Said(
                "   demo-register: the sick page is held back, so nothing is compared with it and no institution is lost.",
                Tone.NOTE,
            )

    def _understood(self, app: App) -> Iterator[Said]:
        yield Said("6. What was understood, and the words in the document that it rests on", Tone.STEP)
        for told in app.store.announcements(0):
            for number, line in enumerate(event_lines(told)):
                yield Said(line, Tone.PLAIN if number else Tone.GOOD)
        since = ItemQuery(since=self.moment - timedelta(hours=1))
        for item, found in app.store.items(since):
            if not (found and found.labels.relevant):
                yield Said(f"   kept, told to nobody: {item.latest.title}", Tone.NOTE)

    def _telling(self, engine: Engine) -> Iterator[Said]:
        yield Said("7. The readers are told: the engineer at once, the others next morning", Tone.STEP)
        yield from self._send(engine)
        for key, genuine, body in self._receiver.received:
            verdict = "is right" if genuine else "IS WRONG"
            count = body["data"]["count"]
            yield Said(f"   the receiver got {body['type']} {key[:12]}… with {count} events; its signature {verdict}.", Tone.NOTE)
        self.moment += timedelta(hours=18)
        yield from self._send(engine)

    def _send(self, engine: Engine) -> Iterator[Said]:
        composed = [row for row in perform(engine, "digest", {}) if row["outcome"] == "queued"]
        states = {row["delivery"]: row["state"] for row in perform(engine, "send", {})}
        for row in composed:
            yield Said(f"   {row['subscription']:<10} {states.get(row['delivery'], 'queued')}: {row['subject']}")

    def _again(self, engine: Engine) -> Iterator[Said]:
        yield Said("8. Everything once more, at once", Tone.STEP)
        before = len(self._receiver.received)
        rows = [row for row in perform(engine, "poll", {"all": True}) if "source" in row]
        composed = [row for row in perform(engine, "digest", {}) if row["outcome"] == "queued"]
        sent = [*composed, *perform(engine, "send", {})]
        news = sum(row["new"] + row["updated"] for row in rows)
        more = len(self._receiver.received) - before
        yield Said(f"   {news} new or updated, {len(sent)} messages, {more} more at the webhook. Nothing twice.", Tone.GOOD)

    def _visits(self, engine: Engine) -> Iterator[Said]:
        rows: Sequence[Row] = [row for row in perform(engine, "poll", {"all": True}) if "source" in row]
        yield from (Said(visit_line(row)) for row in sorted(rows, key=lambda row: str(row["source"])))

    def _write_digests(self, app: App) -> None:
        for digest in app.store.digests():
            if digest.html and digest.subscription != "engineer":
                path = self.place / f"digest-{digest.subscription}.html"
                path.write_text(digest.html, encoding="utf-8")
                self.digests.append(path)


def fresh_place() -> Path:
    """A new directory for one demo."""
    return Path(tempfile.mkdtemp(prefix="cgtwatch-demo-"))
