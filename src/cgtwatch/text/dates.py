"""Dates as publishers print them, zh and en first, read by our own rules.

Libraries read `2026年7月8日` as 1 November, take `CST` for Chicago and a date without zone for UTC; each is a wrong day.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from cgtwatch.text.date_forms import FORMS, Frame, Written

_SAMPLE = 300  # a date stands at the head of its element; ten thousand digits are no date
_FIRST = date(1990, 1, 1)
_AHEAD = timedelta(days=400)  # consultations and dates of effect lie ahead, but not further
_OFFSETS = {  # hours east of Greenwich; RFC 822 names the American ones, the others are what feeds really send
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9,
    "HKT": 8, "SGT": 8, "IST": 5.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
# How feeds write a moment (RFC 822): read at once, where the forms one after the other cost five times as much.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) (" + "|".join(_MONTHS) + r") ((?:19|20)\d\d) "
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (GMT|[+\-]\d{4})"
)
_NUMERIC_ZONE = re.compile(r"(?:GMT|UTC)?\s*([+\-−])\s?(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_IN_PATH = (
    re.compile(r"[/_t](?P<year>(?:19|20)\d\d)(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?=[_/.\-]|\d{1,9}\.|$)"),
    re.compile(r"/(?P<year>(?:19|20)\d\d)[-/](?P<month>1[0-2]|0?[1-9])[-/](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>20\d\d)-(?P<month>1[0-2]|0[1-9])-(?P<day>3[01]|[12]\d|0[1-9])(?!\d)"),
    re.compile(r"/(?P<year>(?:19|20)\d\d)-?(?P<month>1[0-2]|0[1-9])/(?P<day>3[01]|[12]\d|0[1-9])/"),
)


@dataclass(frozen=True, slots=True)
class When:
    """The day in the source's zone as the publisher prints it, and the moment in aware UTC where a time was given."""

    on: date
    at: datetime | None = None


def parse_date(text: str, *, zone: str, formats: Sequence[str] = (), now: datetime) -> When | None:
    """The first believable date in `text`, or None.

    `formats` (strptime) are tried first. `zone` (IANA) is the source's: it is what a time without zone is in, and it
    decides what `CST`, `IST` and `7/8/2026` mean. Before 1990 and more than 400 days after `now` nothing is believed.
    Never raises.
    """
    text = " ".join(unicodedata.normalize("NFKC", text[: 4 * _SAMPLE]).split())[:_SAMPLE]
    place = zone_of(zone)
    local_now = _local(now, place)
    for written in (_by_format(text, form) for form in formats):
        when = _believable(written, place, zone, now)
        if when:
            return when
    when = _by_rfc822(text, place, zone, now)
    if when:
        return when
    frame = Frame(local_now, zone.startswith(("America/", "US/")), zone == "Asia/Taipei")
    for pattern, reader in FORMS:
        for found in pattern.finditer(text):
            try:
                when = _believable(reader(found, frame), place, zone, now)
            except (ValueError, OverflowError, KeyError, OSError):
                continue
            if when:
                return when
    return None


def from_url(url: str, *, now: datetime) -> date | None:
    """The day that an address holds, as content systems put it there: `/t20260708_…`, `/art/2026/7/8/…`, `/2026-07/08/`."""
    for pattern in _IN_PATH:
        for found in pattern.finditer(url[:2000]):
            try:
                day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
            if _in_time(day, now):
                return day
    return None


def zone_of(name: str) -> tzinfo:
    """The named zone; an unknown name is UTC, for the settings are checked where they are read."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _by_rfc822(text: str, place: tzinfo, zone: str, now: datetime) -> When | None:
    found = _RFC822.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, named = found.groups()
    try:
        on = date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None
    return _believable(Written(on, int(hour), int(minute), int(second), named), place, zone, now)


def _by_format(text: str, form: str) -> Written | None:
    try:
        read = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added from the source where the text has none
    except (ValueError, re.error, OverflowError):
        return None
    if read.tzinfo is not None:
        return Written(read.date(), instant=read)
    timed = any(mark in form for mark in ("%H", "%I", "%c", "%X", "%T"))
    return Written(read.date(), read.hour if timed else None, read.minute, read.second)


def _believable(written: Written | None, place: tzinfo, zone: str, now: datetime) -> When | None:
    if written is None:
        return None
    try:
        when = _when(written, place, zone)
    except (ValueError, OverflowError):
        return None
    return when if _in_time(when.on, now) else None


def _when(written: Written, place: tzinfo, zone: str) -> When:
    if written.instant is not None:
        return When(written.instant.astimezone(place).date(), written.instant.astimezone(UTC))
    if written.hour is None:
        return When(written.on)
    there = _zone_named(written.zone, zone) or place
    moment = datetime.combine(written.on, time(written.hour, written.minute, written.second), there)
    at = moment.astimezone(UTC)
    # Midnight sharp is how a bare day is written where a time is asked for: the day stays as printed.
    bare = (written.hour, written.minute, written.second) == (0, 0, 0)
    return When(written.on if bare and at.utcoffset() == moment.utcoffset() else at.astimezone(place).date(), at)


def _zone_named(name: str | None, zone: str) -> tzinfo | None:
    """The zone a date names; None where it names none. `CST` is China's in Asia, `IST` Ireland's or Israel's at home."""
    if not name:
        return None
    name = name.strip().upper()
    numeric = _NUMERIC_ZONE.fullmatch(name)
    if numeric:
        offset = timedelta(hours=int(numeric[2]), minutes=int(numeric[3] or 0))
        return timezone(-offset if numeric[1] in "-−" else offset) if offset < timedelta(hours=15) else None
    if (name == "CST" and not zone.startswith(("America/", "US/", "UTC", "Etc/"))) or (name == "IST" and zone != "Asia/Kolkata"):
        return None
    return timezone(timedelta(hours=_OFFSETS[name])) if name in _OFFSETS else None


def _local(now: datetime, place: tzinfo) -> datetime:
    try:
        return now.astimezone(place)
    except (OverflowError, ValueError):
        return now


def _in_time(day: date, now: datetime) -> bool:
    try:
        return _FIRST <= day <= now.date() + _AHEAD
    except OverflowError:
        return day >= _FIRST
