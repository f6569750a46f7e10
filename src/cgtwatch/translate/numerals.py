"""Numbers in any script as values: 30, 三十, thirty, 3.5亿, 350 million."""

import re
from collections.abc import Iterator
from decimal import Decimal

_DIGITS = {
    sign: value
    for value, signs in enumerate(("〇零○", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
HAN = "〇零○一壹二两贰三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟万亿廿卅"
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_SMALL = {
    **{word: value for value, word in enumerate(_ONES.split())},
    **{word: 10 * value for value, word in enumerate(_TIES.split(), 2)},
    **{word: value for value, word in enumerate(_ORDINALS.split())},
    **{word[:-1] + "ieth": 10 * value for value, word in enumerate(_TIES.split(), 2)},
    "dozen": 12,
}
_LARGE = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "bn": 10**9, "mio": 10**6, "mrd": 10**9, "millionen": 10**6, "milliarden": 10**9, "millions": 10**6, "milliards": 10**9,
    "millones": 10**6,
}  # fmt: skip
_WORD = "|".join(sorted((*_SMALL, "hundred", "thousand", "million", "billion", "trillion"), key=len, reverse=True))
_SCALE = "|".join(sorted((*_LARGE, *_MYRIADS, "千", "百"), key=len, reverse=True))
NUMBER = re.compile(
    rf"(?P<figures>(?<![\d.])\d+(?:[.,]\d+)*)(?:\s?(?P<scale>(?:{_SCALE})+)(?![a-z]))?"
    rf"|(?P<han>[{HAN}]+)"
    rf"|(?<![a-z])(?P<words>(?:{_WORD})(?:(?:[\s-]+|(?:(?<=hundred)|(?<=thousand)|(?<=million))\s+and\s+)(?:{_WORD}))*)s?(?![a-z])"
)


def values(found: re.Match[str], *, generous: bool) -> Iterator[Decimal]:
    """What a match of `NUMBER` in lower-case text can stand for; one value, or, where `generous`, every reading that there is."""
    if found["figures"] is not None:
        yield from _figures(found["figures"], found["scale"] or "", generous)
    elif found["han"] is not None:
        yield from _han(found["han"], generous)
    else:
        yield _words(found["words"])


def _figures(text: str, scale: str, generous: bool) -> Iterator[Decimal]:
    times = Decimal(1)
    for word in re.findall(_SCALE, scale):
        times *= _LARGE.get(word) or _MYRIADS.get(word) or _TENS[word]
    readings = [text.replace(",", "")] if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?", text) else []
    if generous or not readings:  # 1,5 and 1.500 of Europe; 1,2 may be two numbers
        readings += (
            [text.replace(".", "").replace(",", "."), *re.split("[.,]", text)] if text.count(",") < 2 else re.split("[.,]", text)
        )
    for reading in readings:
        if re.fullmatch(r"\d+(\.\d+)?", reading):
            yield Decimal(reading).normalize() * times
            if generous and scale:
                yield Decimal(reading).normalize()


def _han(text: str, generous: bool) -> Iterator[Decimal]:
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not set(text) & {*_TENS, *_MYRIADS}:
        yield Decimal("".join(str(_DIGITS[sign]) for sign in text))
        if generous:
            yield from (Decimal(_DIGITS[sign]) for sign in text)
        return
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            total = (total + section + digit or 1) * _MYRIADS[sign]
            section = digit = 0
    yield Decimal(total + section + digit)


def _words(text: str) -> Decimal:
    total = part = 0
    for word in re.findall("[a-z]+", text):
        if word in _SMALL:
            part += _SMALL[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _LARGE:
            total += (part or 1) * _LARGE[word]
            part = 0
    return Decimal(total + part)
