"""What one message is made for: everything it depends on, so that thousands of readers who ask for the same share it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from cgtwatch.compose.messages import DigestContext, digest, welcome
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.event import Announcement, AnnouncementKind
from cgtwatch.model.reminder import read_cause
from cgtwatch.model.subscription import Every, Origin, Promise, Status, Subscription
from cgtwatch.pipeline.reminders import ended_acts
from cgtwatch.select import Choice, next_due, wanted
from cgtwatch.select.reminding import timely
from cgtwatch.store import Store
from cgtwatch.store.records import Chosen

MOST_OF_BACKLOG = 200  # events told in a first digest; the others are counted and linked


Context = Callable[[Subscription, Mapping[str, tuple[str, ...]], datetime], DigestContext]


class Freezes(Protocol):
    """A channel, as far as composing needs it."""

    def freeze(self, message: Message, subscription: Subscription, key: str) -> tuple[Payload, ...]: ...


@dataclass(frozen=True, slots=True)
class DigestParts:
    """The rooms a digest walks through, put together by the app. `context` tells what the templates need beside the events;
    `contexts` makes one for a run, which looks up once what many messages mention.
    """

    store: Store
    channel: Callable[[str], Freezes]
    context: Context
    clock: Callable[[], datetime]
    contexts: Callable[[], Context] | None = None

    def for_run(self) -> "DigestParts":
        """These parts, for many messages."""
        return self if self.contexts is None else replace(self, context=self.contexts())


@dataclass(frozen=True, slots=True)
class Edition:
    """What all readers of one kind are told at one time of the announcements after `from_seq`; `message` None: nothing."""

    from_seq: int
    to_seq: int
    at: datetime
    due: datetime  # the next one
    chosen: tuple[Chosen, ...]
    events: tuple[str, ...]
    message: Message | None
    reason: str


def typical(subscription: Subscription) -> Subscription:
    """The reader for whom a message is composed: what was asked for and how, and nothing of who asked.

    Readers with equal ones share choice and message by construction, because nothing else is handed to `select` and `compose`.
    """
    return replace(
        subscription, name="", channel="", target="", status=Status.ACTIVE, promise=Promise.AT_LEAST_ONCE, sent_upto=0,
        created_at=None, next_due=None, note="", options=replace(subscription.options, quiet=None, secret=0, old_secret_until=""), origin=Origin.OPERATOR,
    )  # fmt: skip


def choose(
    reader: Subscription, waiting: Sequence[Announcement], store: Store, now: datetime
) -> tuple[tuple[Announcement, Choice], ...]:
    """What of `waiting` the reader wants and why, in order; reminders as far as they are wished for and still have a point."""
    today = now.astimezone(ZoneInfo(reader.timezone)).date()
    timed = timely(waiting, today)
    over = ended_acts(store, [one.event for one in timed if _reminds(one)])
    fresh = {one.seq for one in timed if not (_reminds(one) and one.event.cluster in over)}
    return tuple((one, _choice(reader, one, one.seq in fresh)) for one in waiting)


def backlog(reader: Subscription, store: Store) -> tuple[Announcement, ...]:
    """What the first digest tells beside the announcements, where the reader asked for the past: acts of which nobody was told.

    They have no number (`seq` 0), since they are announced to nobody else.
    """
    if reader.welcomed or not reader.options.backlog:
        return ()
    silent = store.silent_since(date.fromisoformat(reader.options.backlog))
    return tuple(Announcement(0, AnnouncementKind.NEW, "", event, event.first_seen) for event in silent)


def _choice(reader: Subscription, one: Announcement, fresh: bool) -> Choice:
    if not reader.options.reminders and _reminds(one):
        return Choice(False, ("reminders of deadlines are switched off",))
    if not fresh:
        return Choice(
            False,
            ("the reminder is out of date: the deadline passed or moved, the draft became final, or a nearer reminder came",),
        )
    return wanted(reader, one.event)


def _reminds(one: Announcement) -> bool:
    """Whether it is the reminder of a deadline."""
    return one.kind is AnnouncementKind.REMINDER and read_cause(one.cause) is not None


def edition(reader: Subscription, from_seq: int, waiting: Sequence[Announcement], parts: DigestParts, now: datetime) -> Edition:
    """Choose from `waiting` (all that was announced after `from_seq`) and compose for a `typical` reader. Raises ComposeError."""
    choices = choose(reader, (*backlog(reader, parts.store), *waiting), parts.store, now)
    picked = [(one, choice) for one, choice in choices if choice.wanted]
    silent = not picked and reader.welcomed and not _says_nothing_new(reader)
    reason = "nothing new" if not waiting else "nothing of what is new was asked for"
    return Edition(
        from_seq,
        waiting[-1].seq if waiting else from_seq,
        now,
        next_due(reader.cadence, reader.timezone, now),
        tuple(Chosen(one.seq, choice.wanted, choice.text) for one, choice in choices if one.seq),
        tuple(one.event.id for one, _ in picked),
        None if silent else composed(reader, picked, parts, now),
        reason if silent else reader.cadence.every.value,
    )


def composed(reader: Subscription, picked: Sequence[tuple[Announcement, Choice]], parts: DigestParts, now: datetime) -> Message:
    """The message that tells `picked`; a welcome, or that nothing is new, where that is empty. Raises ComposeError."""
    if not reader.welcomed and reader.options.backlog and reader.options.most is None:  # years fit into no mail
        reader = replace(reader, options=replace(reader.options, most=MOST_OF_BACKLOG))
    why = {one.event.id: choice.reasons for one, choice in picked}
    context = parts.context(reader, why, now)
    if not reader.welcomed and not picked:
        return welcome(reader, context, now)
    return digest(reader, [one for one, _ in picked], context, now)


def _says_nothing_new(reader: Subscription) -> bool:
    """Whoever is told at once would hear of everything that she did not ask for."""
    return reader.options.nothing_new and reader.cadence.every is not Every.NOW
