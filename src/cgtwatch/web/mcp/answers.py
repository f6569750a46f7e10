"""What the tools answer: bounded, structured, every claim with the words that it rests on and where they stand."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from cgtwatch.compose.links import safe_link
from cgtwatch.compose.records import day
from cgtwatch.model.event import PolicyEvent

LONGEST_SUMMARY, LONGEST_QUOTE = 600, 240  # characters
QUOTES = 3  # of one field


class Answer(BaseModel):
    """What all answers are: values that a client gets with their schema."""

    model_config = ConfigDict(frozen=True)


class Event(Answer):
    """One act of an authority. `quotes` are the words of the document by field; `page` shows them in their place."""

    id: str
    title: str
    date: str | None
    url: str
    page: str
    jurisdiction: str | None
    issuers: list[str]
    doc_type: str
    stage: str
    modalities: list[str]
    importance: str
    document_number: str | None
    effective_date: str | None
    comment_deadline: str | None
    language: str
    summary: str
    source: str
    last_changed: str
    quotes: dict[str, list[str]]


class Found(Answer):
    """A page of events; `next` is the `after` of the following one, None at the end. `not_understood`: values that were left out."""

    events: list[Event]
    next: str | None = None
    not_understood: dict[str, list[str]] = {}


class Deadline(Answer):
    """What is open for comment, and the days that are left; the last one counts to its end."""

    days_left: int
    event: Event


class Deadlines(Answer):
    """Soonest first; `more` that were left out."""

    today: str
    open: list[Deadline]
    more: int = 0


class Step(Answer):
    """One link of a chain."""

    what: str
    at: str | None
    said: str
    url: str = ""


class Chain(Answer):
    """Why an event is known: the visits, the versions of its document, what it is linked with, when it was announced."""

    event: Event
    withdrawn: bool
    visits: list[Step]
    revisions: list[Step]
    links: list[Step]
    thread: list[Step]
    announcements: list[Step]
    confidence: dict[str, float]


class Report(Answer):
    """A review as Markdown; `truncated`: it was cut, and a shorter period or one place shows the rest. `page` is all of it."""

    first: str
    last: str
    acts: int
    markdown: str
    truncated: bool
    page: str


def event_of(event: PolicyEvent, base: str) -> Event:
    """An event as an answer holds it; `base` is where this site is read."""
    labels = event.labels
    return Event(
        id=event.id, title=event.title, date=day(event.on), url=safe_link(event.url), page=f"{base}/events/{event.id}",
        jurisdiction=labels.jurisdiction, issuers=list(labels.issuers), doc_type=str(labels.doc_type), stage=str(labels.stage),
        modalities=[*map(str, labels.modalities), *labels.topics], importance=str(labels.importance),
        document_number=labels.document_number, effective_date=day(labels.effective_date),
        comment_deadline=day(labels.comment_deadline), language=event.language, summary=cut(event.summary, LONGEST_SUMMARY),
        source=event.source, last_changed=event.last_changed.isoformat(),
        quotes={
            name: [cut(span.text, LONGEST_QUOTE) for span in spans[:QUOTES]] for name, spans in event.evidence.items() if spans
        },
    )  # fmt: skip


def chain_of(record: Mapping[str, Any], event: Event, most: int) -> Chain:
    """The chain in a record of `ops.explained`, without who was told."""
    return Chain(
        event=event,
        withdrawn=record["withdrawn"],
        visits=[
            _step(str(one["outcome"]), one["at"], _said(one, "status", "size"), one["url"]) for one in record["fetches"][-most:]
        ],
        revisions=[
            _step(f"revision {one['number']}", one["seen_at"], one["title"], one["url"]) for one in record["revisions"][-most:]
        ],
        links=[
            _step(str(one["relation"]), None, f"{one['event']} → {one['other']}: {one['reason']}")
            for one in record["links"][:most]
        ],
        thread=[_step(str(one["stage"]), one["date"], f"{one['event']}: {one['title']}") for one in record["thread"][-most:]],
        announcements=[_step(str(one["kind"]), one["at"], one["change"] or "") for one in record["announcements"][-most:]],
        confidence=dict(record["event"]["confidence"]),
    )


def _step(what: str, at: str | None, said: str, url: str = "") -> Step:
    return Step(what=what, at=at, said=said, url=safe_link(url))


def cut(text: str, most: int) -> str:
    """The text, ending in `…` where it is longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _said(one: Mapping[str, Any], *names: str) -> str:
    return ", ".join(f"{name} {one[name]}" for name in names if one[name] is not None)
