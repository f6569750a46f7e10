"""What goes into the store in one unit of work, what is asked of it, and what it answers beside the nouns of `model`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from cgtwatch.model.classification import Classification
from cgtwatch.model.delivery import Delivery, DeliveryState, SendOutcome, SendResult
from cgtwatch.model.event import Announcement, AnnouncementKind, Link, PolicyEvent
from cgtwatch.model.feedback import Mark
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import Finding, Item, Outcome, Plan, Revision
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage


@dataclass(frozen=True, slots=True)
class FetchFacts:
    """One line of the fetch log. `size` is bytes read; `new`, `updated` and `gone` are filled in by the store.

    `archive_key` holds a key for each answer of the visit, with blanks between them.
    """

    requested: str
    url: str
    outcome: Outcome
    at: datetime
    status: int | None = None
    error: ErrorClass | None = None
    message: str = ""
    size: int = 0
    duration: timedelta = timedelta()
    requests: int = 1
    archive_key: str | None = None
    content_type: str = ""  # as the server said it, with its charset: what a later replay of the bytes needs
    new: int = 0
    updated: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that was new at its source: when we saw it, and when it was published, where the source tells the hour."""

    source: str
    at: datetime
    published: datetime | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One finding and what came of it.

    `revision` is needed for what is new, and given for what is updated. Where `classification` is given, `events` are *all*
    events of the item: those it had before and has no longer are withdrawn (kept, but no longer listed). An event of another
    item may stand among them when its cluster or thread changed. `keys[event id]` are further keys (`kind:value`)
    under which `Store.candidates` finds the event.
    """

    finding: Finding
    revision: Revision | None = None
    classification: Classification | None = None
    events: tuple[PolicyEvent, ...] = ()
    links: tuple[Link, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToAnnounce:
    """Something to tell of an event; told once for each (event, kind, cause)."""

    kind: AnnouncementKind
    event_id: str
    cause: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """Everything that one visit to one source leaves behind; stored whole or not at all.

    `claim`: what `Store.claim` gave for it, where several workers visit.
    """

    source: str
    plan: Plan
    fetch: FetchFacts
    items: tuple[StoredItem, ...] = ()
    announce: tuple[ToAnnounce, ...] = ()
    claim: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a visit changed: numbers of items, and the numbers (`seq`) of what will be told."""

    new: int = 0
    updated: int = 0
    gone: int = 0
    announced: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page that the guard doubted: its bytes are in the archive, nothing of it was compared."""

    id: int
    source: str
    url: str
    archive_key: str | None
    content_type: str
    error: ErrorClass | None
    reason: str
    hint: str
    at: datetime
    released_at: datetime | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which items are wanted; an empty part wants all, of several values any is enough, parts must all agree.

    `query`: all its words occur in title or text. `since` (from, inclusive) and `until` (exclusive) compare with the later of
    first seen and last changed. `CN` takes its provinces too; `topics` are modalities, and the user's own by id; `importance` is
    the least wanted. `after` is the id of the last row of the page before.
    """

    query: str = ""
    since: datetime | None = None
    until: datetime | None = None
    jurisdictions: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    doc_types: tuple[DocType, ...] = ()
    stages: tuple[Stage, ...] = ()
    topics: tuple[str, ...] = ()
    importance: Importance | None = None
    relevant: bool | None = None
    sources: tuple[str, ...] = ()
    limit: int | None = 100
    after: str | None = None


class Sort(StrEnum):
    """The order of a list of events. Where two are alike the newest change comes first; what has no such day comes last."""

    CHANGED = "changed"  # newest change first
    DATE = "date"  # latest own day first
    DEADLINE = "deadline"  # those still to come, soonest first, then those that are over, latest first
    IMPORTANCE = "importance"  # high first
    SEQ = "seq"  # what was announced, in the order of the latest announcements, as a program follows them


@dataclass(frozen=True, slots=True)
class EventQuery(ItemQuery):
    """Which events are wanted; as for items, whose `query` here is read as `text.words.read_query` does (`-word`, `OR`, "…").

    `first` and `last` are the event's own days, both included; `open_on`: takes comments on that day; `seq`: announced after that
    number. `today` is the day from which `Sort.DEADLINE` looks (None: all deadlines are over).
    """

    levels: tuple[Level, ...] = ()
    first: date | None = None
    last: date | None = None
    open_on: date | None = None
    seq: int | None = None
    sort: Sort = Sort.CHANGED
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored: items, events, items whose latest classification is relevant, announcements."""

    items: int
    events: int
    relevant: int
    announcements: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whether one announcement was wanted by a subscription, and why."""

    seq: int
    wanted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """The end of one digest run of a subscription: its mark moves from `from_seq` to `to_seq`, and `deliveries` (state queued)
    go out.

    Without deliveries only the mark moves, and `reason` says why nothing is sent. A welcome may have an empty range.
    """

    subscription: str
    from_seq: int
    to_seq: int
    created_at: datetime
    next_due: datetime | None
    subject: str = ""
    text: str = ""
    html: str = ""
    events: tuple[str, ...] = ()
    reason: str = ""
    chosen: tuple[Chosen, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    welcome: bool = False  # this is the subscription's first digest; refused when it was welcomed already


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery; `result` is None while it is not known."""

    delivery: str
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    result: SendResult | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an attempt that was begun, and what follows from it.

    `attempt`: its number, where another may have begun meanwhile. `lapsed`: it is so only where its lease is over still.
    `next_at` None: it is not tried again. `trouble` is told to the operator, `well` are the keys of alarms that are over;
    `switch_off` is the note with which the subscription is switched off.
    """

    key: str
    outcome: SendOutcome
    next_at: datetime | None = None
    trouble: Alarm | None = None
    well: tuple[str, ...] = ()
    switch_off: str = ""
    attempt: int | None = None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The states of the deliveries whose attempts ended (in the order given), those whose attempts have begun, and, without their
    bytes, those that stand first in line now where an attempt ended.
    """

    states: tuple[DeliveryState, ...] = ()
    begun: tuple[Delivery, ...] = ()
    heads: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmsToTell:
    """Trouble that began or ended and that the operator has not heard of. What ended before its beginning was told is not
    told.
    """

    opened: tuple[Alarm, ...] = ()
    ended: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What one subscription's digest did with one announcement. Without a digest row of its own `digest` is None."""

    seq: int
    subscription: str
    wanted: bool
    reason: str
    digest: int | None = None
    delivery: str | None = None
    state: DeliveryState | None = None
    answer: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chain of an event from its source to its readers. `fetches` are the visits that brought its revisions, as far as
    they are kept.
    """

    event: PolicyEvent
    item: Item
    fetches: tuple[FetchFacts, ...]
    revisions: tuple[Revision, ...]
    classification: Classification | None
    links: tuple[Link, ...]
    announcements: tuple[Announcement, ...]
    told: tuple[Told, ...]
    withdrawn: bool = False
    mark: Mark | None = None  # what a person said of it


@dataclass(frozen=True, slots=True)
class StoredReading:
    """An item with what was read out of its latest revision; `events` are as read, `marks` what people say of them, by event."""

    item: Item
    classification: Classification | None
    events: tuple[PolicyEvent, ...] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
