"""What stands above the body of a document: its title, and the line that says when it was published."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from cgtwatch.parse.drafts import Dated
from cgtwatch.text.clean import one_line
from cgtwatch.text.dates import parse_date

_HEAD_LINES = 40
_LONG_LINE = 300
# Labels in the order of trust: publication, then a bare "date", then the last change. They stand at the start of a line or
# after a bar, Chinese ones also after a blank, so that "deadline date:" and 截止日期 (deadline) are none.
_START = r"(?:^|[|·•【\[(（]\s*)"
_START_OR_BLANK = r"(?:^|[\s|·•【\[(（])"
_LABELS = (
    re.compile(
        _START + r"(?:(?:date (?:of )?)?(?:release|releas|publish|publication|published|posted|post|issue|issued|announcement)"
        r"(?:ed)?[ ]?(?:date|time|on|at)?|date (?:published|posted|issued)|datum|veröffentlicht(?: am)?|publié le|公開日|掲載日|게시일|등록일)\s*[:：]\s*(.+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:发布|發布|发文|公布|公佈|印发|成文|公告|刊登|发表|发稿|公示)\s*(?:日期|时间|時間|日)\s*[:：]?\s*(.+)"),
    re.compile(_START + r"(?:date|time)\s*[:：]\s*(.+)", re.IGNORECASE),
    re.compile(_START_OR_BLANK + r"(?:日期|时间|時間|日\s*付|날짜)\s*[:：]\s*(.+)"),
    re.compile(r"(?:最后更新|最近更新|更新)\s*(?:日期|时间)\s*[:：]\s*(.+)"),
    re.compile(_START + r"(?:last )?(?:updated|modified|reviewed)(?: date| on)?\s*[:：]\s*(.+)", re.IGNORECASE),
)
_NO_TITLE = re.compile(
    r"[\W\d_]*|附件\s*[\d一二三四五六七八九十]*\s*[:：]?|(?:第\s*)?\d+\s*(?:页|頁)?|page \d+(?: of \d+)?|目\s*录|contents|"
    r"img_?\d+|(?:https?://|www\.)\S+",
    re.IGNORECASE,
)
# "2019年3月20日…通过 2019年5月28日国务院令第717号公布": of the dates under a law's title the one before 公布 is meant.
_PROMULGATED = re.compile(r"((?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?:(?!\d{4}年)[^。\n]){0,40}?(?:公布|发布|印发)")
_OTHER_DATE = re.compile(r"施行|生效|实施|截止|截至|effective|deadline|until|in force|no later", re.IGNORECASE)
_TITLE_LABEL = re.compile(r"(?:title|标题|題名|标　题)\s*[:：]\s*(?=\S)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")
# The day on which the page is looked at, as sites print it in their heads. "发布时间：北京时间 …" is another matter.
_SHOWN = r"(?:[\s\d年月日号/.:：,，()（）-]|公元|农历|星期|周|礼拜|[一二三四五六天上下午])*"
_DAY_OF_WEEK = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_LOOKED_AT = re.compile(
    rf"(?:(?:今天|今日|现在|当前|目前)的?(?:时间|日期)?\s*(?:是|为|[:：])|(?:当前|现在|系统|服务器)(?:时间|日期)|^\W*北京时间){_SHOWN}"
    rf"|^\W*(?:今天|今日)\W*(?:星期|周|礼拜).*"
    rf"|\b(?:today is|today['’]s date(?: is)?|today[:,]|current (?:date|time)(?: and time)?|it is now|^\W*today(?=\W+{_DAY_OF_WEEK}))"
    rf"[\s:,]*(?:{_DAY_OF_WEEK}[\s,.]*)?(?:(?:\d{{1,2}}(?:st|nd|rd|th)?|[A-Za-z]{{3,9}}\.?)[\s,]+){{0,2}}(?:\d{{4}}|[\d/.-]{{6,10}})?",
    re.IGNORECASE,
)


def title_line(lines: Sequence[str]) -> int | None:
    """The index of the first line that can be a title: it has letters and is no date line, page number or address."""
    for index, line in enumerate(lines[:_HEAD_LINES]):
        text = line.strip()
        if text and not _NO_TITLE.fullmatch(text) and not is_date_line(text):
            return index
    return None


def without_label(line: str) -> str:
    """A title line without a leading `Title:`."""
    return one_line(_TITLE_LABEL.sub("", line.strip(), count=1))


def is_date_line(line: str) -> bool:
    """Whether a line starts with the label of a date."""
    return len(line) < _LONG_LINE and any((found := label.search(line)) is not None and found.start() < 3 for label in _LABELS)


def without_clock(lines: Sequence[str], *, zone: str, now: datetime) -> tuple[list[str], frozenset[date]]:
    """The lines without "today is …", and the days that stood there: they are those of the visit, not of the document."""
    kept, days = list(lines), set()
    for index, line in enumerate(lines):
        found = _LOOKED_AT.search(line) if len(line) < _LONG_LINE else None
        if found is None:
            continue
        kept[index] = line[: found.start()] + " " + line[found.end() :]
        said, after = found[0], index + 1
        if (
            not any(char.isdigit() for char in said)
            and after < len(lines)
            and not kept[index].strip()
            and len(lines[after]) <= 35
        ):
            said, kept[after] = lines[after], ""
        when = parse_date(said, zone=zone, now=now)
        days |= {when.on} if when else set()
    return kept, frozenset(days)


def head_date(lines: Iterable[str], *, zone: str, now: datetime) -> Dated:
    """The publication date that the head of a document names by a label; the most trusted label wins."""
    head = [line.strip() for line in lines if line.strip()][:_HEAD_LINES]
    short = [line for line in head if len(line) < _LONG_LINE]
    for label in _LABELS:
        for line in short:
            found = label.search(line)
            when = parse_date(found[1][:80], zone=zone, now=now) if found else None
            if when:
                return Dated(when.at, when.on, "page")
    return Dated()


def bare_date(lines: Iterable[str], *, zone: str, now: datetime) -> Dated:
    """The date near the top that stands before 公布, else the one of a line that is hardly more than a date."""
    short = [line.strip() for line in lines if line.strip()]
    promulgated = next((found[1] for line in short[:12] if (found := _PROMULGATED.search(line[:_LONG_LINE]))), "")
    when = parse_date(promulgated, zone=zone, now=now)
    if when:
        return Dated(when.at, when.on, "page")
    for line in short[:12]:
        # 35 characters hold any date with time, weekday and brackets; more is a sentence that mentions one.
        if len(line) <= 35 and not _OTHER_DATE.search(line) and len(_LETTERS.findall(line)) <= 14:
            when = parse_date(line, zone=zone, now=now)
            if when:
                return Dated(when.at, when.on, "page")
    return Dated()
