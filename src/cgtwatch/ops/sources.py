"""How the sources are: the health of each, and what one dry visit gives."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.records import day, instant
from cgtwatch.diff.guard import judge
from cgtwatch.diff.habit import Habit
from cgtwatch.diff.health import health
from cgtwatch.diff.matching import match_page
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import Failed, Fetched
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Source
from cgtwatch.pipeline.details import asks_for_pages, join
from cgtwatch.pipeline.pages import Doors, first_pages

Row = dict[str, Any]
DRY_DETAILS = 5  # pages behind rows that a dry visit reads


def health_rows(app: App, *, stored: bool) -> Iterator[Row]:
    """A row for each source of the file; without a database nothing was seen yet."""
    states, habits = (app.store.states(), app.habits()) if stored else ({}, {})
    now = app.clock()
    for source in app.sources:
        yield _row(source, states.get(source.id, SourceState(source.id)), habits.get(source.id), now)


def health_row(app: App, source: Source) -> Row:
    """The row of one source, as `health_rows` gives it."""
    state = app.store.states().get(source.id, SourceState(source.id))
    return _row(source, state, app.habits().get(source.id), app.clock())


def _row(source: Source, state: SourceState, habit: Habit | None, now: datetime) -> Row:
    found = health(state, source, now, habit)
    on = source.enabled
    return {
        "id": source.id, "name": {"zh": source.name.zh, "en": source.name.en}, "kind": source.kind.value, "enabled": on,
        "health": found.word if on else "off", "since": instant(found.since),
        "what": found.what if on else "", "hint": found.hint if on else "",
        "last_visit": instant(state.last_visit), "last_ok": instant(state.last_ok), "last_new": instant(state.last_new),
        "expected_next": instant(habit.expected if habit else None), "next_poll": instant(state.next_poll),
        "items": state.items_seen, "failures": state.failures, "held": state.held,
        "error": state.error.value if state.error else None, "message": state.message,
        "issuer": source.issuer, "jurisdiction": source.jurisdiction, "language": source.language, "url": source.url,
    }  # fmt: skip


def _read_on(app: App, source: Source, draft: Draft) -> Draft:
    """A row with what its page adds, where the source asks for pages; as it is where the page cannot be had."""
    if not asks_for_pages(source) or not draft.url:
        return draft
    got = app.acquirer(source).get(source, draft.url)
    if not isinstance(got, Fetched):
        return draft
    try:
        return join(source, draft, app.parser.article(source, got))
    except ParseError:
        return draft


def dry_visit(app: App, source: Source) -> Row:
    """One visit whose result is only shown: `error` is None where it was read and believed."""
    visit = app.acquirer(source).visit(source, SourceState(source.id))
    row: Row = {
        "source": source.id,
        "error": None,
        "hint": "",
        "status": visit.status,
        "seconds": round(visit.duration.total_seconds(), 3),
        "items": [],
        "warnings": [],
    }
    if isinstance(visit, Failed):
        return row | {"error": f"{visit.error.value}: {visit.message}", "hint": visit.hint}
    if not isinstance(visit, Fetched):
        return row
    try:
        parsed = first_pages(source, visit, Doors(app.acquirer(source), app.parser, lambda _: ""))
    except ParseError as error:
        return row | {"error": f"parse: {error}", "hint": "open the address in a browser and compare"}
    verdict = judge(source, SourceState(source.id), visit, parsed, match_page(source, parsed, ()))
    drafts = [_read_on(app, source, draft) if n < DRY_DETAILS else draft for n, draft in enumerate(parsed.drafts)]
    items = [{"title": one.title, "url": one.url, "published": day(one.published_on)} for one in drafts]
    doubt = None if verdict.trusted else f"{verdict.error}: {verdict.reason}"
    return row | {
        "items": items,
        "warnings": list(parsed.warnings),
        "error": doubt,
        "hint": verdict.hint,
        "encoding": parsed.encoding,
        "next": parsed.next_url,
    }
