"""The form of a text in which two visits are compared: deaf to view counters, clocks and typography."""

import re
import unicodedata
from functools import lru_cache

from cgtwatch.text.clean import clean

_SHORT = 2000  # characters of a text worth keeping at hand
_NUMBER = r"\d[\d,.]*\s*(?:万|k\b)?"
_COUNTER = re.compile(
    rf"""[【\[(（]?(?:本文|本页|本页面|文章|已|总|累计)?
        (?:浏览|阅读|点击|访问|查看|人气|瀏覽|點閱|閲覧|閱讀|조회)
        (?:次数|次數|量|数|數|率|人数|人次)?\s*[:：]?\s*[\[(（【]?\s*{_NUMBER}\s*[\])）】]?\s*(?:人次|次|回)?[】\])）]?
      | (?<![A-Za-z])(?:page[ ]?)?(?:views?|hits|visits|visitors|clicks|reads|downloads)[a-z]{{0,8}}\s*[:：]\s*{_NUMBER}\s*次?
      | (?<![\w.]){_NUMBER}\s*(?:page[ ]?)?(?:views|hits|visits|visitors|次浏览|次阅读|次点击|人浏览|人阅读|人次访问)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DAY = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_TIME = r"\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2}\s*秒?)?(?:\s*[ap]\.?m\.?)?"
# Only a date or time that says itself that it is the moment of looking is noise; any other date is content.
_CLOCK = re.compile(
    rf"""(?:今天是|今日是?|当前时间|现在时间|现在是|北京时间|系统时间|服务器时间|页面生成时间|生成时间|刷新时间)\s*[:：]?\s*
        (?:{_DAY})?\s*(?:{_WEEKDAY})?\s*(?:{_TIME})?
      | \b(?:current\ time|server\ time|local\ time|page\ generated|generated|rendered|page\ rendered|last\ refreshed)
        (?:\ (?:on|at|in))?\s*[:：]?\s*(?:[\w,]+\s){{0,3}}?(?:\d{{4}}-\d\d-\d\d[T\s]?)?
        (?:{_TIME}(?:Z|\s?(?:UTC|GMT))?|\d+(?:\.\d+)?\s?(?:ms|s|seconds))""",
    re.IGNORECASE | re.VERBOSE,
)
# No counter and no clock is without one of these: looking for them costs a tenth of looking for all that they may stand in.
_SUSPECT = re.compile(
    "浏览|阅读|点击|访问|查看|人气|瀏覽|點閱|閲覧|閱讀|조회|view|hits|visit|click|read|download|今天是|今日|时间|现在是|time|generated|rendered|refreshed"
)


def canonical(text: str) -> str:
    """`text` in NFKC on one line, without view counters and clocks; case is kept. Idempotent."""
    return _kept(text) if len(text) <= _SHORT else _canonical(text)


@lru_cache(maxsize=2048)  # a page's entries are compared several times in one visit
def _kept(text: str) -> str:
    return _canonical(text)


def _canonical(text: str) -> str:
    cleaned = clean(text)
    text = unicodedata.normalize("NFKC", cleaned)
    settled, text = text == cleaned, " ".join(text.split())  # else cleaning again may find more
    while not (settled and _quiet(text) == text):
        quieter = " ".join(unicodedata.normalize("NFKC", clean(_quiet(text))).split())
        settled, text = quieter == text, quieter
    return text


def without_noise(text: str) -> str:
    """`text`, line by line, without view counters and clocks; a line that held nothing else is dropped."""
    lines = []
    for line in text.split("\n"):
        quiet = _quiet(line)
        if quiet.strip(" |·-:：　") or not line.strip():
            lines.append(quiet.strip() if quiet != line else line)
    return "\n".join(lines)


def _quiet(text: str) -> str:
    return _CLOCK.sub(" ", _COUNTER.sub(" ", text)) if _SUSPECT.search(text.lower()) else text
