"""The written forms of a date, in the order in which they are tried: each says how to find one and how to read it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_MONTHS = {
    # English, German, French, Spanish, Portuguese, Italian, Dutch: three letters tell most, the full names the rest.
    1: "january jan januar jänner janvier janv enero ene janeiro gennaio januari",
    2: "february feb februar février févr fevrier febrero fevereiro febbraio februari",
    3: "march mar märz maerz mrz mars marzo março maart mrt",
    4: "april apr avril avr abril abr aprile",
    5: "may mai mayo maio maggio mei",
    6: "june jun juni juin junio junho giugno",
    7: "july jul juli juillet juil julio julho luglio",
    8: "august aug août aout agosto ago augustus",
    9: "september sep sept septembre septiembre setembro settembre",
    10: "october oct oktober okt octobre octubre outubro ottobre",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre",
}
MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "(?P<month_name>" + "|".join(sorted(MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_TIME = (
    r"(?P<hour>[01]?\d|2[0-4])\s*[:：时點点時h]\s*(?P<minute>[0-5]?\d)"
    r"(?:\s*[:：分]\s*(?P<second>[0-6]?\d)(?:[.,]\d{1,12})?)?\s*[秒分]?"
)
_HALF = r"(?:\s*(?P<half>[ap]\.?\s?m\b\.?))?"
_ZONE = (
    r"(?:\s*(?P<zone>Z\b|(?:(?:GMT|UTC)\s*)?[+\-−]\s?\d{1,2}(?::?\d{2})?(?!\d)|"
    r"(?-i:GMT|UTC|UT|CST|EST|EDT|CDT|MST|MDT|PST|PDT|BST|CET|CEST|EET|EEST|MSK|JST|KST|HKT|SGT|IST|AEST|AEDT|NZST|NZDT|WET|WEST)\b))?"
)
_BEFORE_TIME = (
    r"(?:\s*日?\s*[T,，;|\-–]?\s*(?:at|um|à|a las)?\s*(?:[(（]?(?:星期|周|週|礼拜)[一二三四五六日天][)）]?)?"
    r"\s*(?P<noon>上午|下午|晚上|凌晨|中午)?\s*"
)
CLOCK = _BEFORE_TIME + _TIME + _HALF + _ZONE + ")?"
_NOT_IN_NUMBER = r"(?<![\d.])"
_NOT_BEFORE_NUMBER = r"(?!\d)"
_CHINESE_DIGITS = dict(zip("〇零○Ｏ一二三四五六七八九", [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], strict=True))


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written: the day, and the time and zone where they stand beside it."""

    on: date
    hour: int | None = None
    minute: int = 0
    second: int = 0
    zone: str | None = None
    instant: datetime | None = None  # where the form itself is a moment (an epoch, "3 hours ago")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a form needs beside its own words: the local moment of reading, and whether the month stands first."""

    local_now: datetime
    month_first: bool
    taiwan: bool


Reader = Callable[[re.Match[str], Frame], Written | None]


def _clocked(found: re.Match[str], day: date) -> Written:
    """`day` with the time of day that the match holds, if it holds one."""
    parts = found.groupdict()
    if parts.get("hour") is None:
        return Written(day)
    hour, half, noon = int(parts["hour"]), (parts.get("half") or "").lower()[:1], parts.get("noon")
    if half == "p" or (noon in ("下午", "晚上") and hour < 12):
        hour = hour % 12 + 12
    elif half == "a" and hour == 12:
        hour = 0
    if hour == 24:
        hour, day = 0, day + timedelta(days=1)
    return Written(day, hour, int(parts["minute"]), min(59, int(parts["second"] or 0)), parts.get("zone"))


def _ymd(found: re.Match[str], _: Frame) -> Written | None:
    return _clocked(found, date(int(found["year"]), int(found["month"]), int(found["day"])))


def _two_digit_year(found: re.Match[str], _: Frame) -> Written | None:
    year = int(found["year"])
    year += 1900 if year >= 90 else 2000
    return _clocked(found, date(year, int(found["month"]), int(found["day"])))


