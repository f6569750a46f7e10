"""The main text and the likely date of a page without any rule, with trafilatura and htmldate."""

import re
from copy import deepcopy
from datetime import date, datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement, tostring
from trafilatura import bare_extraction

from cgtwatch.text.clean import clean
from cgtwatch.text.date_forms import MONTH_OF
from cgtwatch.text.html import to_text

_HEAD = 6  # lines
_ABOVE = re.compile(r"(?:分享到?|转发|打印|收藏|字号|字体|大|中|小|关闭|微信|微博|QQ空间|朋友圈|[\s:：|【】\[\]·、]){1,12}")
# Licences, records and rights of the site, and what invites to share or print; nothing that an act could say of itself.
_FURNITURE = re.compile(
    r"ICP备|公网安备|京网文|许可证\d{6,}号?$|^-? ?许可证|违法和不良信息举报|版权(?:说明|保护|声明|所有)[：:]?|网站标识码|^【?(?:责任)?编辑[:：]"
    r"|扫一扫在手机|^分享到|^【?(?:打印|关闭)|^(?:上|下)一[篇条页]|^(?:网站地图|联系我们|主办单位[:：].{0,40}|技术支持[:：].{0,40})$"
)
_LONG_CELL = 200  # characters
_NEARLY_ALL = 0.8
_TOO_LITTLE = 0.1  # of the page's text: less than this found means that the finder was mistaken


def main_text(root: HtmlElement) -> str:
    """The article's text; where hardly any is found, the text of the whole page, for a document must not be lost."""
    whole = to_text(root)
    found = bare_extraction(deepcopy(root), favor_recall=True, include_comments=False, include_tables=True, with_metadata=False)
    text = clean(getattr(found, "text", None) or "")
    if any(line.startswith("|") and len(line) > _LONG_CELL for line in text.split("\n")):
        text = to_text(_holder(root, len(text)))  # a page laid out by tables, whose paragraphs would run into one line
    text = _without_furniture(text)
    return text if len(text) > _TOO_LITTLE * min(len(whole), 2000) else whole


def _holder(root: HtmlElement, length: int) -> HtmlElement:
    """The innermost element that holds nearly all of a text so long."""
    while True:
        inner = next((child for child in root if isinstance(child.tag, str) and len(to_text(child)) > _NEARLY_ALL * length), None)
        if inner is None or inner.tag in ("p", "tr"):
            return root
        root = inner


def _without_furniture(text: str) -> str:
    """Without the lines of the site that stand right above and below an article; inside it nothing is touched."""
    lines = text.split("\n")
    first, last = 0, len(lines)
    while last > first and (not lines[last - 1].strip() or _FURNITURE.search(lines[last - 1])):
        last -= 1
    while first < min(last, _HEAD) and (not lines[first].strip() or _ABOVE.fullmatch(lines[first].strip())):
        first += 1
    return "\n".join(lines[first:last])


def _writes(root: HtmlElement, day: date) -> bool:
    """Whether a first of a month stands on the page or in its metadata as a day."""
    names = "|".join(name for name, number in MONTH_OF.items() if number == day.month)
    year, month = day.year, day.month
    written = rf"""{year}\s?[-/.年]\s?0?{month}\s?[-/.月]\s?0?1(?!\d) | {year}{month:02}01(?!\d) | (?<!\d)0?1[-/.]0?{month}[-/.]{year}
        | (?<!\d)0?{month}[-/.]0?1[-/.]{year} | (?<!\d)0?1(?:st|er|º|\.)?[\s\-]+(?:de\s+)?(?:{names})\.?[\s,\-]+(?:de\s+)?{year}
        | (?:{names})\.?\s+0?1(?:st)?\s*,?\s+{year}"""
    return re.search(written, tostring(root, encoding="unicode"), re.IGNORECASE | re.VERBOSE) is not None


def likely_date(root: HtmlElement, url: str, now: datetime) -> date | None:
    """The day of publication as the page's structure suggests it; None where nothing does.

    Of a bare year or month the finder makes the first day of it; that is believed only where the page writes it.
    """
    try:
        latest = (now + timedelta(days=1)).date().isoformat()
        found = find_date(
            deepcopy(root),
            url=url if url.startswith("http") else None,
            original_date=True,
            min_date="1990-01-01",
            max_date=latest,
        )
        day = date.fromisoformat(found) if found else None
        return day if day is None or day.day > 1 or _writes(root, day) else None
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        return None  # it guesses over foreign markup; a page that breaks it has no date
