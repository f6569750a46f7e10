"""A source or a delivery in trouble: opened, told once, closed, told once."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Trouble that the operator hears of once when it begins and once when it ends. `key` names what is in trouble."""

    key: str  # "source:<id>", "network", "delivery:<subscription>", "storage"
    kind: str
    subject: str
    detail: str
    hint: str
    opened_at: datetime
    told_at: datetime | None = None
    closed_at: datetime | None = None
    end_told_at: datetime | None = None
    id: int = 0