def _named(found: re.Match[str], _: Frame) -> Written | None:
    year = int(found["year"])
    if year < 100:
        year += 1900 if year >= 90 else 2000
    return _clocked(found, date(year, MONTH_OF[found["month_name"].lower()], int(found["day"])))


def _numeric(found: re.Match[str], frame: Frame) -> Written | None:
    """`7/8/2026`: the month stands first in America; a number above 12 settles it anywhere; with dots the day is first."""
    one, two = int(found["one"]), int(found["two"])
    month_first = (frame.month_first and found["mark"] != ".") if one <= 12 and two <= 12 else two > 12
    month, day = (one, two) if month_first else (two, one)
    return _clocked(found, date(int(found["year"]), month, day))


def _compact(found: re.Match[str], _: Frame) -> Written | None:
    return _clocked(found, date(int(found["year"]), int(found["month"]), int(found["day"])))


def _era(found: re.Match[str], _: Frame) -> Written | None:
    """Taiwan counts from 1912, Japan from the accession of its emperors; the first year is written 元."""
    starts = {"民": 1911, "中": 1911, "令": 2018, "平": 1988, "昭": 1925, "R": 2018, "H": 1988, "S": 1925, "r": 2018, "h": 1988}
    counted = 1 if found["year"] == "元" else int(found["year"])
    return _clocked(found, date(starts[found["era"][0]] + counted, int(found["month"]), int(found["day"])))


def _taiwan(found: re.Match[str], frame: Frame) -> Written | None:
    if not frame.taiwan:
        return None
    return _clocked(found, date(1911 + int(found["year"]), int(found["month"]), int(found["day"])))


def _in_words(found: re.Match[str], _: Frame) -> Written | None:
    year = int("".join(str(_CHINESE_DIGITS[digit]) for digit in found["year"]))
    return Written(date(year, _chinese_number(found["month"]), _chinese_number(found["day"])))


def _chinese_number(text: str) -> int:
    """1 to 99: 七, 十, 十七, 二十, 二十七, 廿七."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return int("".join(str(_CHINESE_DIGITS[digit]) for digit in text))
    tens, _, ones = text.partition("十")
    return (_CHINESE_DIGITS[tens] if tens else 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0)


def _epoch(found: re.Match[str], frame: Frame) -> Written | None:
    seconds = int(found["epoch"]) / (1000 if len(found["epoch"]) == 13 else 1)
    moment = datetime.fromtimestamp(seconds, tz=frame.local_now.tzinfo)
    return Written(moment.date(), instant=moment)


_UNITS: Mapping[str, timedelta] = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小": timedelta(hours=1),
    "时": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(weeks=1),
    "星": timedelta(weeks=1),
    "sec": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "hou": timedelta(hours=1),
    "day": timedelta(days=1),
    "wee": timedelta(weeks=1),
}


def _ago(found: re.Match[str], frame: Frame) -> Written | None:
    unit = found["unit"].lower()
    step = _UNITS.get(unit[:3]) or _UNITS[unit[0]]
    count = {"a": 1, "an": 1, "半": 0.5}.get(found["count"].lower())
    moment = frame.local_now - step * (float(found["count"]) if count is None else count)
    # "Three days ago" tells a day, "three hours ago" a moment.
    return Written(moment.date(), instant=moment if step < timedelta(days=1) else None)


_DAYS_BACK = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2, "刚刚": 0, "just now": 0}


def _near(found: re.Match[str], frame: Frame) -> Written | None:
    day = frame.local_now.date() - timedelta(days=_DAYS_BACK[found["word"].lower()])
    return _clocked(found, day)


def _yearless(found: re.Match[str], frame: Frame) -> Written | None:
    """A list of news prints month and day of the past twelve months; a week ahead is still this year's."""
    today = frame.local_now.date()
    day = date(today.year, int(found["month"]), int(found["day"]))
    if day > today + timedelta(days=7):
        day = date(today.year - 1, day.month, day.day)
    return _clocked(found, day)


