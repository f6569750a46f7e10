"""Every day that a text prints, in whatever script, calendar and order, with where it stands."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cgtwatch.text.numerals import HAN, number
from cgtwatch.understand.needed import Expression, Screen, small

_FIRST, _LAST = 1945, 2100  # outside of these a "date" is a law of long ago, a sentinel or a number
_GAP = r"\s{0,3}"
_DIGITS = re.compile(r"\d+")
_FEW = 4
_REACH = 40  # characters; "Wednesday, September 30" and the gaps of wrapped lines stay within
_MONTHS = {
    1: "january januar janvier enero jan jänner",
    2: "february februar février fevrier febrero feb",
    3: "march märz marz mars marzo mar",
    4: "april avril abril apr",
    5: "may mai mayo",
    6: "june juni juin junio jun",
    7: "july juli juillet julio jul",
    8: "august août aout agosto aug",
    9: "september septembre septiembre setiembre sept sep",
    10: "october oktober octobre octubre oct okt",
    11: "november novembre noviembre nov",
    12: "december dezember décembre decembre diciembre dec dez",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "(?:" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + ")"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s{1,2})?"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911}


@dataclass(frozen=True, slots=True)
class Mention:
    """A day as printed. `sure_year` is False where the year was not printed and `published` lent it."""

    start: int
    end: int
    day: date
    sure_year: bool = True


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is known beside the text: the day it appeared and the issuer's zone."""

    published: date | None
    zone: str


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: Expression
    read: Callable[[re.Match[str], _Setting], date | None]
    year_printed: bool = True


def spot(text: str, published: date | None, zone: str | None) -> tuple[Mention, ...]:
    """All days in `text`, in its order. `text` must be width-folded and in simplified script, character for character.

    A day without a year takes that of `published` and is left out where that is not known. A date such as 03/04/2024 is read
    only where `zone` tells the order, or where one number is above 12.
    """
    setting = _Setting(published, zone or "")
    taken = bytearray(len(text))
    mentions = []
    near_digits: tuple[tuple[int, int], ...] | None = None
    for shape in (_SHAPES[place] for place in _SCREEN.fitting(small(text))):
        if near_digits is None:
            near_digits = tuple(_near_digits(text))
        windows = _holding(text, near_digits, _signs(shape.pattern)) if r"\d" in shape.pattern.pattern else ((0, len(text)),)
        find = shape.pattern.compiled.finditer
        for match in (match for begin, end in windows for match in find(text, begin, end)):
            if any(taken[match.start() : match.end()]):
                continue
            day = shape.read(match, setting)
            if day is None or not _FIRST <= day.year <= _LAST:
                continue
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
            mentions.append(Mention(match.start(), match.end(), day, shape.year_printed))
    return tuple(sorted(mentions, key=lambda mention: mention.start))


def _near_digits(text: str) -> Iterator[tuple[int, int]]:
    """The stretches around figures: in most of a text there are none, and month names alone make no date."""
    begin, end = 0, -1
    for match in _DIGITS.finditer(text):
        if match.start() - _REACH > end:
            if end >= 0:
                yield begin, end
            begin = max(0, match.start() - _REACH)
        end = min(len(text), match.end() + _REACH)
    if end >= 0:
        yield begin, end


@lru_cache(maxsize=64)
def _signs(pattern: Expression) -> tuple[str, ...]:
    """The few characters of which one stands in every such day, where no letters count."""
    strings = pattern.needed or ()
    return (
        tuple(strings) if len(strings) <= _FEW and not any(string.isalpha() and string < "\u0250" for string in strings) else ()
    )


