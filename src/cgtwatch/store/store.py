"""The store: every write one transaction, every answer in the types of `model` and `records`."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cgtwatch.model.classification import Classification
from cgtwatch.model.delivery import Delivery, DeliveryState, Digest, SendOutcome
from cgtwatch.model.event import Announcement, Link, PolicyEvent
from cgtwatch.model.health import Alarm
from cgtwatch.model.item import Item, KnownItem, Revision, SourceState
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Subscription
from cgtwatch.store.records import (
    AlarmsToTell,
    Attempt,
    Counts,
    DigestRecord,
    EventQuery,
    Explanation,
    FetchFacts,
    HeldPage,
    ItemQuery,
    Recorded,
    VisitRecord,
)


class Store:
    """The memory. Safe to use from several threads; one process at a time writes. Unknown ids raise `NotFound`."""

    def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the known sources those of `sources`; what is no longer among them keeps its history but is not listed in
        `states`.
        """
        raise NotImplementedError

    def states(self) -> dict[str, SourceState]:
        """The state of every listed source, by id."""
        raise NotImplementedError

    def state(self, source_id: str) -> SourceState:
        """The state of one source."""
        raise NotImplementedError

    def due(self, now: datetime, ids: Collection[str]) -> list[str]:
        """Those of `ids` whose next poll has come, the longest overdue first (never visited ones before all)."""
        raise NotImplementedError

    def known(self, source_id: str) -> tuple[KnownItem, ...]:
        """Everything ever found at a source, gone or not."""
        raise NotImplementedError

    def record_visit(self, record: VisitRecord) -> Recorded:
        """Store a visit whole: state and validators, log, items, revisions, classifications, events, links, announcements, held
        page.

        An announcement whose (event, kind, cause) was told before is left out, and is missing from `Recorded.announced`.
        """
        raise NotImplementedError

    def fetch_log(self, source_id: str, limit: int = 50) -> list[FetchFacts]:
        """The latest visits to a source, newest first."""
        raise NotImplementedError

    def held(self, source_id: str | None = None) -> tuple[HeldPage, ...]:
        """Pages in quarantine (of one source), oldest first."""
        raise NotImplementedError

    def release(self, source_id: str, keep: bool, now: datetime) -> tuple[HeldPage, ...]:
        """End the quarantine of a source: the pages let go, oldest first (with `keep` the caller compares the last one's bytes).

        The source's state is no longer held and it is due now.
        """
        raise NotImplementedError

    def items(self, query: ItemQuery) -> list[tuple[Item, Classification | None]]:
        """Items with the classification of their latest revision, newest change first."""
        raise NotImplementedError

    def item(self, item_id: str) -> Item:
        """One item with its latest revision."""
        raise NotImplementedError

    def classification(self, item_id: str) -> Classification | None:
        """The classification of an item's latest revision."""
        raise NotImplementedError

    def revisions(self, item_id: str) -> tuple[Revision, ...]:
        """All versions of an item, first one first."""
        raise NotImplementedError

    def events(self, query: EventQuery) -> list[PolicyEvent]:
        """Events, newest change first; withdrawn ones are left out."""
        raise NotImplementedError

    def event(self, event_id: str) -> PolicyEvent:
        """One event, also a withdrawn one."""
        raise NotImplementedError

    def events_of(self, item_id: str) -> list[PolicyEvent]:
        """The events of an item, its own first; withdrawn ones are left out."""
        raise NotImplementedError

    def thread(self, event_id: str) -> list[PolicyEvent]:
        """All events of the event's thread in the order of their days."""
        raise NotImplementedError

    def links(self, event_id: str) -> tuple[Link, ...]:
        """Relations from and to an event."""
        raise NotImplementedError

    def announcements(self, after: int, upto: int | None = None) -> tuple[Announcement, ...]:
        """What is to be told with `after` < seq <= `upto`, in order, with the events as they are now."""
        raise NotImplementedError

    def last_seq(self) -> int:
        """The number of the latest announcement; 0 where there is none."""
        raise NotImplementedError

    def seq_before(self, when: datetime) -> int:
        """The number of the last announcement made before `when`: where a subscription `--since` starts."""
        raise NotImplementedError

    def open_consultations(self, on: date) -> list[PolicyEvent]:
        """Relevant events open for comment on that day, soonest end first, one for each cluster."""
        raise NotImplementedError

    def counts(self) -> Counts:
        """How much is stored."""
        raise NotImplementedError

    def candidates(
        self,
        numbers: Collection[str],
        title_keys: Collection[str],
        issuers: Collection[str],
        since: datetime,
        limit: int = 100,
    ) -> list[tuple[PolicyEvent, str]]:
        """Events that one could be linked to, with their text: same document number or title key, then same issuer and
        changed since.
        """
        raise NotImplementedError

    def explain(self, event_id: str) -> Explanation:
        """The chain from source to readers."""
        raise NotImplementedError

    def add_subscription(self, subscription: Subscription, now: datetime) -> Subscription:
        """Store a new subscription, `created_at` filled in. Raises `ConfigError` where the name is taken."""
        raise NotImplementedError

    def subscription(self, name: str) -> Subscription:
        """One subscription."""
        raise NotImplementedError

    def subscriptions(self) -> list[Subscription]:
        """All subscriptions by name."""
        raise NotImplementedError

    def update_subscription(self, name: str, **changes: Any) -> Subscription:  # noqa: ANN401 - fields of Subscription
        """Change fields of a subscription; the mark `sent_upto` moves forward only. Raises `ConfigError` otherwise."""
        raise NotImplementedError

    def remove_subscription(self, name: str, now: datetime) -> None:
        """Forget a subscription and its target; what is still queued for it is cancelled, what it got stays explainable."""
        raise NotImplementedError

    def record_digest(self, record: DigestRecord) -> bool:
        """Move the mark, store the digest and its choices, queue its deliveries. False, and nothing stored, if another was
        first.
        """
        raise NotImplementedError

    def digest(self, digest_id: int) -> Digest:
        """One digest."""
        raise NotImplementedError

    def digests(self, subscription: str | None = None, limit: int = 50) -> list[Digest]:
        """Digests that were sent or had a reason not to be, newest first."""
        raise NotImplementedError

    def queue_delivery(self, delivery: Delivery) -> None:
        """Put one delivery into the ledger. The same key twice is an error."""
        raise NotImplementedError

    def due_deliveries(self, now: datetime, limit: int = 100) -> list[Delivery]:
        """Deliveries whose time has come, one from each target in turn, oldest first; a target in back-off holds its own queue.

        Those of subscriptions that are not active are held too.
        """
        raise NotImplementedError

    def begin_attempt(self, key: str, now: datetime) -> Delivery | None:
        """Commit that an attempt begins. None where it may not: not due, target in back-off or busy, subscription gone or
        not active.
        """
        raise NotImplementedError

    def settle(self, key: str, outcome: SendOutcome, next_at: datetime | None, now: datetime) -> DeliveryState:
        """Commit how the attempt ended and where the delivery stands now. `next_at` None: it is not tried again."""
        raise NotImplementedError

    def recover_attempts(self, now: datetime) -> tuple[Delivery, ...]:
        """At start: attempts without outcome become `retry` (at-least-once, due now) or `unknown` (never-twice); those
        deliveries.
        """
        raise NotImplementedError

    def deliveries(self, state: DeliveryState | None = None, limit: int | None = 200) -> list[Delivery]:
        """The ledger, newest first."""
        raise NotImplementedError

    def delivery(self, key: str) -> Delivery:
        """One delivery."""
        raise NotImplementedError

    def redeliver(self, key: str, now: datetime) -> Delivery:
        """Queue a delivery again, with the same id and bytes, its count of attempts starting anew. An attempt under way is
        refused.
        """
        raise NotImplementedError

    def resolve(self, key: str, state: DeliveryState, now: datetime) -> Delivery:
        """Say what became of a delivery that is unknown, dead or waiting: sent, cancelled or dead."""
        raise NotImplementedError

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Every try at a delivery, first one first."""
        raise NotImplementedError

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Trouble that has not ended, oldest first."""
        raise NotImplementedError

    def alarms_to_tell(self) -> AlarmsToTell:
        """What the operator has to hear."""
        raise NotImplementedError

    def apply_alarms(self, open: Sequence[Alarm], close: Sequence[str], now: datetime) -> None:
        """Open alarms (none twice for a key) and close those of the given keys."""
        raise NotImplementedError

    def alarms_told(self, ids: Sequence[int], ended_ids: Sequence[int], delivery: Delivery | None, now: datetime) -> bool:
        """Mark beginnings and ends as told and queue the message in one go. False, and nothing stored, if one was told
        already.
        """
        raise NotImplementedError

    def backup(self, path: Path) -> Path:
        """A consistent copy of the database at `path`, while others write; it appears whole or not at all."""
        raise NotImplementedError

    def check(self) -> list[str]:
        """What is wrong with the file or its contents, one line each; empty when all is well."""
        raise NotImplementedError

    def close(self) -> None:
        """Close readers, then the writer."""
        raise NotImplementedError


def open_store(database_url: str, *, readonly: bool, busy_timeout: timedelta) -> Store:
    """See `cgtwatch.store.open_store`."""
    raise NotImplementedError
