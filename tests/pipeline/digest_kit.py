"""A store with announcements and readers, and the parts of a digest: real rooms, a channel that notes what it freezes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from cgtwatch.compose.context import DigestContext
from cgtwatch.model.classification import Classification, Labels
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.draft import Draft
from cgtwatch.model.event import AnnouncementKind, PolicyEvent
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.pipeline.digest import DigestParts
from cgtwatch.select import wanted
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import FetchFacts, StoredItem, ToAnnounce, VisitRecord

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
PLACES = ("CN", "CN-SH", "US", "GB")


def act(number: int, **labels: object) -> PolicyEvent:
    """The `number`-th act: its place and importance go round."""
    said = Labels(
        cgt=True, policy=True, relevant=True, jurisdiction=PLACES[number % 4], importance=tuple(Importance)[number % 3], level=Level.NATIONAL,
        doc_type=DocType.GUIDELINE, stage=Stage.DRAFT, issuers=("nmpa",),
    )  # fmt: skip
    name = f"e{number}"
    return PolicyEvent(
        name, f"i{number}", "cde", f"Guideline {number} 细胞治疗", f"https://cde.example/{number}", replace(said, **labels),
        date(2026, 3, 1), NOW, NOW, 1, name, name, summary="On cell therapy.",
    )  # fmt: skip


def told(event: PolicyEvent) -> StoredItem:
    found = Finding(Change.NEW, event.item_id, ItemKeys(guid=event.item_id), "1:x", "new", Draft(event.title, position=0))
    revision = Revision(event.item_id, 1, event.title, event.url, "Text", "1:x", NOW)
    return StoredItem(found, revision, Classification(event.labels), (event,))


def announce(store: Store, events: Sequence[PolicyEvent]) -> None:
    """A visit that brought these acts, each told."""
    new = tuple(ToAnnounce(AnnouncementKind.NEW, one.id, "") for one in events)
    facts = FetchFacts("https://cde.example/list", "https://cde.example/list", Outcome.OK, NOW)
    store.record_visit(VisitRecord("cde", Plan(Outcome.OK, SourceState("cde")), facts, tuple(map(told, events)), new))


def remind(store: Store, event: PolicyEvent, cause: str) -> None:
    store.announce([ToAnnounce(AnnouncementKind.REMINDER, event.id, cause)], NOW)


def fresh_store() -> Store:
    store = open_store("sqlite://")
    store.sync_sources([Source("cde", Kind.LIST, "https://cde.example/list", Names("药审中心", "CDE"))], NOW)
    return store


def reader(name: str, **rest: object) -> Subscription:
    one = Subscription(
        name, "email", f"{name}@example.org", Cadence(Every.DAILY), timezone="UTC", created_at=NOW - timedelta(days=9)
    )
    return replace(one, **rest)


@dataclass
class Wire:
    """A channel that freezes into JSON; `broken` names readers for whom it cannot."""

    broken: frozenset[str] = frozenset()
    frozen: list[str] = field(default_factory=list)

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]:
        if subscription.name in self.broken:
            raise ValueError("no such target")
        self.frozen.append(key)
        body = json.dumps([message.kind, message.subject, message.text, message.html, dict(message.data)], default=str).encode()
        return (Payload(body, "application/json", fillings={"<name>": subscription.name}),)


@dataclass
class Rooms:
    """What a digest walks through, and how often its context was asked for: once for each message."""

    store: Store = field(default_factory=fresh_store)
    wire: Wire = field(default_factory=Wire)
    now: datetime = NOW
    composed: list[Subscription] = field(default_factory=list)

    def context(self, subscription: Subscription, why: Mapping[str, tuple[str, ...]], now: datetime) -> DigestContext:
        self.composed.append(subscription)
        open_ones = tuple(one for one in self.store.open_consultations(now.date()) if wanted(subscription, one).wanted)
        return DigestContext(public_url="https://watch.example", open_consultations=open_ones, sources_watched=1, why=why)

    @property
    def parts(self) -> DigestParts:
        return DigestParts(self.store, lambda _name: self.wire, self.context, lambda: self.now)

    def add(self, *readers: Subscription) -> list[Subscription]:
        return [self.store.add_subscription(one, NOW) for one in readers]


FILTERS = (
    Filter(),
    Filter(jurisdictions=("CN",)),
    Filter(jurisdictions=("US", "GB")),
    Filter(importance=Importance.HIGH),
    Filter(query="absent"),
)