def _holding(text: str, windows: tuple[tuple[int, int], ...], signs: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Those of the stretches that hold one of the signs; all of them, where there are none."""
    for begin, end in windows:
        if not signs or any(text.find(sign, begin, end) >= 0 for sign in signs):
            yield begin, end


def _day(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year or 0, month or 0, day or 0)
    except (ValueError, OverflowError):
        return None


def _plain(match: re.Match[str], setting: _Setting) -> date | None:  # noqa: ARG001 - one signature for all shapes
    return _day(number(match["y"]), number(match["m"]), number(match["d"]))


def _era(match: re.Match[str], setting: _Setting) -> date | None:  # noqa: ARG001
    year = number(match["y"])
    return _day(_ERAS[match["era"]] + year, number(match["m"]), number(match["d"])) if year else None


def _republic(match: re.Match[str], setting: _Setting) -> date | None:  # noqa: ARG001
    year = number(match["y"])
    return _day(_ERAS["民国"] + year, number(match["m"]), number(match["d"])) if year else None


def _named(match: re.Match[str], setting: _Setting) -> date | None:  # noqa: ARG001
    return _day(int(match["y"]), _MONTH_OF[small(match["m"])], int(match["d"]))


def _slashed(match: re.Match[str], setting: _Setting) -> date | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if first > 12:
        return _day(year, second, first)
    if second > 12 or first == second or setting.zone.startswith(("America/", "US/")):
        return _day(year, first, second)
    return _day(year, second, first) if setting.zone.startswith(("Europe/", "Australia/", "Pacific/")) else None


def _yearless(match: re.Match[str], setting: _Setting) -> date | None:
    if setting.published is None:
        return None
    return _day(setting.published.year, number(match["m"]), number(match["d"]))


def _yearless_named(match: re.Match[str], setting: _Setting) -> date | None:
    if setting.published is None:
        return None
    return _day(setting.published.year, _MONTH_OF[small(match["m"])], int(match["d"]))


_YEARS_ON = {"今年": 0, "本年": 0, "올해": 0, "明年": 1, "来年": 1, "翌年": 1, "내년": 1, "去年": -1, "昨年": -1, "지난해": -1}
_NEXT_MONTH = frozenset(["下月", "下个月", "来月", "翌月", "내달", "다음달"])


def _told_year(match: re.Match[str], setting: _Setting) -> date | None:
    """ "1 March next year"; New Year's Day where no month is told."""
    if setting.published is None:
        return None
    groups = match.groupdict()
    return _day(setting.published.year + _YEARS_ON[groups["w"]], number(groups.get("m") or "1"), number(groups.get("d") or "1"))


def _told_month(match: re.Match[str], setting: _Setting) -> date | None:
    """ "The 18th of next month"."""
    if setting.published is None:
        return None
    months = setting.published.year * 12 + setting.published.month - 1 + ("".join(match["w"].split()) in _NEXT_MONTH)
    return _day(months // 12, months % 12 + 1, number(match["d"]))


def _pattern(text: str) -> Expression:
    return Expression(text, ignoring_case=True)


_YMD = rf"年{_GAP}(?:[(]\d{{4}}年[)])?{_GAP}(?P<m>\d{{1,2}}){_GAP}月{_GAP}(?P<d>\d{{1,2}}){_GAP}[日号]"
_HAN_YMD = r"年(?P<m>[一二三四五六七八九十]{1,2})\s?月\s?(?P<d>[一二三四五六七八九十]{1,3})\s?[日号]"
_TO_DAY = r"(?:\s?[-–—]\s?(?P<d>\d{1,2}))"  # of a range of days the end counts

_SHAPES = (
    _Shape(_pattern(rf"(?:中华)?(?P<era>令和|平成|昭和|民国){_GAP}(?P<y>\d{{1,3}}|元){_GAP}{_YMD}"), _era),
    _Shape(_pattern(rf"(?:中华)?(?P<era>令和|平成|昭和|民国){_GAP}(?P<y>[{HAN}]{{1,5}}|元){_HAN_YMD}"), _era),
    _Shape(_pattern(rf"(?<![{HAN}])(?P<y>一百[{HAN}]{{0,4}}|[八九]十[一二三四五六七八九]?){_HAN_YMD}"), _republic),
    _Shape(_pattern(rf"(?<!\d)(?P<y>(?:19|20)\d{{2}}){_GAP}{_YMD}"), _plain),
    _Shape(_pattern(rf"(?<![\d第])(?P<y>1[0-2]\d){_GAP}{_YMD}"), _republic),
    _Shape(_pattern(rf"(?<![{HAN}])(?P<y>[〇零○一二三四五六七八九]{{4}}){_HAN_YMD}"), _plain),
    _Shape(_pattern(r"(?<!\d)(?P<y>(?:19|20)\d{2})년\s?(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일"), _plain),
    _Shape(_pattern(r"(?<![\d/-])(?P<y>(?:19|20)\d{2})(?P<s>[-/.])\s?(?P<m>\d{1,2})(?P=s)\s?(?P<d>\d{1,2})(?![\d/-])"), _plain),
    _Shape(_pattern(r"(?<![\d/])(?P<y>1[01]\d)/(?P<m>\d{2})/(?P<d>\d{2})(?![\d/])"), _republic),
    _Shape(_pattern(r"(?<![\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>(?:19|20)\d{2})(?![\d/])"), _slashed),
    _Shape(_pattern(r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>(?:19|20)\d{2})(?!\d)"), _plain),
    _Shape(_pattern(rf"\b{_WEEKDAY}(?P<m>{_MONTH})\.?\s{{1,2}}\d{{1,2}}{_TO_DAY},?\s{{1,3}}(?P<y>(?:19|20)\d{{2}})\b"), _named),
    _Shape(
        _pattern(
            rf"\b{_WEEKDAY}(?P<m>{_MONTH})\.?\s{{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<y>(?:19"
            rf"|20)\d{{2}})\b"
        ),
        _named,
    ),
    _Shape(
        _pattern(
            rf"(?<![\d.])\b{_WEEKDAY}(?:the\s)?(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?\s{{1,2}}(?:of\s"
            rf"|de\s)?(?P<m>{_MONTH})\.?,?"
            rf"\s{{1,3}}(?:de\s|del\s)?(?P<y>(?:19|20)\d{{2}})\b"
        ),
        _named,
    ),
    _Shape(_pattern(rf"/(?P<y>(?:19|20)\d{{2}}), de (?P<d>\d{{1,2}}) de (?P<m>{_MONTH})\b(?! del? \d)"), _named),
    _Shape(_pattern(r"(?P<w>今年|本年|明年|来年|翌年|去年|昨年)\s?(?:的)?元旦"), _told_year),
    _Shape(
        _pattern(
            rf"(?P<w>今年|本年|明年|来年|翌年|去年|昨年)的?{_GAP}(?P<m>\d{{1,2}}){_GAP}月{_GAP}(?P<d>\d{{1,2}}){_GAP}[日号]"
        ),
        _told_year,
    ),
    _Shape(_pattern(r"(?P<w>올해|내년|지난해)\s?(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일"), _told_year),
    _Shape(_pattern(rf"(?P<w>下个?月|本月|当月|来月|今月|翌月){_GAP}(?P<d>\d{{1,2}}){_GAP}[日号]"), _told_month),
    _Shape(_pattern(r"(?P<w>내달|다음\s?달|이달|이번\s?달)\s?(?P<d>\d{1,2})일"), _told_month),
    _Shape(_pattern(rf"(?<![\d年])(?P<m>\d{{1,2}}){_GAP}月{_GAP}(?P<d>\d{{1,2}}){_GAP}[日号]"), _yearless, year_printed=False),
    _Shape(_pattern(r"(?<!\d)(?<!년)(?<!년\s)(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일"), _yearless, year_printed=False),
    _Shape(
        _pattern(rf"\b(?P<m>{_MONTH})\s{{1,2}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d-])(?!\s?[-–—]\s?\d)\b"),
        _yearless_named,
        year_printed=False,
    ),
    _Shape(
        _pattern(
            rf"(?<![\d.-])\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,2}}"
            rf"(?P<m>{_MONTH})\b"
        ),
        _yearless_named,
        year_printed=False,
    ),
)
_SCREEN = Screen([shape.pattern for shape in _SHAPES])
