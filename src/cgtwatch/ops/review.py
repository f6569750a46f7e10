"""The review of a period, from what is stored to a document in one language; reads only."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cgtwatch import registry
from cgtwatch.app import App
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.records import day, event_record
from cgtwatch.compose.review import By, Known, Period, Review, review, told_acts
from cgtwatch.compose.review_view import ReviewView, view
from cgtwatch.compose.words import Words, words
from cgtwatch.store import Store

Row = dict[str, Any]
FORMS = {  # of a document, with their media types
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
IN_A_FILE = {"html": 6000, "md": 6000, "docx": 2000}  # acts of a document that is written while somebody waits
_WRITERS = {"text": "cgtwatch.compose.render:render_report", "docx": "cgtwatch.compose.review_docx:docx"}


def reviewed(app: App, period: Period, by: By, language: str, place: str = "") -> Review:
    """What is known of the acts of `period`, under the headings that `by` asks for, as of today; of `place` and its parts, or all."""
    known = _known(app.store, period, place)
    said = words(language)
    acts = [act for act in told_acts(known, period) if not place or _within(act.lead.labels.jurisdiction or "", place)]
    return review(acts, period, by, app.today(), said.place_rank)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}-")


def _known(store: Store, period: Period, place: str) -> Known:
    found = store.acts_between(period.first, period.last, place)
    clusters = store.of_clusters({event.cluster for event in found})
    links = store.links_of({event.id for event in clusters})
    ids = {event.id for event in clusters}
    linked = {one for link in links for one in (link.event, link.other)} - ids
    others = {event.id: event for event in store.events_named(linked)}
    others |= {event.id: event for event in store.of_threads({event.thread for event in clusters}) if event.id not in ids}
    return Known(clusters, tuple(others.values()), links)


def written(app: App, found: Review, form: str, language: str) -> bytes:
    """`found` as a document in one of `FORMS`. Raises `ComposeError`."""
    said = words(language)
    seen = viewed(app, found, language)
    if form == "docx":
        make: Callable[..., bytes] = registry.load(_WRITERS, "docx", what="form of a report")
        return make(seen, said, app.clock())
    render: Callable[[str, Words, ReviewView], str] = registry.load(_WRITERS, "text", what="form of a report")
    return render(form, said, seen).encode()


def viewed(app: App, found: Review, language: str) -> ReviewView:
    """`found` in words, as every form of the document says it."""
    said = words(language)
    items = {event.item_id for act in found.acts for event in (act.lead, *act.reports)}
    context = DigestContext(app.issuer_names(), {source.id: source.name for source in app.sources}, app.settings.public_url)
    return view(found, app.store.documents_named(items), context, said)


def review_rows(found: Review) -> Iterator[Row]:
    """The review as records: an act a row, in the order of the document, then the numbers."""
    for part in found.parts:
        for group in part.groups:
            for act in group.acts:
                steps = [
                    {"relation": step.relation, "event": step.event.id, "date": day(step.event.on), "title": step.event.title}
                    for step in act.steps
                ]
                reports = [{"id": one.id, "source": one.source, "title": one.title, "url": one.url} for one in act.reports]
                yield {"part": part.key, "place": group.place, **event_record(act.lead), "reports": reports, "steps": steps}
    yield {"summary": _summary(found)}


def _summary(found: Review) -> Mapping[str, Any]:
    numbers = found.numbers
    return {
        "from": day(found.period.first), "to": day(found.period.last), "acts": numbers.acts, "drafts": numbers.drafts, "open": numbers.open,
        "approvals": numbers.approvals, "high": numbers.high, "levels": dict(numbers.levels), "places": dict(numbers.places),
        "kinds": dict(numbers.kinds),
    }  # fmt: skip
