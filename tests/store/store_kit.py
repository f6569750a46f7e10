"""Values for the tests of the store: plain ones built in a line, and strategies for every type that is stored."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from cgtwatch.model.classification import Classification, Labels, Span
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload
from cgtwatch.model.draft import Attachment, Draft
from cgtwatch.model.event import AnnouncementKind, PolicyEvent
from cgtwatch.model.fetch import Validators
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import Change, Finding, ItemKeys, Outcome, Plan, Revision, SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.model.subscription import Cadence, Every, Filter, Subscription
from cgtwatch.store.records import FetchFacts, StoredItem, ToAnnounce, VisitRecord

NOW = datetime(2026, 7, 8, 1, 2, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(source_id: str = "cde") -> Source:
    return Source(source_id, Kind.LIST, f"https://{source_id}.example/list", Names("药审中心", "CDE"))


def facts(outcome: Outcome = Outcome.OK, at: datetime = NOW, **rest: object) -> FetchFacts:
    return replace(FetchFacts("https://cde.example/list", "https://cde.example/list", outcome, at), **rest)


def state(source_id: str = "cde", **rest: object) -> SourceState:
    return SourceState(source_id, **rest)


def revision(item_id: str, number: int = 1, at: datetime = NOW, **rest: object) -> Revision:
    fresh = Revision(item_id, number, f"Guideline {item_id}", f"https://cde.example/{item_id}", f"Text of {item_id}", "1:x", at)
    return replace(fresh, **rest)


def finding(item_id: str, change: Change = Change.NEW, position: int = 0) -> Finding:
    draft = None if change is Change.GONE else Draft(f"Guideline {item_id}", position=position)
    return Finding(change, item_id, ItemKeys(guid=item_id, link=f"https://cde.example/{item_id}"), "1:x", change, draft)


def policy_event(event_id: str, item_id: str, at: datetime = NOW, **rest: object) -> PolicyEvent:
    labels = Labels(cgt=True, policy=True, relevant=True)
    fresh = PolicyEvent(
        event_id,
        item_id,
        "cde",
        f"Guideline {event_id}",
        "https://cde.example",
        labels,
        date(2026, 7, 8),
        at,
        at,
        1,
        event_id,
        event_id,
    )
    return replace(fresh, **rest)


def new_item(item_id: str, at: datetime = NOW, **event: object) -> StoredItem:
    """A new item with one relevant event `e-ITEM`."""
    told = policy_event(f"e-{item_id}", item_id, at, **event)
    return StoredItem(finding(item_id), revision(item_id, at=at), Classification(told.labels), (told,))


def visit(
    items: Sequence[StoredItem] = (),
    announce: Sequence[ToAnnounce] = (),
    at: datetime = NOW,
    outcome: Outcome = Outcome.OK,
    source_state: SourceState | None = None,
) -> VisitRecord:
    after = source_state or state(last_visit=at, next_poll=at + HOUR, validators=Validators(etag=f'"{at.isoformat()}"'))
    return VisitRecord(after.source, Plan(outcome, after), facts(outcome, at), tuple(items), tuple(announce))


def told(*item_ids: str) -> tuple[ToAnnounce, ...]:
    return tuple(ToAnnounce(AnnouncementKind.NEW, f"e-{item_id}", "") for item_id in item_ids)


def news(*item_ids: str, at: datetime = NOW) -> VisitRecord:
    """A visit that found new items, each announced."""
    return visit([new_item(each, at) for each in item_ids], told(*item_ids), at)


def subscription(name: str = "reader", **rest: object) -> Subscription:
    return replace(Subscription(name, "webhook", f"https://{name}.example/hook", Cadence(Every.DAILY), created_at=NOW), **rest)


def delivery(key: str, subscription: str = "reader", **rest: object) -> Delivery:
    payload = Payload(f"body of {key}".encode(), "application/json", {"X-Key": key})
    target = f"https://{subscription or 'operator'}.example/hook"
    fresh = Delivery(key, subscription, "webhook", target, payload, "New", DeliveryState.QUEUED, 0, NOW, NOW)
    return replace(fresh, **rest)


def an_alarm(key: str = "source:cde", at: datetime = NOW) -> Alarm:
    return Alarm(key, "source", "CDE does not answer", "timeout", "try later", at)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that reaches a database meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def connections() -> Iterator[list]:
    """Every connection of the driver that is opened meanwhile."""
    opened: list = []

    def note(raw: object, record: object) -> None:
        opened.append(raw)

    event.listen(Pool, "connect", note)
    try:
        yield opened
    finally:
        event.remove(Pool, "connect", note)


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


# --- strategies

_zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-4))])
moments = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=_zones)  # noqa: DTZ001 - the strategy adds the zone
numbers = st.integers(0, 2**31 - 1)
words = st.text(max_size=20)
maybe_moments = st.none() | moments

labels = st.builds(Labels)
spans = st.dictionaries(words, st.lists(st.builds(Span, numbers, numbers), max_size=2).map(tuple), max_size=3)
confidences = st.dictionaries(words, st.floats(0, 1), max_size=3)
classifications = st.builds(Classification, labels, spans, confidences)
item_keys = st.builds(ItemKeys)
revisions = st.builds(
    Revision,
    item_id=st.just("i1"),
    number=st.just(1),
    seen_at=moments,
    published=maybe_moments,
    attachments=st.lists(st.builds(Attachment), max_size=2).map(tuple),
)
events = st.builds(
    PolicyEvent,
    id=st.just("e1"),
    item_id=st.just("i1"),
    source=st.just("cde"),
    labels=labels,
    first_seen=moments,
    last_changed=moments,
    revision=numbers,
    evidence=spans,
    confidence=confidences,
    seq=st.just(0),
)
states = st.builds(
    SourceState,
    source=st.just("cde"),
    next_poll=maybe_moments,
    last_visit=maybe_moments,
    last_ok=maybe_moments,
    last_new=maybe_moments,
    failures=numbers,
    items_seen=numbers,
    held=numbers,
    full_fetch_at=maybe_moments,
)
fetches = st.builds(
    FetchFacts,
    at=moments,
    status=st.none() | numbers,
    size=st.integers(0, 2**60),
    duration=st.timedeltas(timedelta(), timedelta(days=1)),
    requests=numbers,
    new=st.just(0),
    updated=st.just(0),
    gone=st.just(0),
)
subscriptions = st.builds(
    Subscription,
    cadence=st.builds(Cadence, hour=numbers, minute=numbers, weekday=numbers, day=numbers),
    filter=st.builds(Filter),
    sent_upto=numbers,
    created_at=moments,
    next_due=maybe_moments,
)
deliveries = st.builds(
    Delivery,
    subscription=st.just(""),
    payload=st.builds(Payload),
    attempts=numbers,
    created_at=moments,
    due_at=moments,
    digest=st.none(),
    sent_at=maybe_moments,
)
alarms = st.builds(Alarm, opened_at=moments, told_at=maybe_moments, closed_at=st.none(), end_told_at=st.none(), id=st.just(0))
