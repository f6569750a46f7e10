"""How long a server asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or an HTTP date), at most 24 hours.

    None where there is no header, or it is neither form, or it names no time ahead of us: such a header says nothing.
    """
    value = (header or "").strip()
    if value.isascii() and value.isdigit():
        # 400 digits are no reason to build a number of 400 digits
        wait = timedelta(seconds=int(value)) if len(value) < 10 else LONGEST
        return min(wait, LONGEST) if wait else None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:  # "-0000": HTTP dates are always UTC
        when = when.replace(tzinfo=UTC)
    wait = when - now
    return min(wait, LONGEST) if wait > timedelta() else None
