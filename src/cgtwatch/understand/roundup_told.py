"""Entries told in prose: deputies named in the running text of an article, bullets that tell their day, titles with day and number in brackets."""

import re
from collections.abc import Sequence
from datetime import date

from cgtwatch.understand.dates_mask import fold
from cgtwatch.understand.roundup_entry import Entry, Line, joined, runs

_FEWEST = 3
_SHARE = 0.4  # of the text; where dated bullets are less, they are the history that some article tells
_HEADING = 40  # characters
_SESSIONS = re.compile(r"两会|代表|委员|提案|议案|人大|政协")
_SEAT = r"(?:人大代表|政协委员|政协常委|人大常委会委员|人大常委|政协副主席)"
_VERB = r"(?:表示|建议|指出|提出|认为|呼吁|说|看来|带来|提交|介绍|强调|的提案|的建议|[:：])"
# Surnames are one or two characters, names one or two more; offices in between end in a comma or in one of these words.
_TOLD = re.compile(
    rf"(?P<seat>(?:[^。；;\n、]{{0,24}}?[，,])?[^。；;，,\n、]{{0,16}}?{_SEAT})"
    rf"(?:[、，,][^。；;\n]{{2,60}}?(?:主任|院长|主席|主委|会长|书记|教授|院士|医师|校长|董事长|总裁|总经理|副?区长|所长|委员|局长|厅长|理事长|带头人|研究员))?"
    rf"(?P<who>[\u4e00-\u9fff·]{{2,4}}?){_VERB}"
)
_NATIONAL = re.compile(rf"全国{_SEAT}")
_MONTH = re.compile(r"(?P<y>20\d{2})年(?P<m>\d{1,2})月(?!\d)")

_BULLET = re.compile(r"^[*•·▪●◆■\-–—]\s*|^[(（]?\d{1,2}[.)）、]\s+")
_ACT = re.compile(
    r"\b(?:approv|authori[sz]|clear|grant|issu|publish|releas|announc|adopt|recommend|designat|finali[sz]|launch|accept)\w*"
    r"|批准|发布|印发|公布|受理|附条件|纳入|颁布|出台",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(?P<name>.{6,240}?)\s*[(（](?P<inside>[^()（）]{8,120})[)）]\s*$")
_NUMBERED = re.compile(r"第\s?\d{1,5}\s?号|〔\d{4}〕|\d号|通知|事[務务]連絡|告示|公布|通告|公告|政令|省令")


def told_deputies(lines: Sequence[Line], title: str, on: date | None) -> list[Entry]:
    """One proposal for each deputy whom an article of the sessions names with the seat, from there to the next."""
    if not _SESSIONS.search(title):
        return []
    heads: list[tuple[int, re.Match[str]]] = []
    seen: set[str] = set()
    for line in lines:
        told = _TOLD.search(line.text)
        if told and told["who"] not in seen:
            seen.add(told["who"])
            heads.append((line.number, told))
    if len(heads) < 2:
        return []
    parts = runs(lines, [number for number, _ in heads])
    return [_proposal(part, told, lines, on) for part, (_, told) in zip(parts, heads, strict=True)]


def _proposal(part: list[Line], told: re.Match[str], lines: Sequence[Line], on: date | None) -> Entry:
    head = part[0]
    national = _NATIONAL.search(told["seat"])
    above = lines[head.number - 1].text if head.number else ""
    name = above if 4 <= len(above) <= _HEADING and not re.search(r"[。！？!?，,；;]", above) else head.text[told.end() :][:120]
    day = next((mention.day for mention in head.days if mention.sure_year and mention.end <= told.end()), None)
    return Entry(
        head.start,
        part[-1].end,
        head.text,
        joined(part[1:]),
        day or _month(head.text[: told.end()]) or on,
        place=national[0] if national else told["seat"],
        name=name.strip("，,：: "),
        kind="proposal",
    )


def _month(text: str) -> date | None:
    month = _MONTH.search(text)
    return date(int(month["y"]), int(month["m"]), 1) if month and 1 <= int(month["m"]) <= 12 else None


def told_bullets(lines: Sequence[Line]) -> list[Entry]:
    """Bullets that tell of an act and print its day somewhere; the line above them says who acts, where they do not."""
    entries: list[Entry] = []
    above = ""
    for line in lines:
        if not _BULLET.match(line.text):
            above = line.text
            continue
        days = [mention for mention in line.days if mention.sure_year]
        text = _BULLET.sub("", line.text)
        if len(days) != 1 or len(text) < 24 or not _ACT.search(text):
            continue
        span = (line.start + days[0].start, line.start + days[0].end)
        entries.append(Entry(line.start, line.end, text, "", days[0].day, kind="listed", agency=above, day_span=span))
    told = sum(entry.end - entry.start for entry in entries)
    return entries if len(entries) >= _FEWEST and told >= _SHARE * sum(len(line.text) for line in lines) else []


def bracketed(lines: Sequence[Line], title: str) -> list[Entry]:
    """Titles one a line, each with its day and number in brackets behind it: 施行等について（平成26年9月26日医政発0926第1号…通知）."""
    entries = []
    for line in lines:
        match = _BRACKETED.match(line.text)
        days = [mention for mention in line.days if match and mention.sure_year and mention.start >= match.start("inside")]
        if match is None or len(days) != 1 or not _NUMBERED.search(fold(match["inside"])):
            continue
        name = re.sub(r"^[\d−\-–.．()（）、\s]+", "", match["name"])
        span = (line.start + days[0].start, line.start + days[0].end)
        entries.append(
            Entry(line.start, line.end, name, match["inside"], days[0].day, kind="listed", name=name, agency=title, day_span=span)
        )
    return entries if len(entries) >= _FEWEST else []
