"""Who gets what, how often, and in which language."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage


class Every(StrEnum):
    """How often a digest goes out."""

    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a digest is due, in the reader's zone: `daily@08:00`, `weekly@mon-08:00`, `monthly@1-08:00`, `hourly`, `now`."""

    every: Every
    hour: int = 8
    minute: int = 0
    weekday: int = 0  # Monday is 0
    day: int = 1


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscription wants; an empty part wants everything of its kind, parts must all agree."""

    topics: tuple[str, ...] = ()  # modalities, and topics of the user's own rules file by id
    jurisdictions: tuple[str, ...] = ()  # `CN` takes its provinces too
    levels: tuple[Level, ...] = ()
    issuers: tuple[str, ...] = ()
    doc_types: tuple[DocType, ...] = ()
    stages: tuple[Stage, ...] = ()
    importance: Importance | None = None  # at least
    query: str = ""  # all words must occur


class Status(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"  # by us: the target is gone for good


class Promise(StrEnum):
    """What happens after an unknown outcome: sent again with the same id, or listed and never repeated silently."""

    AT_LEAST_ONCE = "at-least-once"
    NEVER_TWICE = "never-twice"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A reader. `sent_upto` is the last announcement already dealt with; `next_due` triggers, it never selects."""

    name: str
    channel: str  # email, maildir, webhook, slack
    target: str
    cadence: Cadence
    filter: Filter = field(default_factory=Filter)
    timezone: str = "Asia/Shanghai"
    language: str = "zh"
    status: Status = Status.ACTIVE
    promise: Promise = Promise.AT_LEAST_ONCE
    sent_upto: int = 0
    created_at: datetime | None = None
    next_due: datetime | None = None
    welcomed: bool = True  # False: the first digest is a welcome
    note: str = ""
