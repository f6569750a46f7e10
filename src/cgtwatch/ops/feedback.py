"""What people say of events as labelled items: to score the rules against, and to learn from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.records import day, labels_record
from cgtwatch.evaluate.items import scored
from cgtwatch.evaluate.scores import Report
from cgtwatch.model.classification import Classification, Labels, Understanding
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.feedback import Mark, over
from cgtwatch.pipeline.reread import Reread, reread

LEARNED = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Judged:
    """One marked event, and what today's rules make of it: None where they no longer find it."""

    mark: Mark
    event: PolicyEvent
    read: Reread
    now: PolicyEvent | None

    @property
    def understanding(self) -> Understanding:
        """What the rules say of this event alone."""
        if self.event.main:
            return self.read.understanding
        found = self.now
        meant = Classification(found.labels, found.evidence, found.confidence) if found else Classification(Labels())
        return Understanding(meant)


def judged(app: App) -> Iterator[Judged]:
    """Every mark with its document read again, oldest first."""
    sources = {source.id: source for source in app.sources}
    for mark in app.store.marks():
        event = app.store.event(mark.event)
        stored = app.store.reading(event.item_id)
        if stored is None:
            continue
        again = reread(stored, sources, app.read)
        yield Judged(mark, event, again, next((one for one in again.events if one.id == event.id), None))


def feedback_report(found: list[Judged], mistakes: int = 0) -> Report:
    """The rules of today scored against what people say, in the shape of a file of items; only what was said is scored."""
    report = scored([_line(one, _said(one.mark)) for one in found], (one.understanding for one in found))
    data = {**report.data, "feedback": {"marks": len(found), "not_relevant": sum(one.mark.relevant is False for one in found)}}
    return Report(report.kind, data, report.lines, report.predictions, report.mistakes[:mistakes])


def labelled_lines(found: list[Judged]) -> Iterator[dict[str, Any]]:
    """The marks as labelled items with all fields, as `python -m cgtwatch.understand.learn` and `evaluate` take them."""
    for one in found:
        yield _line(one, labels_record(_whole(one.mark)))


def _line(one: Judged, labels: Mapping[str, Any]) -> dict[str, Any]:
    """A labelled item. An act that a document only tells of stands for itself: with its title, without the rest of the document."""
    document, event = one.read.document, one.event
    language = one.read.understanding.classification.language
    return {
        "id": event.id,
        "title": document.title if event.main else event.title,
        "text": document.text if event.main else "",
        "url": event.url,
        "source": event.source,
        "lang": language if language in LEARNED else "other",
        "published": day(document.published),
        "labels": dict(labels),
        "note": one.mark.note,
    }


def _said(mark: Mark) -> dict[str, Any]:
    """The fields that a person has set, and no others."""
    record = labels_record(mark.labels)
    return {name: record[name] for name in mark.fields}


def _whole(mark: Mark) -> Labels:
    """What was read with what was said over it.

    Who says "not relevant" and no more leaves open whether it is not about cells and genes or no policy: of the two the reading that was
    less sure is taken to be wrong.
    """
    names, labels, read = list(mark.fields), mark.labels, mark.read
    whole = over(read.labels, labels, names)
    if mark.relevant is False and whole.cgt and whole.policy:
        sure = read.confidence
        doubted = "cgt" if sure.get("cgt", 1.0) < sure.get("policy", 1.0) else "policy"
        whole = over(whole, Labels(), [doubted])
    return whole
