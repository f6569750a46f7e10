"""Entries that a page lists in other forms: rows of a table, deputies and their proposals, several drafts of one notice, headlines of a day."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from cgtwatch.understand.dates_mask import fold
from cgtwatch.understand.dates_spot import spot
from cgtwatch.understand.roundup_entry import Entry, Line, joined, runs

_FEWEST = 3
_ROW = re.compile(
    r"^[ \t]*\d{1,3}[ \t.、|]+《(?P<name>[^《》\n]{4,120}(?:《[^《》]*》[^《》\n]{0,40})?)》"
    r"(?P<mark>[^\n《》]{0,60}\n?[^\n《》]{0,60}?)\s*[|\n]?\s*"
    r"(?P<y>(?:19|20)\d{2})\s?年\s?(?P<m>\d{1,2})\s?月(?:\s?(?P<d>\d{1,2})\s?日)?[\s|]+(?P<who>[^\n|]{2,60})",
    re.MULTILINE,
)
_DEPUTY = re.compile(
    r"^(?P<who>[^,:：，。]{2,40})[,，]?\s?(?P<seat>(?:a )?(?:(?:[Mm]ember|[Dd]eputy|[Dd]elegate|NPC deputy|CPPCC member"
    r"|[Vv]ice[- ][Cc]hair\w*)\b[^:：]{0,90}|CPPCC[^:：]{0,60}))[:：]\s?(?P<what>.{12,})$"
)
_DEPUTY_ZH = re.compile(
    r"^(?:\d{1,2}[、.]\s?)?(?P<seat>(?:全国|[\u4e00-\u9fff]{2,4}(?:省|市)?)?(?:人大代表|政协委员|政协常委|人大常委)|(?:代表|委员))"
    r"(?P<who>[\u4e00-\u9fff·]{2,5})\s?[:：]\s?(?P<what>.{6,80})$"
)
_SEVERAL = re.compile(
    r"announc\w+ the availability of (?:\w+ ){0,2}?(?:two|three|four|five|six|several"
    r"|multiple)\b[^\"“]{0,80}?(?:guidances?|guidelines|documents)[^\"“]{0,60}"
    r"(?P<names>(?:[\"“][^\"”]{12,400}[\"”][;,.]?\s*(?:and\s*)?){2,8})",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\"“]([^\"”]{12,400}?)[;,.]?[\"”]")
_CLOCK = re.compile(r"^[-*]\s*`?\[(?P<h>\d{1,2}):(?P<min>\d{2})\]`?\s*\**(?P<title>[^\n]+?)\**\s*(?:\[[^\]]*\]\([^)]*\))?\s*$")
_ENGLISH = re.compile(r"\*(?P<title>[^*\n]{12,400})\*")
_UPDATED = re.compile(r"(?:更新时间|updated(?: at)?)\W{0,6}(?P<h>\d{1,2}):(?P<min>\d{2})", re.IGNORECASE)
_LINK = re.compile(r"\[[^\]]*\]\(https?://[^)]*\)")
_TAG = re.compile(r"^\W*(?:监管|政策|regulatory)\s*[|｜]\s*", re.IGNORECASE)
_TAGGED = re.compile(r"监管\s*[|｜]|政策\s*[|｜]|regulatory\s*\|", re.IGNORECASE)
_AGENCIES = {
    "厚労": "mhlw", "厚生": "mhlw", "文科": "other:mext", "文部": "other:mext", "経産": "other:meti", "通産": "other:meti",
    "環境": "other:moe_jp", "農水": "other:maff_jp", "総務": "other:mic_jp", "内閣府": "other:cao_jp",
}  # fmt: skip
_JAPANESE = re.compile(
    r"(?P<name>[^◆●・■()（）\n]{4,90}?)[(（](?P<who>(?:(?:"
    + "|".join(_AGENCIES)
    + r")[・、,，=＝\s]{0,2}){1,4}[,，、]?)(?P<rest>[^◆●■]{8,260}?)(?=[◆●■]|$)"
)
_STEP_JA = re.compile(r"制定|公布|告示|全部改正|一部改正|改正|廃止|法律名変更")


def table_rows(text: str) -> list[Entry]:
    """Numbered rows: name of the act, month or day, who issued it."""
    entries = []
    for row in _ROW.finditer(text):
        on = _day(int(row["y"]), int(row["m"]), int(row["d"] or 1))
        name = row["name"] + ("（征求意见稿）" if "征求意见" in row["mark"] else "")
        title = f"{row['who'].strip()}发布《{row['name']}》{row['mark'].strip()}"
        entries.append(Entry(row.start("name"), row.end(), title, "", on, name=name, day_span=(row.start("y"), row.end("m"))))
    return entries if len(entries) >= _FEWEST else []


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def deputies(lines: Sequence[Line], on: date | None) -> list[Entry]:
    """One proposal for each deputy whose name and seat head a part of the page."""
    heads = [line for line in lines if len(line.text) < 260 and (_DEPUTY.match(line.text) or _DEPUTY_ZH.match(line.text))]
    if len(heads) < 2:
        return []
    entries = []
    for part in runs(lines, [line.number for line in heads]):
        head = part[0]
        match = _DEPUTY.match(head.text) or _DEPUTY_ZH.match(head.text)
        if match:
            entries.append(
                Entry(
                    head.start,
                    part[-1].end,
                    head.text,
                    joined(part[1:]),
                    on,
                    name=match["what"].strip(),
                    kind="proposal",
                    place=match["seat"],
                )
            )
    return entries


def several_drafts(text: str, on: date | None) -> list[Entry]:
    """A notice that announces several documents by name."""
    found = _SEVERAL.search(text)
    if found is None:
        return []
    names = [(found.start("names") + name.start(1), name[1]) for name in _NAME.finditer(found["names"])]
    lead = text[found.start() : found.start("names")]
    return (
        [Entry(at, at + len(name), f"{name}; {lead}", text[:600], on, name=name) for at, name in names] if len(names) > 1 else []
    )


def headlines(lines: Sequence[Line], on: date | None) -> list[Entry]:
    """Headlines of a daily brief with clock times: what is later than the update happened the day before."""
    if on is None:
        return []
    updated = next((int(m["h"]) * 60 + int(m["min"]) for line in lines[:12] if (m := _UPDATED.search(line.text))), 24 * 60)
    entries = []
    for index, line in enumerate(lines):
        match = _CLOCK.match(_LINK.sub("", line.text).strip())
        if match is None or not _TAGGED.search(match["title"]):
            continue
        day = on - timedelta(days=1) if int(match["h"]) * 60 + int(match["min"]) > updated else on
        below = (
            _ENGLISH.search(lines[index + 1].text) if index + 1 < len(lines) and lines[index + 1].text.startswith("<") else None
        )
        title = _TAG.sub("", match["title"].strip("* 🏛️"))
        entries.append(
            Entry(line.start, line.end, below["title"] if below else title, title if below else "", day, kind="headline")
        )
    return entries if len(entries) >= 2 else []


def japanese_register(text: str) -> list[Entry]:
    """A list of laws and guidelines with their agencies and steps in brackets: 名称(厚労, 2015.8.12 制定, 2017.4.7 一部改正)."""
    if not any(short in text for short in _AGENCIES):
        return []
    entries = []
    for match in _JAPANESE.finditer(text):
        issuers = tuple(dict.fromkeys(agency for short, agency in _AGENCIES.items() if short in match["who"]))
        name = match["name"].strip(" ◆●・⇒")
        for at, end, day, step in _steps(match["rest"], match.start("rest")):
            title = name if step in ("制定", "公布", "告示") else f"{name} {step}"
            entries.append(Entry(at, end, title, "", day, place="JP", name=title, issuers=issuers, day_span=(at, end)))
    return entries if len(entries) >= _FEWEST else []


def _steps(rest: str, offset: int) -> Iterator[tuple[int, int, date, str]]:
    for mention in spot(fold(rest), None, None):
        step = _STEP_JA.match(rest[mention.end :].lstrip())
        if step:
            yield offset + mention.start, offset + mention.end, mention.day, step[0]
