"""The numbers by which authorities tell their acts apart: as printed, and as one key for every way of printing it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Span

_YEAR = r"(?:19|20)\d{2}"
_GAP = r"[ \t\u00a0\u3000]{0,2}"
_BREAK = r"\s{0,3}"
_OPEN, _CLOSE = r"[〔\[(［（【〈]", r"[〕\])］）】〉]"
_HAO = "[号號]"
_ANY_CASE = re.IGNORECASE
_CJK = r"[\u3400-\u9fff]"
_MAX_CODE = 14  # characters before the bracket of a 文号; the longest known code (京卫医研字 and the like) is far below

# What can stand right before the code of an issuer and is no part of it.
_NOT_CODE = re.compile(
    r"(?:中华人民共和国|中華人民共和國|福利部|根据|依据|按照|依照|参照|遵照|贯彻|落实|转发|编号|文号|字号|文件|通知|公告|通告|简称|印发|关于|发布|下发|以及|废止|执行|"
    r"的|和|与|及|见|由|是|将|在|于|经|為|为|號|号|按|如|即|据|對|对)"
)


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A document number. `canonical` is the same for every bracket, width, space and script it may be printed in."""

    printed: str
    canonical: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one family of numbers is printed and what of it is the key: a template over the groups of the pattern."""

    pattern: re.Pattern[str]
    key: str
    coded: bool  # group a is a code of Chinese characters, which other words may run into
    hao: bool  # every match holds 号 or 號: nothing need be looked for far from one
    signs: tuple[str, ...]  # in small letters; every match holds one of them


def _shape(pattern: str, key: str, flags: int = 0, coded: bool = False, signs: str = "") -> _Shape:
    return _Shape(re.compile(pattern, flags), key, coded, _HAO in pattern, tuple(signs.split()))


_ASKED = "建议 建議 提案 议案 議案"

# In order of precedence: what an earlier shape has taken, a later one leaves alone.
_SHAPES = (
    # 国药监药注〔2022〕19号
    _shape(
        rf"(?P<a>{_CJK}{{2,{_MAX_CODE}}}){_GAP}{_OPEN}{_GAP}(?P<b>{_YEAR}){_GAP}{_CLOSE}{_GAP}第?{_GAP}(?P<c>\d{{1,6}}){_GAP}{_HAO}",
        "{a}〔{b}〕{c}号",
        coded=True,
    ),
    # 令和6年法律第51号, 平成26年厚生労働省令第110号
    _shape(
        rf"(?P<a>令和|平成|昭和|大正|明治){_GAP}(?P<b>\d{{1,2}}|元){_GAP}年{_GAP}(?P<c>法律|政令|条約|{_CJK}{{1,8}}?(?:省令|府令|告示|規則))"
        rf"{_BREAK}第{_GAP}(?P<d>\d{{1,4}}){_GAP}{_HAO}",
        "{a}{b}年{c}第{d}号",
        signs="令和 平成 昭和 大正 明治",
    ),
    # 医政発0926第1号
    _shape(rf"(?P<a>{_CJK}{{1,7}}[発收])(?P<b>\d{{4}})第(?P<c>\d{{1,3}}){_HAO}", "{a}{b}第{c}号", signs="発 收"),
    # 国务院令第818号, 国务院令 第818号, 卫生部令（第10号）
    _shape(
        rf"(?P<a>国务院|國務院|主席|{_CJK}{{1,12}}?(?:部|委|委员会|总局|局|署|院|政府)){_GAP}令{_BREAK}[(（]?{_BREAK}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{_HAO}",
        "{a}令第{b}号",
        coded=True,
        signs="令",
    ),
    _shape(rf"第?{_GAP}(?P<b>\d{{1,4}}){_GAP}{_HAO}(?:国务院)?令", "令第{b}号", signs="令"),
    # 2021年第14号
    _shape(rf"(?P<a>{_YEAR}){_GAP}年{_GAP}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{_HAO}", "{a}年第{b}号"),
    # 第4371号建议, 提案第3324号, 第3324号（医疗体育类367号）提案
    _shape(
        rf"第?{_GAP}(?P<a>[A-Za-z]?\d{{2,8}}){_GAP}{_HAO}(?:[(（][^()（）\n]{{1,20}}[)）])?{_GAP}[“\"'《]?(?P<b>建议|建議|提案|议案|議案)",
        "第{a}号{b}",
        signs=_ASKED,
    ),
    _shape(
        rf"(?P<b>建议|建議|提案|议案|議案){_GAP}[(（]?{_GAP}第{_GAP}(?P<a>[A-Za-z]?\d{{2,8}}){_GAP}{_HAO}",
        "第{a}号{b}",
        signs=_ASKED,
    ),
    # 衛部醫字第1071666475號
    _shape(rf"(?P<a>{_CJK}{{1,9}}字){_GAP}第{_GAP}(?P<b>\d{{5,12}}){_GAP}{_HAO}", "{a}第{b}号", coded=True, signs="字"),
    # 고시 제2025-12호, 법률 제19234호
    _shape(
        r"(?P<a>고시|공고|훈령|예규|법률|대통령령|총리령|부령)\s{0,2}제\s?(?P<b>\d{4}-\d{1,4}|\d{1,6})\s?호",
        "{a}제{b}호",
        signs="고시 공고 훈령 예규 법률 대통령령 총리령 부령",
    ),
    # FDA-2023-D-2436, CMS-2023-0123; older dockets 2005D-0047
    _shape(
        r"\b(?P<a>FDA|CMS|HHS|NIH|EPA|CDC|AHRQ|DEA|USDA|FSIS|DOL)-(?P<b>\d{4}-(?:[A-Z]{1,2}-)?\d{3,5})(?!\d)",
        "{a}-{b}",
        _ANY_CASE,
        signs="fda- cms- hhs- nih- epa- cdc- ahrq- dea- usda- fsis- dol-",
    ),
    _shape(r"\bDocket\s+Nos?\.?\s+(?P<a>\d{4}[A-Z]-\d{4})\b", "{a}", _ANY_CASE, signs="docket"),
    # 89 FR 12345, 89 Fed. Reg. 12345
    _shape(r"(?<![\d.])(?P<a>\d{2,3})\s(?:FR|F\.R\.|Fed\.\s?Reg\.)\s(?P<b>\d{1,3},\d{3}|\d{1,6})\b", "{a} FR {b}"),
    _shape(r"\bFR\s+Doc\.?\s+(?:No\.?\s+)?(?P<a>(?:\d{4}|\d{2}|[A-Z]\d)-\d{3,5})\b", "FR Doc {a}", signs="doc"),
    _shape(r"\bDocument Number[:* ]{1,5}(?P<a>20\d{2}-\d{5})\b", "FR Doc {a}", signs="document"),
    _shape(r"\bRIN\s+(?P<a>\d{4}-[A-Z]{2}\d{2})\b", "RIN {a}", signs="rin"),
    # EMA/CAT/80183/2014 Rev. 1, EMEA/H/C/005321/II/0012, CHMP/GTWP/125491/06
    _shape(
        r"\b(?P<a>(?:EMEA|EMA|CHMP|CPMP|CAT|COMP|PDCO|HMPC)(?:/[A-Z][A-Za-z&]{0,14})*"
        r"/\d{3,7}(?:/[A-Z]{1,4})*(?:/\d{2,4})?(?:[/ ][Rr]ev\.? ?\d{1,2})?)\b",
        "{a}",
        signs="/",
    ),
    # Regulation (EC) No 1394/2007, Regulation (EU) 2017/745, Directive 2001/83/EC, règlement (CE) n° 1394/2007
    _shape(
        r"\b(?:Regulation|R[èe]glement|Verordnung|Reglamento|Decision|Implementing Regulation|Delegated Regulation)"
        r"\s+\((?:EC|EU|CE|EG|UE|EEC)\)"
        r"\s*(?:No\.?|n°|Nr\.?|n\.º)?\s*(?P<a>\d{1,4}/\d{2,4})\b",
        "REGULATION (EU) {a}",
        _ANY_CASE,
        signs="(ec) (eu) (ce) (eg) (ue) (eec)",
    ),
    _shape(
        r"\b(?:Directive|Richtlinie|Directiva)\s+(?P<a>\d{2,4}/\d{1,4}/(?:EC|EU|CE|EG|UE|EEC|EWG))\b",
        "DIRECTIVE {a}",
        _ANY_CASE,
        signs="directive richtlinie directiva",
    ),
    _shape(r"\b(?:SI|S\.I\.)\s+(?P<a>(?:19|20)\d{2})(?:/|\s+No\.?\s+)(?P<b>\d{1,4})\b", "SI {a}/{b}"),
    _shape(r"\b(?:Pub\.\s?L\.|Public Law)\s+(?:No\.?\s+)?(?P<a>\d{2,3}-\d{1,3})\b", "PL {a}", _ANY_CASE, signs="pub. public"),
    _shape(r"\b(?:BLA|STN)[ #:]{1,3}(?:BL[ -]?)?(?P<a>1\d{5})(?:/\d+)?\b", "BLA {a}", signs="bla stn"),
    # décret n° 2012-1236, loi n° 2011-302
    _shape(
        r"\b(?P<a>d[ée]cret|loi|ordonnance|arr[êe]t[ée])\s+n\s?[°o]\s?(?P<b>\d{4}-\d{1,5})\b",
        "{a} {b}",
        _ANY_CASE,
        signs="cret loi ordonnance arr",
    ),
    # T/CMBA 001-2020, GB/T 12345-2020, YY/T 1234-2019, T/SHPPA 011—2021
    _shape(
        r"(?<![A-Za-z])(?P<a>T/[A-Z]{2,8}|GB/T|GB|YY/T|YY|WS/T|WS|DB\d{2}/T)\s?(?P<b>\d{1,6}(?:\.\d{1,2})?\s?[-—–－]\s?\d{4})(?!\d)",
        "{a} {b}",
        signs="t/ gb yy ws /t",
    ),
)
_HAO_SIGN = re.compile(_HAO)
_DIGITS = re.compile(r"\d+")
_BEFORE, _AFTER = 80, 60  # characters; the longest number is shorter than either
_OLD_SCRIPT = str.maketrans("號議國務藥監發衛醫關於點總會廳與處辦規劃療產業", "号议国务药监发卫医关于点总会厅与处办规划疗产业")
_DASHES = str.maketrans(dict.fromkeys("—–－‐‑‒−", "-"))


def find(text: str) -> tuple[FoundNumber, ...]:
    """Every document number in `text`, in its order, none inside another. A citation of a code (21 CFR 1271) is none."""
    taken: list[FoundNumber] = []
    free = bytearray(len(text))
    near_hao, near_digits = _windows(_HAO_SIGN, text), _windows(_DIGITS, text)
    small = text.casefold()
    for shape in _SHAPES:
        if shape.signs and not any(sign in small for sign in shape.signs):
            continue
        for match in _matches(shape.pattern, text, near_hao if shape.hao else near_digits):
            start, end = _bounds(match, shape.coded)
            if start is None or any(free[start:end]):
                continue
            free[start:end] = b"\1" * (end - start)
            groups = match.groupdict("")
            if "a" in groups:
                groups["a"] = text[max(start, match.start("a")) : match.end("a")]
            printed = text[start:end]
            taken.append(FoundNumber(printed, _key(shape.key, groups), Span(start, end, printed)))
    return tuple(sorted(taken, key=lambda number: number.span.start))


def _windows(sign: re.Pattern[str], text: str) -> Sequence[tuple[int, int]]:
    """The stretches in which a number that holds `sign` can stand, none overlapping another."""
    found: list[tuple[int, int]] = []
    for match in sign.finditer(text):
        start, end = max(0, match.start() - _BEFORE), min(len(text), match.end() + _AFTER)
        if found and start <= found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _matches(pattern: re.Pattern[str], text: str, stretches: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    return (match for start, end in stretches for match in pattern.finditer(text, start, end))


def canonical(printed: str) -> str:
    """The key of a number however it is printed; text that holds no known number is folded only. Idempotent."""
    key = _once(printed)
    while (again := _once(key)) != key and len(again) <= len(key):
        key = again
    return key


def _once(printed: str) -> str:
    numbers = find(unicodedata.normalize("NFKC", printed))
    return numbers[0].canonical if numbers else _fold(printed)


def _bounds(match: re.Match[str], coded: bool) -> tuple[int | None, int]:
    """Where the number begins and ends: words before a code that are no part of it are cut off."""
    start, end = match.span()
    if not coded:
        return start, end
    start = match.start("a")
    for word in _NOT_CODE.finditer(match.group("a")):
        start = match.start("a") + word.end()
    return (start if match.end("a") - start >= 2 else None), end


def _key(template: str, groups: dict[str, str]) -> str:
    return template.format(**{name: _fold(value) for name, value in groups.items()})


def _fold(value: str) -> str:
    folded = value
    # Dropping a blank can bring a letter and its accent together, so the forms are settled more than once.
    for _ in range(3):
        folded = unicodedata.normalize("NFKC", folded).translate(_DASHES).translate(_OLD_SCRIPT)
        folded = "".join(folded.split()).upper().replace(",", "")
    return unicodedata.normalize("NFKC", folded)
