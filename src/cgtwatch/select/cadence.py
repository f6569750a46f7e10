"""When is a digest due: cadences read, shown, and turned into instants over clock changes and month ends."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cgtwatch.model.subscription import Cadence, Every

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(now|hourly|daily|weekly|monthly)(?:@(?:([a-z]+|\d{1,2})-)?(\d{1,2}):(\d{2}))?")
_MEND = "write now, hourly, daily@08:00, weekly@mon-08:00 or monthly@1-08:00"


def parse_cadence(text: str) -> Cadence:
    """The cadence that `text` names; without an hour 08:00, without a day Monday or the 1st.

    `monthly@31-08:00` means the last day in shorter months. Raises ValueError that says how to write it.
    """
    found = _FORM.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"cadence {text!r} is not understood; {_MEND}")
    word, day, hour, minute = found.groups()
    cadence = Cadence(Every(word), int(hour or 8), int(minute or 0), *_day(Every(word), day, text))
    if cadence.hour > 23 or cadence.minute > 59:
        raise ValueError(f"cadence {text!r}: {hour}:{minute} is no time of day; write 00:00 to 23:59")
    if hour and cadence.every in {Every.NOW, Every.HOURLY}:
        raise ValueError(f"cadence {text!r}: {word} takes no time of day; {_MEND}")
    if cadence.every is Every.HOURLY:
        return Cadence(Every.HOURLY, 0, 0)
    return cadence


def _day(every: Every, day: str | None, text: str) -> tuple[int, int]:
    """Weekday and day of the month, as far as `every` has one."""
    if day is None:
        return 0, 1
    if every is Every.WEEKLY and day[:3] in _DAYS and not day.isdigit():
        return _DAYS.index(day[:3]), 1
    if every is Every.MONTHLY and day.isdigit() and 1 <= int(day) <= 31:
        return 0, int(day)
    raise ValueError(f"cadence {text!r}: {day!r} is no day for {every}; {_MEND}")


def show_cadence(cadence: Cadence) -> str:
    """The cadence as `parse_cadence` reads it."""
    clock = f"{cadence.hour:02}:{cadence.minute:02}"
    shown = {
        Every.DAILY: f"daily@{clock}",
        Every.WEEKLY: f"weekly@{_DAYS[cadence.weekday]}-{clock}",
        Every.MONTHLY: f"monthly@{cadence.day}-{clock}",
    }
    return shown.get(cadence.every, cadence.every.value)


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises ValueError with the mend where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise ValueError(f"time zone {name!r} is not known; write an IANA name such as Asia/Shanghai or Europe/London") from wrong


def next_due(cadence: Cadence, timezone: str, after: datetime) -> datetime:
    """The first instant later than `after` (aware) at which the cadence strikes in `timezone`, in UTC; for `now` `after` itself.

    Every local day (week, month) strikes once. A time that the clock skips in spring strikes as long after the jump as it stands
    after the jump's start (02:30 becomes 03:30); one that comes twice in autumn strikes at its first coming (PEP 495, fold 0).
    Raises ValueError for an unknown zone.
    """
    if cadence.every is Every.NOW:
        return after.astimezone(UTC)
    here = zone(timezone)
    if cadence.every is Every.HOURLY:
        return _next_hour(cadence.minute, here, after)
    # Two days back: a zone may have jumped over the date line (Samoa, December 2011).
    start = after.astimezone(here).date() - timedelta(days=2)
    clock = time(cadence.hour, cadence.minute)
    strikes = (datetime.combine(day, clock, tzinfo=here).astimezone(UTC) for day in _days(cadence, start))
    return next(strike for strike in strikes if strike > after)


def _next_hour(minute: int, here: ZoneInfo, after: datetime) -> datetime:
    """By minutes, not by arithmetic: some zones stand at half and quarter hours, and Lord Howe's clock jumps by 30 minutes."""
    candidate = after.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while candidate.astimezone(here).minute != minute:
        candidate += timedelta(minutes=1)
    return candidate


def _days(cadence: Cadence, start: date) -> Iterator[date]:
    """The local days on which the cadence strikes, from `start` on (a monthly one from the month of `start` on)."""
    if cadence.every is Every.MONTHLY:
        year, month = start.year, start.month
        while True:
            yield date(year, month, min(cadence.day, monthrange(year, month)[1]))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    step = 7 if cadence.every is Every.WEEKLY else 1
    day = start + timedelta(days=(cadence.weekday - start.weekday()) % 7) if step == 7 else start
    while True:
        yield day
        day += timedelta(days=step)
