"""Which of the bodies that a text names acts in it, and which is only cited, asked, sued or written to."""

import re
from collections.abc import Sequence

from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.reading import Reading

_COURTS_OF_CHINA = "other:cn_courts"  # meant by a verdict, too
_OPENS = 6  # characters before the first word of a title that tells
_WITHIN = 24  # characters before a name that say what it is there for
_CITED = re.compile(
    r"(?:根据|依据|按照|依照|遵照|遵循|贯彻|落实|贯彻落实|转发|参照|报请|呈报|上报|提交|提交给|递交|致函|建议|呼吁|敦促|恳请|起诉|状告|诉|"
    r"符合|响应|衔接|对接|针对|取得|向|致|隶属|协助|配合|支持|助力|服务|介绍|解读|实施|适用|采纳|参考|基于)\s?(?:原|了|中国|《)?$|》[(（]$"
    r"|(?:in line with|aligned with|under|pursuant to|in accordance with|compliance with|consistent with|urg(?:e|es|ed|ing)|calls? on|"
    r"asks?|petitions?|petitioned|sues?|suing|against|submit(?:s|ted)? to|fil(?:es|ed) with|letter to|lobb(?:y|ies)|regulated by|"
    r"registered with|(?:side|sides|sided) with|comments? to|appl(?:y|ies|ied) to|unlike|similar to|in response to|not approved by|"
    r"proposed to|pitch(?:es)? to|unapproved by|pressures?|press(?:es)?|challenges? to|authority of|"
    r"follow(?:s|ed|ing)|join(?:s|ed|ing)|mirror(?:s|ing)|after|before|"
    r"defies|defying)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"[^。;；\n]{0,4}?(?:官网|网站|官微|微信|公告|公示|消息|通报|信息|新闻|公布|发布|批准|最新|披露)")
_ADDRESSED = re.compile(r"(?:^|[\n。])\s*(?:各|有关|省、自治区)[^。\n]{0,160}?[:：]")
_PASSED_ON = re.compile(r"[^。，,;；\n]{0,6}?(?:交由|转交|批转|交办|转来)")
_ANSWERED = re.compile(
    r"[^。，,;；\n]{0,30}?(?:第[^。，,;；\n]{0,12}号)?[^。，,;；\n]{0,6}(?:提案|建议|议案)[^。\n]{0,8}(?:答复|复函|会办|办理|回复)"
)
_ZONE = re.compile(
    r"(?:区|區|园|园区|城|港|zones?|park|boao|lecheng)$", re.IGNORECASE
)  # ends the name of ground, not of an office
_GROUND_TOO = re.compile(r"乐城|boao|lecheng", re.IGNORECASE)
_TELLS = re.compile(r"[^，,。;；]{0,8}[:：]")  # "the agency: …", "the agency's head Doe: …"
_OFFICE_AFTER = re.compile(r"^(?:['’]s|的|[\s,，(（:：])*$")
_OFFICE_BEFORE = re.compile(r"^(?:,|，|\s|\(|（|of|at|the|within)*$")


def acting(reading: Reading, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Those of `hits` that act; all of them where none does. An office stands for its agency, and a name within another's end for nothing."""
    apart = _apart(reading, hits)
    return tuple(_bodies(reading, _offices(reading, _free(reading, apart) or apart)))


def surely_acting(reading: Reading, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """As `acting`, and nobody where none of them acts. Who tells, with a colon, acts alone."""
    found = _bodies(reading, _offices(reading, _free(reading, _apart(reading, hits))))
    told = _TELLS.match(reading.whole, found[0].end) if len(found) > 1 and found[0].start <= _OPENS else None
    if told and told.end() <= found[1].start:
        return tuple(found[:1])
    return tuple(found)


def _free(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if not _cited(reading, hit) and not _addressed(reading, hit)]


def _bodies(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Without zones that are only where the others act, and without a learned society that an authority speaks of."""
    offices = [hit for hit in hits if not is_ground(reading, hit)]
    public = [hit for hit in offices if hit.meaning.role != "society"]
    courts = [hit for hit in public if hit.meaning.id.endswith(("_court", "_courts"))]
    courts = [hit for hit in courts if hit.meaning.id != _COURTS_OF_CHINA] or courts
    return courts or public or offices or list(hits)


def is_ground(reading: Reading, hit: Hit) -> bool:
    """Whether the name is that of a piece of land, as far as it is written."""
    name = reading.whole[hit.start : hit.end]
    return hit.meaning.jurisdiction.startswith("CN-") and (_ZONE.search(name) or _GROUND_TOO.fullmatch(name)) is not None


def _apart(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in hits:
        if not kept or hit.start >= kept[-1].end or hit.start == kept[-1].start:
            kept.append(hit)
        elif hit.end > kept[-1].end and is_ground(reading, kept[-1]):
            kept[-1] = hit  # the zone's name begins that of its court or office
    return kept


def _cited(reading: Reading, hit: Hit) -> bool:
    before = reading.whole[max(0, hit.start - _WITHIN) : hit.start]
    if hit.start > reading.title_end:  # the end of the title is no context of the text
        before = before[-(hit.start - reading.title_end) :]
    if _PASSED_ON.match(reading.whole, hit.end) or (hit.meaning.role == "parliament" and _ANSWERED.match(reading.whole, hit.end)):
        return True
    return _CITED.search(before) is not None and not _SOURCE.match(reading.whole, hit.end)


def _addressed(reading: Reading, hit: Hit) -> bool:
    """Among those that the letter is addressed to."""
    start = max(0, hit.start - 200)
    return any(
        found.start() + start <= hit.start < found.end() + start
        for found in _ADDRESSED.finditer(reading.whole[start : hit.end + 200])
    )


def _offices(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Without the agency whose office is named in the same breath: the agency's office acts, not both."""
    left: list[Hit] = []
    for hit in hits:
        last = left[-1] if left else None
        between = reading.whole[last.end : hit.start] if last else ""
        if last and hit.meaning.parent == last.meaning.id and _OFFICE_AFTER.match(between):
            left[-1] = hit
        elif not (last and last.meaning.parent == hit.meaning.id and _OFFICE_BEFORE.match(between)):
            left.append(hit)
    return left
