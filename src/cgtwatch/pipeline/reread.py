"""What today's rules make of what is stored: documents are read again, nothing is fetched, written or told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from cgtwatch.model.classification import Classification, Document, Understanding
from cgtwatch.model.draft import Article, Draft
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.fetch import Fetched, Validators
from cgtwatch.model.item import Item, Revision
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.pipeline.details import join
from cgtwatch.pipeline.recognise import document_of, events_in

Read = Callable[[Document], Understanding]
COMPARED = (
    "modalities", "doc_type", "stage", "jurisdiction", "issuers", "level", "document_number", "document_date", "effective_date",
    "comment_deadline", "importance", "topics",
)  # fmt: skip


class Stored(Protocol):
    """An item with what was read out of it."""

    @property
    def item(self) -> Item: ...

    @property
    def classification(self) -> Classification | None: ...


@dataclass(frozen=True, slots=True)
class Reread:
    """An item with what the rules make of it now."""

    item: Item
    document: Document
    understanding: Understanding
    events: tuple[PolicyEvent, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How one event would differ: `change` is `changed`, `new` or `vanished`; `fields` holds the values before and after."""

    change: str
    event: PolicyEvent
    fields: Mapping[str, tuple[object, object]]


def reread(stored: Stored, sources: Mapping[str, Source], read: Read, article: Article | None = None) -> Reread:
    """Read the latest revision of an item again, with the text of `article` where its page was taken apart anew.

    What its own front matter said is known from the earlier classification, where that rested on it.
    """
    item, before = stored.item, stored.classification
    source = sources.get(item.source) or Source(item.source, Kind.FOLDER, "", Names("", ""))
    draft = _draft(item.latest, source, before)
    if article is not None and article.text:
        draft = join(source, replace(draft, text=""), article)
    document = document_of(source, draft)
    understanding = read(document)
    revision = replace(item.latest, title=draft.title, text=draft.text)
    return Reread(item, document, understanding, events_in(source, revision, understanding, revision.seen_at))


def kept_page(item: Item, body: bytes) -> Fetched:
    """The bytes of an item's own page as if they had just come."""
    latest = item.latest
    return Fetched(latest.url, latest.url, 200, {}, body, Validators(), latest.seen_at, timedelta())


def _draft(revision: Revision, source: Source, before: Classification | None) -> Draft:
    return Draft(
        title=revision.title, url=revision.url, text=revision.text, published=revision.published, published_on=revision.published_on,
        language=revision.language, issuer=None if source.issuer else _told(before, ("issuers", "policy")),
        jurisdiction=None if source.jurisdiction else _told(before, ("jurisdiction",)),
    )  # fmt: skip


def _told(before: Classification | None, names: Iterable[str]) -> str | None:
    """What the source or the document's front matter said of itself, as far as the reading rested on it."""
    spans = (span for name in names for span in (before.evidence.get(name, ()) if before else ()))
    return next((span.text for span in spans if span.of == "source" and span.text), None)


def differences(stored: Iterable[PolicyEvent], now: Iterable[PolicyEvent]) -> Iterator[Difference]:
    """How the events of one item would differ. `stored` are as the rules read them, without what people have said."""
    before, after = {event.id: event for event in stored}, {event.id: event for event in now}
    for event in before.values():
        if event.id not in after:
            yield Difference("vanished", event, {})
        elif fields := _fields(event, after[event.id]):
            yield Difference("changed", after[event.id], fields)
    yield from (Difference("new", event, {}) for event in after.values() if event.id not in before)


def _fields(before: PolicyEvent, after: PolicyEvent) -> dict[str, tuple[object, object]]:
    pairs = {name: (getattr(before.labels, name), getattr(after.labels, name)) for name in COMPARED}
    pairs = {"title": (before.title, after.title), **pairs}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
