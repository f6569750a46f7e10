"""What came back about a mail, and what it means for the one it was sent to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cgtwatch.model.health import Alarm


class BounceKind(StrEnum):
    """What a report says of a mail."""

    HARD = "hard"  # not delivered for good
    SOFT = "soft"  # not delivered now, or for a reason that is not the reader's
    COMPLAINT = "complaint"  # its reader called it spam
    FORGIVEN = "forgiven"  # was hard, before the operator let mails go out again


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about the mail of one delivery. `report` is the same for everything that says the same of one delivery."""

    report: str
    kind: BounceKind
    delivery: str
    status: str  # RFC 3463, such as 5.1.1; empty for a complaint
    said: str  # the server's word, shortened, without addresses
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What has come back so far: `hard` of this reader (this one among them), `readers` with a hard one of late, of `served` ones;
    `lasting`: how long this reader's mails have come back without one that arrived between.
    """

    hard: int
    readers: int
    served: int
    lasting: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows: the reader is paused with `note`, unless that is empty; the operator hears of `alarm`.

    Those who were paused within the day with a note that begins with `freed` are served again, where it is not empty.
    """

    note: str
    alarm: Alarm
    freed: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report: `outcome` is counted, paused, known (said before) or unknown (about no mail of ours)."""

    outcome: str
    subscription: str = ""
