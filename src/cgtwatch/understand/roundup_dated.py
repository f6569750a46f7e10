"""Entries that a review tells by date: a date alone above each, a date at the head of each paragraph, or at the end of each bullet."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from cgtwatch.understand.roundup_entry import Entry, Line, joined

_FEWEST = 3  # two dated parts can be one act and its history
_HEADLINE = 200  # characters; more is a paragraph without a headline
_SENTENCE_END = re.compile(r"[。！？](?:[”」])?|[.!?][”\"]?(?= [A-Z])")
_ENDED = re.compile(r"[.。!！?？…;；]\W{0,2}$")
_HEADING = 70  # characters; a longer line is a sentence
_SENTENCE = re.compile(r"[。；;，,！!？?]|\.$|\. ")
_LEVEL = re.compile(
    r"^(?:national level|local level|provincial level|国家层面|国家级|全国性政策|国家政策|地方层面|地方政策|各省市)$",
    re.IGNORECASE,
)
_PASSED = re.compile(r"(?:会议|委员会)\S{0,40}(?:通过|修正|修订)\S{0,3}$|(?:通过|修正)[)）]?$")
_ACTS = re.compile(
    r"发布|印发|公布|出台|批复|批准|通知|启动|征求意见|受理|施行|实施|公告|答复|召开|发出|下发|签署|颁布|公示|提出|上市|规定|办法|措施|方案|意见|"
    r"issued|released|published|announced|launched|approved|held|replied|adopted|signed|opened|submitted",
    re.IGNORECASE,
)
_BRIEF = re.compile(
    r"[一本上]周|周报|周刊|周讯|月报|要闻|盘点|汇总|梳理|速递|速览|简报|快讯|早报|日报|动态|回顾|\b(?:weekly|monthly|digest|round-?up|brief|in review)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．]")
_HISTORY = re.compile(r"背景|依据|历程|沿革|必要性|\b(?:background|history)\b", re.IGNORECASE)
_MONTH = re.compile(r"^[\s•·▪●◆*\-—]*(?P<y>20\d{2})\s?年\s?(?P<m>\d{1,2})\s?月(?!\s?\d)")
_LEADING = re.compile(r"^[\s•·▪●◆*\-—(（【\[\d.、]*$")
_NAME_LINE = re.compile(r"^《[^《》]{4,120}》(?:[(（][^()（）]{1,12}[)）])?$")
_SMALL = re.compile(
    r"you may (?:be interested|also like)|^(?:return to list|previous|next|prve|share|related|上一篇|下一篇|相关阅读|推荐阅读|返回列表"
    r"|免责声明|声明)\b",
    re.IGNORECASE,
)

_SHORT = 24  # characters of a bullet that is only the name of an agency
_PARAGRAPH = 120  # characters
_NEWSLETTER = re.compile(
    r"round-?\s?up|newsletter|bulletin|regulatory (?:update|news|digest)|policy (?:update|digest)", re.IGNORECASE
)

PlaceOf = Callable[[str], str]
"""The territory that a heading names, as its code, or nothing."""


def under_dates(lines: Sequence[Line], place_of: PlaceOf) -> list[Entry]:
    """A line that is only a date, the text below it, under headings that are places."""
    # A day right below the first line is the page's own stamp, unless that line names a place.
    heads = [
        line.number for line in lines if line.bare_day and (line.number > 1 or (line.number == 1 and place_of(lines[0].text)))
    ]
    if len(heads) < _FEWEST:
        return []
    if _is_headlined(lines, heads):
        return _headlined(lines, heads)
    entries: list[Entry] = []
    place = ""
    for position, head in enumerate(heads):
        before = lines[heads[position - 1] + 1 : head] if position else lines[:head]
        place = _place_under(before, place, place_of)
        following = heads[position + 1] if position + 1 < len(heads) else len(lines)
        body = _body(lines[head + 1 : following], place_of)
        if body:
            entries.append(_entry(body, lines[head], lines[head].bare_day, place))
    return entries


def _is_headlined(lines: Sequence[Line], heads: Sequence[int]) -> bool:
    """Whether the headlines stand above their days: a sentence below each day, and a line that is none above it."""
    clear = [
        head
        for head in heads
        if not _ENDED.search(lines[head - 1].text) and head + 1 < len(lines) and _ENDED.search(lines[head + 1].text)
    ]
    between = [later - head for head, later in pairwise(heads)]
    return len(clear) == len(heads) and all(gap >= 3 for gap in between)  # day, text, headline


def _headlined(lines: Sequence[Line], heads: Sequence[int]) -> list[Entry]:
    entries = []
    for position, head in enumerate(heads):
        following = heads[position + 1] - 1 if position + 1 < len(heads) else len(lines)
        title, day = lines[head - 1], lines[head]
        entries.append(
            Entry(
                title.start,
                lines[following - 1].end,
                title.text,
                joined(lines[head + 1 : following]),
                day.bare_day,
                name=title.text,
                kind="headline",
                day_span=(day.start, day.end),
            )
        )
    return entries


def _place_under(before: Sequence[Line], place: str, place_of: PlaceOf) -> str:
    """The place in force after some lines: a heading sets it, a heading of the national level takes it away."""
    for line in before:
        if not _is_heading(line):
            continue
        place = "" if _LEVEL.match(line.text) else place_of(line.text) or place
    return place


def _is_heading(line: Line) -> bool:
    return len(line.text) <= _HEADING and not line.days and not _SENTENCE.search(line.text)


def _body(lines: Sequence[Line], place_of: PlaceOf) -> list[Line]:
    """The lines of an entry without the headings of the next part and without the foot of the page."""
    body: list[Line] = []
    for line in lines:
        if _SMALL.search(line.text):
            break
        body.append(line)
    while body and len(body) > 1 and _is_heading(body[-1]) and (_LEVEL.match(body[-1].text) or place_of(body[-1].text)):
        body.pop()
    return body


def _entry(body: Sequence[Line], head: Line, on: date | None, place: str) -> Entry:
    title, rest = body[0].text, joined(body[1:])
    if len(title) > _HEADLINE:
        title, rest = first_sentence(title), joined(body)
    span = (head.start, head.end)
    return Entry(body[0].start, body[-1].end, title, rest, on, place, day_span=span)


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph."""
    end = _SENTENCE_END.search(text, 20)
    return text[: end.end()] if end else text


