"""Who gets what, how often, and in which language."""

from dataclasses import dataclass, field
from datetime import datetime, time
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

    PENDING = "pending"  # asked for on the page, not confirmed yet
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"  # by us: the target is gone for good


class Promise(StrEnum):
    """What happens after an unknown outcome: sent again with the same id, or listed and never repeated silently."""

    AT_LEAST_ONCE = "at-least-once"
    NEVER_TWICE = "never-twice"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the reader's zone in which nothing is sent; they may span midnight. What waits goes out when they end.

    Where `start` equals `end` there are no such hours; Saturdays and Sundays may be quiet as a whole.
    """

    start: time
    end: time
    weekends: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """How a reader wants to be told, beside what and when."""

    quiet: Quiet | None = None
    nothing_new: bool = False  # a message also where there is nothing new
    most: int | None = None  # events told in one message; the others are counted and linked
    calendar: bool = False  # the deadlines beside it as a calendar (RFC 5545), where the channel has attachments
    reminders: bool = True  # of deadlines that near
    secret: int = 0  # which of its signing secrets a webhook has: how often it was rotated
    old_secret_until: str = ""  # an ISO instant: until then the secret before signs too
    backlog: str = ""  # an ISO day: the first digest also tells what was stored in silence, dated that day or later


@dataclass(frozen=True, slots=True)
class Rotation:
    """Which of its signing secrets a webhook has, and until when the one before is still good (None: it is not)."""

    number: int = 0
    old_until: datetime | None = None


class Origin(StrEnum):
    """Who looks after a subscription."""

    OPERATOR = "operator"  # by command or API
    FILE = "file"  # a file that is applied like code
    PAGE = "page"  # its reader signed up


@dataclass(frozen=True, slots=True)
class Subscription:
    """A reader. `sent_upto` is the last announcement already dealt with; `next_due` triggers, it never selects."""

    name: str
    channel: str  # a name of `deliver.CHANNELS`
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
    options: Options = field(default_factory=Options)
    origin: Origin = Origin.OPERATOR
