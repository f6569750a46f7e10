"""What somebody has seen of the news: a mark in a cookie, which moves when they say so, or when a new day begins."""

import re
from dataclasses import dataclass, replace
from datetime import date

COOKIE, KEPT = "seen", 400 * 86400  # seconds; browsers keep none longer
_SAID = re.compile(r"(\d{1,15})\.(\d{1,15})\.(\d{4}-\d{2}-\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """Announcements up to `mark` are old news. `shown` is the last one that was on the page on `day`."""

    mark: int
    shown: int
    day: date

    def __str__(self) -> str:
        return f"{self.mark}.{self.shown}.{self.day}"


def seen_from(cookie: str | None, last: int, today: date, first: int | None = None) -> Seen:
    """What is seen when the page is opened `today` and `last` is the newest announcement.

    On the same day the mark stays, however often the page is opened; on a later one what was shown before is old. To who comes for
    the first time all after `first` is new (None: nothing), and to a cookie of another store, whose numbers are ahead of this one's.
    """
    found = _SAID.fullmatch(cookie or "")
    try:
        kept = Seen(int(found[1]), int(found[2]), date.fromisoformat(found[3])) if found else None
    except ValueError:
        kept = None
    if kept is None or not kept.mark <= kept.shown <= last:
        return Seen(last if first is None else first, last, today)
    return replace(kept, mark=kept.mark if kept.day == today else kept.shown, shown=last, day=today)


def all_seen(cookie: str | None, upto: int, last: int, today: date) -> Seen:
    """What is seen when somebody says that all up to `upto` is; what came while they read stays new."""
    before = seen_from(cookie, last, today)
    return Seen(max(before.mark, min(upto, last)), last, today)
