"""The days a document names for its comment deadline, its entry into force and itself."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cgtwatch.model.classification import Span
from cgtwatch.text.numerals import number
from cgtwatch.understand.dates_cue import COMMENT_DEADLINE, DOCUMENT_DATE, EFFECTIVE_DATE, Cue, CueTable
from cgtwatch.understand.dates_east import CHINESE, JAPANESE, KOREAN
from cgtwatch.understand.dates_europe import EUROPEAN
from cgtwatch.understand.dates_mask import DAY, Masked, mask
from cgtwatch.understand.dates_own import own_days
from cgtwatch.understand.dates_spot import Mention
from cgtwatch.understand.dates_west import ENGLISH
from cgtwatch.understand.needed import small

__all__ = ["COMMENT_DEADLINE", "DOCUMENT_DATE", "EFFECTIVE_DATE", "FoundDate", "find"]

_FIELDS = (COMMENT_DEADLINE, EFFECTIVE_DATE, DOCUMENT_DATE)
_TEXT_LIMIT = 200_000  # characters; a longer text is a book, and its dates are not those of an act
_LATIN = re.compile("[a-zA-Z]{4}")
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_UNITS = {"月": "M", "日": "D", "天": "D", "自然日": "D", "周": "W", "年": "Y", "년": "Y", "개월": "M", "일": "D", "工作日": "BD"}
_SPELLED = {
    name: value
    for value, names in {
        1: "one first", 2: "two", 3: "three third", 4: "four", 5: "five", 6: "six", 7: "seven seventh", 8: "eight", 9: "nine",
        10: "ten tenth", 11: "eleven", 12: "twelve", 14: "fourteen", 15: "fifteen", 20: "twenty twentieth", 21: "twenty-one",
        28: "twenty-eight", 30: "thirty thirtieth", 45: "forty-five", 60: "sixty", 75: "seventy-five", 90: "ninety",
    }.items()
    for name in names.split()
}  # fmt: skip
_DURATION = re.compile(r"P(\d{1,3})(D|W|M|Y)")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One field read out of a text, at most one a field. `span` counts in the text that was searched.

    `value` is None where the text gives only a length or an anchor that cannot be resolved; `relative` is that length as an
    ISO 8601 duration from publication (`P1M`, `P0D`; `P10BD` are working days, `max:P1Y` is an upper bound, several are joined
    by `|`), or None where the day is printed.
    """

    field: str
    value: date | None
    relative: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class _Candidate:
    found: FoundDate
    rank: int
    at: int


def find(text: str, *, published: date | None, lang: str | None = None, zone: str | None = None) -> tuple[FoundDate, ...]:
    """The dates of the act that `text` tells of, at most one for each field; nothing is guessed.

    Relative dates resolve only from `published`, the day as printed in the issuer's `zone`, or from a start that the text tells.
    """
    masked = mask(text[:_TEXT_LIMIT], published, zone)
    absolute: dict[str, list[_Candidate]] = {field: [] for field in _FIELDS}
    relative: dict[str, list[_Candidate]] = {field: [] for field in _FIELDS}
    days = bool(masked.mentions)
    in_small = small(masked.flow)
    windows = {False: _windows(masked.flow), True: _windows(masked.lines)} if days else {}
    for cue in (cue for table in _tables(masked, lang) for cue in table.fitting(in_small, days=days)):
        where = windows[cue.lines] if cue.relative is None else ((0, _TEXT_LIMIT),)
        for candidate in _matches(cue, masked, published, where):
            (relative if cue.relative else absolute)[cue.field].append(candidate)
    for span, mention, rank in own_days(masked) if days else ():
        absolute[DOCUMENT_DATE].append(_Candidate(FoundDate(DOCUMENT_DATE, mention.day, None, span), rank, span.start))
    found = [_choose(absolute[field], relative[field]) for field in _FIELDS]
    return tuple(one for one in found if one is not None)


def _tables(masked: Masked, lang: str | None) -> Iterator[CueTable]:
    # The scripts that occur decide, not the language alone: an English page may quote a Chinese notice and the other way round.
    flow = masked.flow
    if lang == "ja" or (lang != "zh" and _KANA.search(flow)):
        yield JAPANESE
    elif _HAN.search(flow):
        yield CHINESE
    if _HANGUL.search(flow):
        yield KOREAN
    if _LATIN.search(flow):
        yield ENGLISH
        if lang != "en":
            yield EUROPEAN


def _matches(cue: Cue, masked: Masked, published: date | None, windows: Sequence[tuple[int, int]]) -> list[_Candidate]:
    text = masked.lines if cue.lines else masked.flow
    limit = cue.limit
    if limit is not None and cue.field == DOCUMENT_DATE:
        background = _BACKGROUND.search(text, 0, limit)
        limit = background.start() if background else limit
    matches = [match for begin, end in windows for match in cue.pattern.compiled.finditer(text, begin, min(end, len(text)))]
    found = [
        _candidate(cue, masked, match, published)
        for match in matches
        if (limit is None or match.start() <= limit) and not _is_guarded(cue, text, match)
    ]
    return found[-1:] if cue.last else found


