"""When does a reader want to hear nothing: quiet hours read, shown, and followed over midnight and clock changes."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cgtwatch.model.subscription import Quiet, Subscription
from cgtwatch.select.cadence import zone

_FORM = re.compile(r"(?:(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2}))?\s*,?\s*(weekends?)?")
_MEND = "write 22:00-07:00, 22:00-07:00,weekends or weekends"
_MIDNIGHT = time()
_SATURDAY = 5


def parse_quiet(text: str) -> Quiet | None:
    """The quiet hours that `text` names, such as `22:00-07:00`, `weekends` or both with a comma; None for `none` and hours of no length.

    Raises ValueError that says how to write it.
    """
    plain = text.strip().lower()
    if plain in {"none", "off"}:
        return None
    found = _FORM.fullmatch(plain)
    if found is None or not plain or plain.startswith(",") or plain.endswith(","):
        raise ValueError(f"quiet hours {text!r}: not understood; {_MEND}, or none")
    *clock, weekends = found.groups()
    hours = [int(part) for part in clock if part is not None] or [0, 0, 0, 0]
    if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
        raise ValueError(f"quiet hours {text!r}: no such time of day; write 00:00 to 23:59")
    quiet = Quiet(time(hours[0], hours[1]), time(hours[2], hours[3]), weekends is not None)
    return quiet if quiet.start != quiet.end or quiet.weekends else None


def show_quiet(quiet: Quiet | None) -> str:
    """The quiet hours as `parse_quiet` reads them; `none` where there are none."""
    hours = f"{quiet.start:%H:%M}-{quiet.end:%H:%M}" if quiet and quiet.start != quiet.end else ""
    return ",".join(filter(None, [hours, "weekends" if quiet and quiet.weekends else ""])) or "none"


def is_quiet(subscription: Subscription, now: datetime) -> bool:
    """Whether `now` (aware) lies in the reader's quiet hours, by the clock on the reader's wall; their end no longer does.

    Raises ValueError for an unknown zone.
    """
    quiet = subscription.options.quiet
    return quiet is not None and _rests(quiet, now.astimezone(zone(subscription.timezone)))


def quiet_end(subscription: Subscription, at: datetime) -> datetime:
    """The first instant from `at` (aware) on that lies outside the reader's quiet hours, in UTC; `at` itself where it does.

    An end that the clock skips in spring is the instant of the jump; of one that comes twice in autumn the first counts, and the
    hour that is repeated after it is quiet again where the wall clock says so. Raises ValueError for an unknown zone.
    """
    now, quiet = at.astimezone(UTC), subscription.options.quiet
    if quiet is None:
        return now
    here = zone(subscription.timezone)
    while _rests(quiet, wall := now.astimezone(here)):
        left = _left(quiet, wall.replace(tzinfo=None))
        now = _changed(here, now, now + left) or now + left
    return now


def _rests(quiet: Quiet, wall: datetime) -> bool:
    if quiet.weekends and wall.weekday() >= _SATURDAY:
        return True
    clock = wall.time()
    if quiet.start <= quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def _left(quiet: Quiet, wall: datetime) -> timedelta:
    """How long it stays quiet by a wall clock that nobody sets; at a weekend until midnight, where it is asked again."""
    weekend = quiet.weekends and wall.weekday() >= _SATURDAY
    end = datetime.combine(wall.date(), _MIDNIGHT if weekend else quiet.end)
    return end - wall if end > wall else end + timedelta(days=1) - wall


def _changed(here: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """The first instant later than `after` and up to `until` at which the zone's clock is set; None where it is not."""

    def offset(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, here).utcoffset()

    low, high = int(after.timestamp()), int(until.timestamp())
    if offset(low) == offset(high):
        return None
    while high - low > 1:  # clocks are set at whole seconds
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
    return datetime.fromtimestamp(high, UTC)
