"""One written form for matching: case, width, hyphens and script folded one to one, so that offsets stay what they were."""

from collections.abc import Mapping, Sequence

# Every mapping is one character to one character: a span found in the folded text is the span of the original.
_SPACES = "\t\n\r\v\f\u00a0\u3000\u2002\u2003\u2009\u202f"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"
_QUOTES = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'}
_LONGER = "\u0130"  # the one character that is longer in small letters
_PARTED = "\0"  # stands in no term
_KATAKANA_MARK = "\u30fc"  # a letter of Japanese words, no hyphen


def folding(simplified: Mapping[str, str]) -> dict[int, str]:
    """The table for `fold`: `simplified` maps traditional characters to their simplified form."""
    table = {ord(c): " " for c in _SPACES + _HYPHENS if c != _KATAKANA_MARK}
    table.update({ord(a): b for a, b in _QUOTES.items()})
    table.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
    table[0xFF0D] = " "
    table.update({ord(a): b for a, b in simplified.items()})
    return table


def fold(text: str, table: Mapping[int, str]) -> str:
    """`text` in one written form, of the same length."""
    wide = text.translate(table)
    low = wide.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in wide)


def fold_all(texts: Sequence[str], table: Mapping[int, str]) -> list[str]:
    """Each of `texts` as `fold` gives it, thousands of them in one call."""
    odd = {place for place, text in enumerate(texts) if _LONGER in text or _PARTED in text}
    low = _PARTED.join(text for place, text in enumerate(texts) if place not in odd).translate(table).lower()
    rest = iter(low.split(_PARTED))
    return [fold(text, table) if place in odd else next(rest) for place, text in enumerate(texts)]


def is_word(char: str) -> bool:
    """Whether `char` continues a word of a script that parts its words, as Chinese, Japanese and Korean do not."""
    return char.isalnum() and char < "\u2e80"
