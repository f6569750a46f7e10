"""The numbers by which authorities tell their acts apart: as printed, and as one key for every way of printing it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.text.number_shapes import HAO, SHAPES
from cgtwatch.text.numerals import HAN, number

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


_HAO_SIGN = re.compile(HAO)
_DIGITS = re.compile(r"\d+")
_BEFORE, _AFTER = 80, 60  # characters; the longest number is shorter than either
_OLD_SCRIPT = str.maketrans(
    "號議國務藥監發衛醫關於點總會廳與處辦規劃療產業華義臺統", "号议国务药监发卫医关于点总会厅与处办规划疗产业华义台统"
)
_SHORT_NAMES = (
    ("식약처", "식품의약품안전처"), ("복지부", "보건복지부"), ("질병청", "질병관리청"), ("과기정통부", "과학기술정보통신부"),
)  # fmt: skip
_LETTERED = frozenset(HAN)
_DASHES = str.maketrans(dict.fromkeys("—–－‐‑‒−", "-"))


def find(text: str) -> tuple[FoundNumber, ...]:
    """Every document number in `text`, in its order, none inside another. A citation of a code (21 CFR 1271) is none."""
    taken: list[FoundNumber] = []
    free = bytearray(len(text))
    near_hao, near_digits = _windows(_HAO_SIGN, text), _windows(_DIGITS, text)
    small = text.casefold()
    for shape in SHAPES:
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
    return template.format(**{name: _fold(_arabic(value)) for name, value in groups.items()})


def _arabic(value: str) -> str:
    """Figures written out, and the short names of ministries, as the key has them."""
    for short, full in _SHORT_NAMES:
        value = full if value == short else value
    return str(number(value)) if value and set(value) <= _LETTERED else value


def _fold(value: str) -> str:
    folded = value
    # Dropping a blank can bring a letter and its accent together, so the forms are settled more than once.
    for _ in range(3):
        folded = unicodedata.normalize("NFKC", folded).translate(_DASHES).translate(_OLD_SCRIPT)
        folded = "".join(folded.split()).upper().replace(",", "")
    return unicodedata.normalize("NFKC", folded)
