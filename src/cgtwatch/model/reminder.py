"""Reminders of comment deadlines, as their announcements write them down: the day, and how many days before it."""

import re
from dataclasses import dataclass
from datetime import date

STEPS = (14, 7, 2)  # days before a deadline on which it is told
_CAUSE = re.compile(r"deadline:(\d{4}-\d\d-\d\d):(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One step before one deadline. A moved deadline is another one and has steps of its own."""

    deadline: date
    days: int

    @property
    def cause(self) -> str:
        """As an announcement holds it: each is told once ever."""
        return f"deadline:{self.deadline.isoformat()}:{self.days}"


def read_cause(cause: str) -> Reminder | None:
    """The reminder that an announcement's cause stands for; None for any other cause."""
    found = _CAUSE.fullmatch(cause)
    try:
        return Reminder(date.fromisoformat(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def step_of(deadline: date, today: date) -> Reminder | None:
    """The nearest step that has come by `today`, and none of those before it; None where it is too early or too late."""
    left = (deadline - today).days
    reached = [step for step in STEPS if 0 <= left <= step]
    return Reminder(deadline, min(reached)) if reached else None
