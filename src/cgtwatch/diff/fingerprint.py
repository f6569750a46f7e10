"""The mark by which a changed document is told from the same one with another view counter, clock or footer."""

import re
from hashlib import sha256

from cgtwatch.diff.identity import day_of
from cgtwatch.model.draft import Draft
from cgtwatch.text.canonical import canonical
from cgtwatch.text.urls import normalise

_VERSION = "1:"
_URL = re.compile(r"https?://[^\s<>\"'（）()，。；、]+")
_FULL_TEXT = 2_000_000  # characters; beyond that a change is not looked for
# Lines around a document that change without it: place in the site, neighbours, print and share buttons, counters' leftovers,
# copyright and record numbers of the site, dates of generation.
_CHROME = re.compile(
    r"""(?:当前位置|您的位置|您所在的位置|位置|你在这里)\s*[:：>].*
      | (?:上一[篇条页则]|下一[篇条页则]|上篇|下篇|相关(?:链接|文章|阅读|推荐))\s*[:：].*
      | 【?(?:(?:打印|关闭|收藏|分享到?|字号|字体|大|中|小|返回顶部|扫一扫|微信|微博|手机版)[^\u4e00-\u9fff]{0,6}){1,12}
      | .{0,20}(?:版权所有|ICP备|公网安备|网站标识码|技术支持).{0,120}
      | (?:今天是|今日)\s*[:：]?\s*(?:\d{4}年.{0,20})?
      | .{0,12}(?:copyright|©|\(c\)\s*\d{4}|all\ rights\ reserved).{0,160}
      | (?:this\ )?(?:page|site|content)?\s*(?:was\ )?last\ (?:updated|modified|reviewed|refreshed)(?:\ on)?\b.{0,40}
      | you\ are\ here\s*[:：].*
      | (?:(?:print|share|email|e-mail|tweet|facebook|twitter|linkedin|x|top\ of\ page|back\ to\ top)[\s|·,/]*){1,8}
      | (?:previous|next)(?:\ (?:article|post|page))?\s*[:：].*
    """,
    re.IGNORECASE | re.VERBOSE,
)


def fingerprint(draft: Draft) -> str:
    """A version and 32 hexadecimal digits over what a reader of the entry would notice.

    Title, text, day, names of attachments and the links of a watched page count. Its own address, its place on the page, the
    hour, and everything `plain` drops do not. Empty parts leave no trace, so that a new part changes no old mark.
    """
    parts = [f"title={plain(draft.title)}", f"text={plain(draft.text)}"]
    day = day_of(draft)
    if day:
        parts.append(f"day={day.isoformat()}")
    parts += sorted(f"attachment={canonical(each.name)} {normalise(each.url)}" for each in draft.attachments)
    parts += sorted({f"link={normalise(link)}" for link in draft.links})
    return _mark(parts)


def content_fingerprint(title: str, text: str) -> str:
    """The mark of a document's words alone."""
    return _mark([f"title={plain(title)}", f"text={plain(text)}"])


def plain(text: str) -> str:
    """`text` on one line without page furniture, counters, clocks, and tracking in the addresses it names."""
    if not text:
        return ""
    kept = "\n".join([line for line in text[:_FULL_TEXT].splitlines() if not _CHROME.fullmatch(line.strip()[:400])])
    return canonical(_URL.sub(lambda found: normalise(found.group()), kept) if "://" in kept else kept)


def _mark(parts: list[str]) -> str:
    told = "\x1f".join(part for part in parts if not part.endswith("="))
    return _VERSION + sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
