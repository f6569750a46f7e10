"""The keys under which an event is looked up by what another document says of it: its number, its title."""

import re
import unicodedata
from collections.abc import Callable

_BRACKETS = str.maketrans({"〔": "[", "【": "[", "(": "[", "{": "[", "〕": "]", "】": "]", ")": "]", "}": "]"})
_QUOTED = re.compile(r"《([^《》]{4,})》")
# A draft and what becomes of it carry the same title but for such an ending: 征求意见稿 (draft for comment), 试行 (for trial).
_ENDINGS = re.compile(
    r"[(\[【〔《\s]*(公开征求意见稿|征求意见稿|意见征求稿|送审稿|修订草案|草案|试行|暂行"
    r"|revised draft|draft for comments?|draft guidance|draft)[)\]】〕》\s]*$",
    re.IGNORECASE,
)
_SHORTEST = 6  # characters of a key that says enough to look for
LONGEST = 600  # characters of a value: in every script less than an index of PostgreSQL takes


def number_key(number: str) -> str:
    """A document number without what differs between printings: width, brackets, spaces, case."""
    return "".join(unicodedata.normalize("NFKC", number).translate(_BRACKETS).split()).casefold()


def title_key(title: str) -> str:
    """A title without the ending that marks a draft, and without what differs between printings."""
    shorter = _ENDINGS.sub("", unicodedata.normalize("NFKC", title))
    return "".join(letter for letter in shorter.casefold() if letter.isalnum())


def title_keys(title: str) -> tuple[str, ...]:
    """What an event can be known by: its title, and each 《title》 that it quotes, where they say enough."""
    keys = (title_key(each) for each in (title, *_QUOTED.findall(title)))
    return tuple(dict.fromkeys(key for key in keys if len(key) >= _SHORTEST))


def lookup(key: str) -> tuple[str, str]:
    """The kind and value under which a key `kind:value` is kept; numbers and titles in their own form."""
    kind, _, value = key.partition(":")
    return kind, _FORMS.get(kind, str)(value)[:LONGEST]


_FORMS: dict[str, Callable[[str], str]] = {"number": number_key, "title": title_key}
