"""A document with its history at one source, and the plan that a visit leads to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from cgtwatch.model.draft import Attachment, Draft
from cgtwatch.model.fetch import ErrorClass, Validators


@dataclass(frozen=True, slots=True)
class ItemKeys:
    """The ways in which an entry is known again, strongest first. Empty text means: this way does not exist for it."""

    guid: str = ""
    link: str = ""  # normalised address, tracking and session parameters gone
    path: str = ""  # address without any query
    title_date: str = ""  # canonical title and day


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the store remembers of an item, as far as telling new from known needs it."""

    id: str
    keys: ItemKeys
    fingerprint: str  # of the draft as last seen (before any detail page)
    title: str
    text: str  # of the latest revision
    revision: int
    position: int
    last_seen: datetime
    gone: bool = False
    published_on: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an item; revisions are only ever added. Numbered from 1."""

    item_id: str
    number: int
    title: str
    url: str
    text: str
    fingerprint: str
    seen_at: datetime
    published: datetime | None = None
    published_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None
    archive_key: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A document at a source, with its latest revision."""

    id: str
    source: str
    keys: ItemKeys
    first_seen: datetime
    last_seen: datetime
    last_changed: datetime
    gone: bool
    latest: Revision


class Change(StrEnum):
    """What a visit found about one entry."""

    NEW = "new"
    UPDATED = "updated"
    SEEN = "seen"  # as before; perhaps at another position or with other keys
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry of a visit and what became of it. `draft` is None for what is gone; `known` is None for what is new."""

    change: Change
    item_id: str
    keys: ItemKeys
    fingerprint: str
    reason: str
    draft: Draft | None = None
    known: KnownItem | None = None
    quiet: bool = False  # remember, do not announce: an older row that slid into view, an edit of every row at once


class Outcome(StrEnum):
    """How a visit ended."""

    OK = "ok"  # read and compared
    UNCHANGED = "unchanged"  # 304, or the same bytes
    FAILED = "failed"
    HELD = "held"  # read, but the guard doubts it: quarantined, nothing compared


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between visits. Times are aware UTC; None: never."""

    source: str
    validators: Validators = Validators()
    next_poll: datetime | None = None
    last_visit: datetime | None = None
    last_ok: datetime | None = None
    last_new: datetime | None = None
    failures: int = 0  # in a row
    error: ErrorClass | None = None
    message: str = ""
    hint: str = ""
    items_seen: int = 0  # at the last good visit
    baseline_done: bool = False
    held: int = 0  # visits in a row that the guard held
    held_as: str = ""  # a sketch of what it held, to know it again
    good: int = 0  # good visits in a row
    permanent_url: str | None = None
    full_fetch_at: datetime | None = None  # last visit that was answered with a body


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says of a page before it is compared."""

    trusted: bool
    error: ErrorClass | None = None
    reason: str = ""
    hint: str = ""
    held_as: str = ""  # a sketch of the doubted page; goes into the state


@dataclass(frozen=True, slots=True)
class Plan:
    """What a visit leads to: decided purely, then carried out by the pipeline."""

    outcome: Outcome
    state: SourceState
    findings: tuple[Finding, ...] = ()
    baseline: bool = False  # first look: remember, do not announce
    notes: tuple[str, ...] = ()

    @property
    def wait(self) -> timedelta | None:
        """Time until the next visit, as planned."""
        if self.state.next_poll is None or self.state.last_visit is None:
            return None
        return self.state.next_poll - self.state.last_visit
