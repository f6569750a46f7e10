"""`/sources/{id}`: one source with all that is known of it: how it is, how it is asked, what its visits got, what it brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.app import App
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.view import alone
from cgtwatch.compose.words import Words
from cgtwatch.config.editing import values_of
from cgtwatch.config.showing import without_secrets
from cgtwatch.errors import CgtwatchError
from cgtwatch.model.source import Source
from cgtwatch.ops.sources import health_row
from cgtwatch.store.records import EventQuery, FetchFacts, ItemQuery
from cgtwatch.web.answers import wording
from cgtwatch.web.forms import whole
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.rhythm import Rhythms, rhythm
from cgtwatch.web.pages.sources import line_of
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

VISITS, ITEMS, EVENTS = 25, 8, 8
_TONES = {"ok": "good", "unchanged": "quiet", "failed": "bad", "held": "warn"}
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of the log in words. `why` is the class of its error in the reader's words, `message` as it came."""

    number: int
    facts: FetchFacts
    tone: str
    outcome: str
    why: str
    size: str
    seconds: str


@dataclass(frozen=True, slots=True)
class Found:
    """A document that the source brought."""

    title: str
    link: str
    published: str
    seen: datetime
    gone: bool


def show(site: Site, rhythms: Rhythms, request: Request) -> Response:
    """The page; `?before=N` shows the visits before number N. Raises `NotFound`."""
    app, said, now = site.app, wording(request), site.app.clock()
    source = app.source(request.path_params["id"])
    row, habit = health_row(app, source), app.habits().get(source.id)
    line = line_of(row, said)
    before = request.query_params.get("before", "")
    visits, older = _visits(app, source, whole(before), said)
    values = {
        "source": source, "row": row, "line": line, "name": said.pick(source.name, source.id),
        "facts": _facts(app, source, said), "every": span(source.every, said), "habit": habit,
        "rhythm": rhythm(rhythms.counts(app).get(source.id, {}), now, line.expected if source.enabled else None),
        "entry": entry_of(app, source), "file": str(app.settings.sources),
        "held": app.store.held(source.id), "alarms": app.store.alarms_of(source.id), "visits": visits, "older": older, "paged": before,
        "events": _events(app, source, said, now), "items": _items(app, source, said),
        "polls": site.perform is not None, "done": request.query_params.get("done", ""),
    }  # fmt: skip
    return site.answers.page(request, "source", values, headers=ASKING)


def entry_of(app: App, source: Source) -> str:
    """How the source is written in the file, without its secrets; empty where it is not written there, or cannot be read now."""
    try:
        return without_secrets(values_of(app.settings.sources.read_text("utf-8-sig"), source.id))
    except (OSError, ValueError, CgtwatchError):
        return ""


def span(length: timedelta, said: Words) -> str:
    """A length of time in its largest whole unit."""
    if length >= 2 * _DAY and not length % _DAY:
        return said.count("days", length // _DAY)
    if length >= _HOUR and not length % _HOUR:
        return said.say("hours", n=length // _HOUR)
    return said.say("minutes", n=length // _MINUTE) if length >= _MINUTE else said.say("seconds", n=int(length.total_seconds()))


def _facts(app: App, source: Source, said: Words) -> Mapping[str, str]:
    """What the source is, by the phrase that names each fact."""
    issuer = said.issuers([source.issuer], app.issuer_names()) if source.issuer else ""
    return {
        "src_kind": said.name("src_kinds", source.kind) + (f" · {said.say('src_browser')}" if source.via == "browser" else ""),
        "src_issuer": issuer,
        "src_place": said.place(source.jurisdiction),
        "src_level": said.name("levels", source.level),
        "src_language": source.language or "",
        "src_confidence": said.name("src_confidences", source.confidence),
        "src_platform": source.platform or "",
    }


def _visits(app: App, source: Source, before: int | None, said: Words) -> tuple[list[Visit], int | None]:
    """A page of the log, and the number before which the next one begins."""
    found = app.store.visits(source.id, before, VISITS + 1)
    shown = [_visit(number, facts, said) for number, facts in found[:VISITS]]
    return shown, shown[-1].number if len(found) > VISITS else None


def _visit(number: int, facts: FetchFacts, said: Words) -> Visit:
    why = said.name("errors", facts.error.value if facts.error else None)
    seconds = f"{facts.duration.total_seconds():.1f}"
    return Visit(
        number,
        facts,
        _TONES.get(facts.outcome.value, "quiet"),
        said.name("outcomes", facts.outcome),
        why,
        size(facts.size),
        seconds,
    )


def size(count: int) -> str:
    """A number of bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _events(app: App, source: Source, said: Words, now: datetime) -> list[Card]:
    context, today = context_of(app, said), now.astimezone().date()
    found = app.store.events(EventQuery(sources=(source.id,), limit=EVENTS))
    return [card(alone(event), context, said, today) for event in found]


def _items(app: App, source: Source, said: Words) -> list[Found]:
    found = [(item, item.latest) for item, _ in app.store.items(ItemQuery(sources=(source.id,), limit=ITEMS))]
    return [
        Found(one.title or one.url, safe_link(one.url), said.day(one.published_on), item.first_seen, item.gone)
        for item, one in found
    ]
