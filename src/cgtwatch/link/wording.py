"""Titles and names in a form in which two of one act are equal: one script, one width, without the words that only say the step."""

import re
import unicodedata
from functools import lru_cache

from cgtwatch.text.script import simplified

_STEP_ZH = re.compile(
    r"\((?:征求意见稿|试行|暂行|草案|修订草案|送审稿|讨论稿|公开征求意见稿|修订稿|第[一二三]次征求意见稿|《?附[则則]》?)[^()]{0,12}\)|征求意见稿|草案$|《附[则則]》"
)
_VERSION = re.compile(r"\((?:(?:19|20)\d{2}年?)?(?:第[一二三四五]次)?(?:修订|修正|修改)(?:版|本)?\)|^\[[^\[\]]{1,10}\]")
_STEP_KO = re.compile(r"(?:일부|전부)?(?:개정|제정)(?:고시|령|안)?(?:안)?|(?:행정|입법)예고|^(?:식약처|복지부),?")
_STEP_EN = re.compile(
    r"\b(?:revised |final )?(?:draft )?(?:guidances?|guidelines?)(?: documents?)?(?: for| to)? ?(?:industry"
    r"|stakeholders)?(?: and [a-z &]+ staff)?\b"
    r"|\b(?:draft|final|availability|consultation|public consultation|international council for harmoni[sz]ation"
    r"|closed consultation"
    r"|extension of (?:the )?comment periods?|reopening of (?:the )?comment period|correction"
    r"|agency information collection activities"
    r"|proposed collection|comment request|request for comments?|request for information|notice of availability)\b",
    re.IGNORECASE,
)
_ISSUING_ZH = re.compile(
    r"^.{0,40}?(?:关于)(?:印发|发布|公布|下发|公开征求|征求对?|就)+(?P<name>.{4,120}?)(?:的(?:通知|公告|通告|函|决定)|"
    r"(?:公开)?(?:征求)?意见的?.{0,6})$"
)
_COUNTRY = re.compile(r"^中华人民共和国")
_TAIL = re.compile(r"\s*[*|_–—-]+\s*$")
_NUMBER = re.compile(r"\(?(?:19|20)\d{2}年 ?第 ?\d{1,4}号\)?|[^\s,。]{0,12}〔\d{4}〕\d{1,5}号|\([^()]{0,12}第[^()]{1,12}号\)")
_SYNONYMS = (("治疗产品", "产品"), ("制品", "产品"), ("制剂", "产品"), ("疾病", "病"))
_JAPANESE = re.compile(r"[\u3041-\u30fa]")
_HANGUL = re.compile("[가-힣]")
_JAPANESE_LITTLE = re.compile(r"に関する|及び|および|等|の")
_SHORT = 10
_LONGEST_LITTLE = 3
_MEANINGLESS = frozenset(
    ("", *["的", "和", "与", "及", "等", "性", "类", "之", "了", "对", "on", "the", "of", "a", "an", "for", "to", "s"])
)


@lru_cache(maxsize=1)
def _scripts() -> dict[int, str]:
    return str.maketrans(dict(simplified()))


@lru_cache(maxsize=1)
def _old_script() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _scripts()))}]")


_LITTLE = dict.fromkeys(map(ord, "".join(_MEANINGLESS)))


def fold(text: str) -> str:
    """`text` in half width, simplified script and lower case, blanks between Chinese characters gone."""
    folded = unicodedata.normalize("NFKC", text)
    if _old_script().search(folded):
        folded = folded.translate(_scripts())
    folded = folded.casefold()
    folded = (
        folded.replace("``", '"').replace("''", '"').replace("“", '"').replace("”", '"').replace("〈", "《").replace("〉", "》")
    )
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])|\s*\n\s*(?=[^\x00-\x7f])", "", " ".join(folded.split()))


@lru_cache(maxsize=2048)
def core(name: str) -> str:
    """What identifies an act in its (folded or raw) title: letters and digits only, without words for its step."""
    text = _VERSION.sub("", _TAIL.sub("", fold(name))).strip()
    issued = _ISSUING_ZH.match(text)
    if issued:
        text = issued["name"]
    inner = re.search(r"《(.{4,200}?)》(?!.*《)", text)
    if inner and len(inner[1]) * 2 > len(text):
        text = inner[1] + text[inner.end() :] if text[inner.end() :].startswith("(") else inner[1]
    text = _STEP_KO.sub("", text) if _HANGUL.search(text) else text
    text = _STEP_EN.sub(" ", _NUMBER.sub("", _STEP_ZH.sub("", text)))
    for variant, usual in _SYNONYMS:
        text = text.replace(variant, usual)
    if _JAPANESE.search(text):
        text = _JAPANESE_LITTLE.sub("", text).replace("法律", "法")
    return _COUNTRY.sub("", "".join(char for char in text if char.isalnum()))


def alike(one: str, other: str) -> bool:
    """Whether two cores name one act: equal, or apart only by little words that carry no meaning.

    Likeness in percent would not do: guidelines on stem cells and on immune cells differ in one word of ten.
    """
    if one == other:
        return bool(one)
    if min(len(one), len(other)) < _SHORT or abs(len(one) - len(other)) > _LONGEST_LITTLE:
        return False
    if one[:_LONGEST_LITTLE] != other[:_LONGEST_LITTLE] and one[-_LONGEST_LITTLE:] != other[-_LONGEST_LITTLE:]:
        return False
    start = _shared_start(one, other)
    first, second = one[start:], other[start:]
    end = _shared_start(first[::-1], second[::-1])
    rests = (first[: len(first) - end], second[: len(second) - end])
    return all(rest in _MEANINGLESS for rest in rests)


def skeleton(name: str) -> str:
    """A core without the letters of little words: equal for any two that are `alike`, though not for them alone."""
    return name.translate(_LITTLE)


def _shared_start(one: str, other: str) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