def _form(pattern: str, reader: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE), reader


_Y = r"(?P<year>(?:19|20)\d\d)"
_M = r"(?P<month>1[0-2]|0?[1-9])"
_D = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_SMALL = "[〇零○一二三四五六七八九十廿卅]"

FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    _form(rf"{_NOT_IN_NUMBER}{_Y}\s?(?P<mark>[-/.·‐–—_])\s?{_M}\s?(?P=mark)\s?{_D}{_NOT_BEFORE_NUMBER}\.?{CLOCK}", _ymd),
    _form(rf"{_NOT_IN_NUMBER}{_Y}\s*[年년]\s*{_M}\s*[月월]\s*{_D}\s*[日号號일]?{_NOT_BEFORE_NUMBER}{CLOCK}", _ymd),
    _form(
        rf"(?P<era>中华民国|中華民國|民国|民國|令和|平成|昭和)\s*(?P<year>\d{{1,3}}|元)\s*年\s*{_M}\s*月\s*{_D}\s*日{CLOCK}", _era
    ),
    _form(rf"(?<![A-Za-z\d])(?P<era>[RHS])(?P<year>\d{{1,2}})[./年]{_M}[./月]{_D}{_NOT_BEFORE_NUMBER}{CLOCK}", _era),
    _form(
        rf"(?P<year>[〇零○一二三四五六七八九]{{4}})\s*年\s*(?P<month>{_SMALL}{{1,2}})\s*月\s*(?P<day>{_SMALL}{{1,3}})\s*日",
        _in_words,
    ),
    _form(
        rf"{_WEEKDAY}{_NOT_IN_NUMBER}{_D}(?:st|nd|rd|th|er|º|\.)?(?:\s+de)?[\s\-/]*{_MONTH}(?:\s+de)?[\s\-/,']*(?P<year>\d{{4}}|\d\d(?=\s+\d\d:|\s*$)){_NOT_BEFORE_NUMBER}{CLOCK}",
        _named,
    ),
    _form(rf"(?<![^\W\d_]){_MONTH}\s*{_D}(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{{4}}){_NOT_BEFORE_NUMBER}{CLOCK}", _named),
    _form(
        rf"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+{_MONTH}\s+{_D}\s+{_TIME}{_ZONE}\s+(?P<year>\d{{4}}){_NOT_BEFORE_NUMBER}",
        _named,
    ),
    _form(
        rf"{_NOT_IN_NUMBER}(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<year>(?:19|20)\d\d){_NOT_BEFORE_NUMBER}{CLOCK}",
        _numeric,
    ),
    _form(
        rf"{_NOT_IN_NUMBER}{_Y}(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?:T?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?P<zone>Z)?|(?!\d))",
        _compact,
    ),
    _form(rf"{_NOT_IN_NUMBER}(?P<year>1[0-4]\d|\d\d)\s*[-/.年]\s*{_M}\s*[-/.月]\s*{_D}{_NOT_BEFORE_NUMBER}日?{CLOCK}", _taiwan),
    _form(rf"^\W*(?P<year>\d\d)[-/.]{_M}[-/.]{_D}{_NOT_BEFORE_NUMBER}{CLOCK}\W*$", _two_digit_year),
    _form(r"^\s*(?P<epoch>\d{10}|\d{13})\s*$", _epoch),
    _form(
        r"(?P<count>\d{1,3}|半|\ban?)\s*个?\s*(?P<unit>秒钟?|分钟?|小时|时|天|日|周|星期|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?)\s*(?:以?前|之前|ago)",
        _ago,
    ),
    _form(rf"^\W*(?P<word>今天|今日|昨天|昨日|前天|刚刚|today|yesterday|just now)(?=[\W\d]|$){CLOCK}", _near),
    _form(rf"^\W*{_M}\s*[-/.月]\s*{_D}{_NOT_BEFORE_NUMBER}日?{CLOCK}\W*$", _yearless),
)
