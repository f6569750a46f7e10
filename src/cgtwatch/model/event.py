"""Policy events, and the announcements that tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from cgtwatch.model.classification import Labels, Span


@dataclass(frozen=True, slots=True)
class PolicyEvent:
    """One act of one or more authorities as one item reports it. `id` is stable across restarts and re-polls.

    `cluster` groups the reports of one act, `thread` the steps of its life; both are event ids (of the first known member).
    """

    id: str
    item_id: str
    source: str
    title: str
    url: str
    labels: Labels
    published: date | None
    first_seen: datetime
    last_changed: datetime
    revision: int
    cluster: str
    thread: str
    evidence: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    main: bool = True
    language: str = "en"
    summary: str = ""  # opening of the text, plain, for digests
    rules: str = ""
    seq: int = 0  # of its latest announcement; 0: never announced

    @property
    def on(self) -> date | None:
        """The day of the act: its own date, else when it appeared."""
        return self.labels.document_date or self.published


class AnnouncementKind(StrEnum):
    """Why an event is told."""

    NEW = "new"
    REVISED = "revised"
    LINKED = "linked"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to tell about an event. `seq` is commit order; unique by (event, kind, cause)."""

    seq: int
    kind: AnnouncementKind
    cause: str
    event: PolicyEvent
    at: datetime
    change: str = ""  # for `revised`: what changed, in a line


class Relation(StrEnum):
    """How one event stands to an earlier one."""

    SAME_ACT = "same_act"
    FINALISES = "finalises"
    AMENDS = "amends"
    REPEALS = "repeals"
    REPLIES_TO = "replies_to"
    CITES = "cites"
    NONE = "unrelated_lookalike"


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two events, with what it rests on."""

    event: str
    other: str
    relation: Relation
    reason: str