def by_paragraph(lines: Sequence[Line], place_of: PlaceOf, title: str) -> list[Entry]:
    """A paragraph that begins with its date and tells of an act; the line above may name the act.

    Days without their year count on pages whose title says that they are of a week or a month.
    """
    entries: list[Entry] = []
    place, history = "", False
    brief = bool(_BRIEF.search(title))
    for line in lines:
        if _is_heading(line):
            place = "" if _LEVEL.match(line.text) else place_of(line.text) or ("" if _NUMBERED.match(line.text) else place)
            history = bool(_HISTORY.search(line.text))
            continue
        found = _leading_day(line, brief=brief)
        if found is None or history or _PASSED.search(line.text) or not _ACTS.search(line.text[:160]):
            continue
        on, span = found
        entries.append(
            Entry(
                line.start,
                line.end,
                line.text[span[1] :].lstrip(" ,，、:：") or line.text,
                "",
                on,
                place,
                _name_above(lines, line.number),
                day_span=(line.start + span[0], line.start + span[1]),
            )
        )
    return entries if len(entries) >= _FEWEST else []


def _leading_day(line: Line, *, brief: bool) -> tuple[date, tuple[int, int]] | None:
    first = line.days[0] if line.days else None
    if first and (first.sure_year or brief) and _LEADING.match(line.text[: first.start]) and first.end < len(line.text) - 8:
        return first.day, (first.start, first.end)
    month = _MONTH.match(line.text)
    if month and 1 <= int(month["m"]) <= 12:
        # Only the month is told: its first day stands for it in the order of the entries.
        return date(int(month["y"]), int(month["m"]), 1), (month.start("y"), month.end())
    return None


def _name_above(lines: Sequence[Line], number: int) -> str:
    for line in reversed(lines[max(0, number - 3) : number]):
        if _NAME_LINE.match(line.text):
            return line.text.strip("《》")
        if len(line.text) > _HEADING:
            break
    return ""


def by_bullet(lines: Sequence[Line], place_of: PlaceOf) -> list[Entry]:  # noqa: ARG001 - one signature for all forms
    """Short lines that end in their date: `MHRA webinar on … - 17 June 2025 (2)`."""
    entries = []
    for line in lines:
        if len(line.days) != 1 or len(line.text) > 220:
            continue
        day = line.days[0]
        before = line.text[: day.start].rstrip()
        if (
            day.start < 12
            or not before.endswith(("-", "–", "—", "(", "（", ":", "："))
            or not re.match(r"^\W*(?:\(\d+\))?\W*$", line.text[day.end :])
        ):
            continue
        title = before.strip("-–—•·*(（:： ")
        above = _agency_above(lines, line.number)
        entries.append(
            Entry(
                line.start,
                line.end,
                title,
                "",
                day.day,
                kind="listed",
                agency=above,
                day_span=(line.start + day.start, line.start + day.end),
            )
        )
    return entries if len(entries) >= _FEWEST else []


def _agency_above(lines: Sequence[Line], number: int) -> str:
    """The nearest short line above without a date: the agency that the bullets are about."""
    for line in reversed(lines[max(0, number - 4) : number]):
        if not line.days and len(line.text.strip("-•*· ")) <= _SHORT:
            return line.text.strip("-•*· ")
    return ""


def by_agency(lines: Sequence[Line], title: str) -> list[Entry]:
    """A newsletter: the name of an agency, then a headline and a paragraph for each thing it did."""
    if not _NEWSLETTER.search(title):
        return []
    entries: list[Entry] = []
    agency = ""
    for index, line in enumerate(lines[:-1]):
        following = lines[index + 1]
        if not _is_headline(line):
            continue
        if _is_headline(following) and line.text != title:
            agency = line.text
            continue
        if agency and len(following.text) >= _PARAGRAPH and not line.text.endswith(":"):
            end = next((k for k in range(index + 1, len(lines)) if _is_headline(lines[k])), len(lines))
            entries.append(
                Entry(
                    line.start,
                    lines[end - 1].end,
                    line.text,
                    joined(lines[index + 1 : end]),
                    None,
                    kind="section",
                    name=line.text,
                    agency=agency,
                )
            )
    return entries if len(entries) >= 2 else []


def _is_headline(line: Line) -> bool:
    return (
        len(line.text) <= 140
        and line.after_blank
        and not re.search(r"[.:;,]$", line.text)
        and not line.text.startswith(("•", "-", "*", "Please", "http"))
    )