# Under such a heading other acts are told of.
_BACKGROUND = re.compile(r"(?:起草|制定|出台|政策|编制|修订|立法)的?(?:背景|依据|过程|必要性)|^Background$", re.MULTILINE)
_DAY = re.compile(DAY)
_REACH = 280  # characters to either side of a day; the longest cue stays within


def _windows(text: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text around its days: a cue that needs a day cannot match anywhere else."""
    windows: list[tuple[int, int]] = []
    for day in _DAY.finditer(text):
        begin, end = max(0, day.start() - _REACH), min(len(text), day.end() + _REACH)
        if windows and begin <= windows[-1][1]:
            begin = windows.pop()[0]
        windows.append((begin, end))
    return tuple(windows)


def _is_guarded(cue: Cue, text: str, match: re.Match[str]) -> bool:
    if cue.unless is None and cue.needs is None:
        return False
    begin, end = _sentence(text, match.start(), match.end())
    sentence = text[begin:end]
    if cue.unless is not None and cue.unless.compiled.search(sentence):
        return True
    return cue.needs is not None and not cue.needs.compiled.search(sentence)


_STOP = re.compile(r"[。！？!?\n]|\.(?= )")
_SENTENCE_REACH = 400


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a match, at most some hundred characters to either side."""
    begin = max(0, start - _SENTENCE_REACH)
    for stop in _STOP.finditer(text, begin, start):
        begin = stop.end()
    stop_after = _STOP.search(text, end, min(len(text), end + _SENTENCE_REACH))
    return begin, stop_after.start() if stop_after else min(len(text), end + _SENTENCE_REACH)


def _candidate(cue: Cue, masked: Masked, match: re.Match[str], published: date | None) -> _Candidate:
    span = masked.span(match.start(), match.end(), lines=cue.lines)
    if cue.relative is None:
        day = _year_fixed(cue.field, masked.mention(match["d"]), published)
        return _Candidate(FoundDate(cue.field, day, None, span), cue.rank, match.start())
    relative = _length(cue.relative, match)
    told = match.groupdict().get("s")
    anchor = masked.mention(told).day if told else _told_start(masked, match) or published
    return _Candidate(FoundDate(cue.field, resolve(relative, anchor), relative, span), cue.rank, match.start())


def _length(template: str, match: re.Match[str]) -> str:
    groups = match.groupdict("")
    amount = _amount(groups.get("n", ""))
    unit = groups.get("u", "").lower()
    letter = _UNITS.get(unit) or (unit[:1].upper() if unit.isascii() else "D")
    return template.format(n=amount, u=letter, act=groups.get("act", "").strip("「」『』 "))


def _amount(text: str) -> int:
    spelled = _SPELLED.get(text.lower())
    if spelled is not None:
        return spelled
    digits = re.sub(r"(?:st|nd|rd|th)$", "", text.lower())
    return number(digits) or 0


_START_TOLD = (
    re.compile(
        r"(?P<d>[\ue000-\uf8ff])[^。;\n]{2,80}?(?:发布|公布|印发|颁布|出台|launched|opened|began|published|issued|announced)",
        re.IGNORECASE,
    ),
)


def _told_start(masked: Masked, match: re.Match[str]) -> date | None:
    """The day of publication told earlier in the same sentence: "on 20 May X launched a three-month consultation"."""
    text = masked.flow
    begin, _ = _sentence(text, match.start(), match.end())
    for pattern in _START_TOLD:
        told = pattern.search(text, begin, match.end())
        if told:
            return masked.mention(told["d"]).day
    return None


def resolve(relative: str, anchor: date | None) -> date | None:
    """The day that a duration from `anchor` ends on; None for an upper bound, working days or an unknown anchor.

    Months keep the day of the month, the last one where the month is shorter; days are plain addition.
    """
    duration = _DURATION.fullmatch(relative)
    if anchor is None or duration is None:
        return None
    amount, unit = int(duration[1]), duration[2]
    try:
        if unit in "DW":
            return anchor + timedelta(days=amount * (7 if unit == "W" else 1))
        months = anchor.month - 1 + amount * (12 if unit == "Y" else 1)
        year, month = anchor.year + months // 12, months % 12 + 1
        return date(year, month, min(anchor.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        return None


def _year_fixed(field: str, mention: Mention, published: date | None) -> date:
    """A day printed without its year lies near the day of publication: deadlines ahead of it, the act itself behind it."""
    day = mention.day
    if mention.sure_year or published is None:
        return day
    if field == DOCUMENT_DATE and day > published + timedelta(days=7):
        return _shifted(day, -1)
    if field != DOCUMENT_DATE and day < published - timedelta(days=240 if field == EFFECTIVE_DATE else 60):
        return _shifted(day, 1)
    return day


def _shifted(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _choose(absolute: Sequence[_Candidate], relative: Sequence[_Candidate]) -> FoundDate | None:
    """A printed day beats a length; of two lengths for different things none is the answer, and both are told."""
    if absolute:
        return min(absolute, key=lambda one: (one.rank, one.at)).found
    if not relative:
        return None
    ordered = sorted(relative, key=lambda one: (one.rank, one.at))
    best = ordered[0]
    lengths = list(dict.fromkeys(one.found.relative for one in ordered if one.rank == best.rank))
    if len(lengths) == 1 or best.found.relative is None:
        return best.found
    return FoundDate(best.found.field, None, "|".join(str(length) for length in lengths), best.found.span)
