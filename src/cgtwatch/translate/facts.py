"""The days, quantities and numbers of a text, in whichever script they are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

from cgtwatch.text.script import simplified
from cgtwatch.translate.numerals import HAN, NUMBER, values

_MONTHS = (
    "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug", "september|sept|sep",
    "october|oct", "november|nov", "december|dec",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\b\.?"
_N, _Y, _ERA = rf"(?:\d{{1,2}}|[{HAN}]{{1,3}})", rf"(?:\d{{4}}|[{HAN}]{{4}})", r"(?P<era>民国|令和|平成|昭和)"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<year>{_Y})\s*年\s*(?P<m>{_N})\s*月(?:\s*(?P<d>{_N})\s*[日号](?:\s*(?:至|到|-|、|和)\s*(?P<d2>{_N})\s*[日号])?)?",
        rf"{_ERA}\s*(?P<year>\d{{1,3}}|元|[{HAN}]{{1,4}})\s*年(?:\s*(?P<m>{_N})\s*月(?:\s*(?P<d>{_N})\s*日)?)?",
        rf"(?P<m>(?<![\d第]){_N})\s*月\s*(?P<d>{_N})\s*[日号](?:\s*(?:至|到|-|、|和)\s*(?P<d2>{_N})\s*[日号])?",
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<year>\d{4})(?!\d)",
        rf"(?<![a-z]){_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:\s*(?:-|–|to|and|through)\s*(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,?\s*(?P<year>\d{{4}}))?",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*(?:-|–|to|and)\s*(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)?\s+(?:of\s+)?{_MONTH}(?:,?\s*(?P<year>\d{{4}}))?",
        rf"(?<![a-z]){_MONTH},?\s*(?:of\s+)?(?P<year>\d{{4}})",
        rf"(?<![年\d{HAN}第])(?P<m>{_N})\s*月份?(?![\d{HAN}])(?=[上中下底初末起内以前后,，、。至到]|$)",
    )
)
_ERAS = {"民国": 1911, "令和": 2018, "平成": 1988, "昭和": 1925}
# Not before 百, 千, 万 or 亿, which belong to the figures.
_CODE = re.compile(r"(?<![a-z0-9])(?:[a-z][a-z-]*\d[\w-]*+|\d+[a-z]{1,3}\d[\w-]*+)(?![a-z]| ?[百千万亿])", re.ASCII)
_PHASE = re.compile(
    rf"phase\s*([ivx]+|\d)(?![a-z\d])(?:\s*[/-]\s*([ivx]+|\d)(?![a-z\d]))?|([ivx]+|\d|[{HAN}])(?:\s*[/-]\s*([ivx]+|\d))?\s*期"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_PERCENT = re.compile(rf"百分之\s*([{HAN}]+|\d+(?:\.\d+)?)")
_A_UNIT = re.compile(r"(?<![a-z])(?:an?|per|each)\s+(?=[a-z])")
_FIRSTS = re.compile("首[次个例款家批项创席]|初次|第一")
# 一 and 千 inside words that count nothing; taken out of a translation, never out of its source.
_IDLE = re.compile(
    "进一步|统一|一般|一些|一致|一直|一定|一旦|一律|唯一|之一|一体|一并|一系列|一方面|一样|一切|一站式|第三方|三甲|同一|单一|一线"
    rf"|(?<![\d{HAN}])(?:万一|十分|百姓|千方百计)"
)


class Day(NamedTuple):
    """A day as far as it is told."""

    year: int | None
    month: int
    day: int | None


@dataclass(slots=True)
class Facts:
    """What a text counts and dates. `quantities` are values with the kind of their unit; `numbers` all values."""

    days: set[Day] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    quantities: set[tuple[Decimal, str]] = field(default_factory=set)
    numbers: set[Decimal] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)


def plain(text: str) -> str:
    """`text` in one width, script and case."""
    return normalize("NFKC", text).translate(_simple()).lower()


@cache
def _simple() -> dict[int, str]:
    return {ord(old): new for old, new in simplified().items()}


def facts(text: str, *, generous: bool) -> Facts:
    """The facts of `text`. `generous`: every reading of what is doubtful, as for a source; else the one that must stand in it."""
    found = Facts()
    rest = plain(text)
    if not generous:
        rest = _IDLE.sub(" ", rest)
    rest = _take_days(rest, found, generous)
    for pattern, take in ((_CODE, _code), (_PHASE, _phase), (_PERCENT, _percent)):
        for match in pattern.finditer(rest):
            take(match, found)
        rest = pattern.sub(lambda match: " " * len(match[0]), rest) if not (generous and pattern is _CODE) else rest
    if generous:
        rest = _A_UNIT.sub("one ", rest)
        if _FIRSTS.search(rest):
            found.numbers.add(Decimal(1))
    _take_numbers(rest, found, generous)
    return found


def _take_days(text: str, found: Facts, generous: bool) -> str:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            for day in _days(match, generous):
                found.days.add(day)
                if day.year:
                    found.years.add(day.year)
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def _days(match: re.Match[str], generous: bool) -> Iterator[Day]:
    parts = match.groupdict()
    year = _number(parts["year"]) if parts.get("year") else None
    if year is not None and parts.get("era"):
        year += _ERAS[parts["era"]]
    if parts.get("one"):
        one, two = int(parts["one"]), int(parts["two"])
        readings = [(one, two), (two, one)] if generous or max(one, two) > 12 else [(one, two)]
        yield from (Day(year, month, day) for month, day in readings if 1 <= month <= 12)
        return
    if parts.get("month"):
        month = next(number for number, names in enumerate(_MONTHS, 1) if parts["month"] in names.split("|"))
    elif parts.get("m"):
        month = _number(parts["m"])
    else:
        yield Day(year, 0, None)
        return
    for name in ("d", "d2"):
        if parts.get(name):
            yield Day(year, month, _number(parts[name]))
    if not parts.get("d"):
        yield Day(year, month, None)


def _number(text: str) -> int:
    if text == "元":
        return 1
    match = NUMBER.fullmatch(text)
    return int(next(values(match, generous=False))) if match else 0


def _code(match: re.Match[str], found: Facts) -> None:
    found.codes.add(re.sub(r"[-_\s]", "", match[0]))


def _phase(match: re.Match[str], found: Facts) -> None:
    for part in match.groups():
        if part:
            value = Decimal(_ROMAN.get(part) or _number(part))
            found.quantities.add((value, "phase"))
            found.numbers.add(value)


def _percent(match: re.Match[str], found: Facts) -> None:
    number = NUMBER.fullmatch(match[1])
    for value in values(number, generous=False) if number else ():
        found.quantities.add((value, "percent"))
        found.numbers.add(value)


def _take_numbers(text: str, found: Facts, generous: bool) -> None:
    for match in NUMBER.finditer(text):
        unit = _unit(text, match)
        word = match["figures"] is None
        for value in values(match, generous=generous):
            if unit == "year" and value >= 1000:
                found.years.add(int(value))
                found.numbers.add(value)
            elif unit:
                found.quantities.add((value, unit))
                found.numbers.add(value)
            elif generous or not (word and value == 1):  # "one of", 一个: counts nothing
                found.numbers.add(value)


def _unit(text: str, match: re.Match[str]) -> str:
    before, after = text[max(0, match.start() - 6) : match.start()], text[match.end() : match.end() + 30]
    for kind, prefix, suffix in _units():
        if (prefix and prefix.search(before)) or (suffix and suffix.match(after)):
            return kind
    return ""


@cache
def _units() -> tuple[tuple[str, re.Pattern[str] | None, re.Pattern[str] | None], ...]:
    """The units of the table in its order: kind, what stands before a number, what stands after it."""
    rows = (files("cgtwatch.translate") / "data" / "units.tsv").read_text(encoding="utf-8").splitlines()
    table = [row.split("\t") for row in rows if row.strip() and not row.startswith("#")][1:]
    return tuple(
        (kind, re.compile(rf"(?:{before})\s?$") if before else None, re.compile(rf"[\s-]?(?:{after})") if after else None)
        for kind, before, after in ((*row, "", "")[:3] for row in table)
    )
