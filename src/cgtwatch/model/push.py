"""A subscription of ours at a hub that tells when a feed has news (W3C WebSub)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PushState(StrEnum):
    """How far a subscription at a hub has come."""

    ASKED = "asked"
    ACTIVE = "active"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Push:
    """A hub's subscription for one source. Times are aware UTC; `lease_until` is None until the hub has confirmed."""

    source: str
    hub: str
    topic: str
    state: PushState
    asked_at: datetime
    lease_until: datetime | None = None
