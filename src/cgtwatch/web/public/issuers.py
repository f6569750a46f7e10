"""Authorities as a reader writes them on a page: a list of ids or names, read into ids, and ids shown as such a list."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.compose.words import Words
from cgtwatch.config.suggest import nearest
from cgtwatch.model.source import Names

LONGEST_ISSUERS = 2000  # characters
_SHORT = 400  # characters; a longer list of names is shown as ids
_TOLD = 3  # mistakes that are told at once, each with a search for what was meant
_BETWEEN = re.compile("[,;\n\uff0c\u3001\uff1b]")  # commas and semicolons, of Chinese too
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a list names: ids, each once, and what is no authority as it was written."""

    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_issuers(text: str, names: Mapping[str, Names]) -> Found:
    """The authorities of `text`: ids, Chinese or English names, between commas of any script; case and width do not count.

    A name may hold commas itself, so the longest that fits is taken; a name that several bear means all of them.
    """
    written = _written(text)
    if all(one in names for one in written):  # ids alone, or nothing: spares a look at all names
        return Found(tuple(dict.fromkeys(written)))
    return _read(written, _called(names))


def _read(written: Sequence[str], called: Mapping[Parts, list[str]]) -> Found:
    longest = max(map(len, called), default=1)
    ids: list[str] = []
    unknown: list[str] = []
    at = 0
    while at < len(written):
        for size in range(min(longest, len(written) - at), 0, -1):
            if borne := called.get(tuple(map(_folded, written[at : at + size]))):
                ids += borne
                break
        else:
            size = 1
            unknown.append(written[at])
        at += size
    return Found(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(unknown)))


def show_issuers(ids: Iterable[str], names: Mapping[str, Names], said: Words) -> str:
    """The list that reads as just these ids: by name where the name is theirs alone, in the reader's language."""
    own = tuple(ids)
    if not own:
        return ""
    called, shown = _called(names), []
    for one in own:
        name = said.pick(names.get(one), one)
        shown.append(name if called.get(_parts(name)) == [one] else one)
    text = said.say("comma").join(shown)
    return text if len(text) <= _SHORT and _read(_written(text), called).ids == own else ", ".join(own)


def wrong_issuers(text: str, names: Mapping[str, Names], said: Words) -> str:
    """What is wrong with a list, and what may have been meant; empty where nothing is."""
    if len(text) > LONGEST_ISSUERS or not text.isprintable():
        return said.say("wrong_issuers")
    unknown = read_issuers(text, names).unknown[:_TOLD]
    known = {one for key, names_of in names.items() for one in (key, names_of.zh, names_of.en)} if unknown else set()
    told = []
    for one in unknown:
        near = nearest(one, known)
        shown = one if len(one) <= 60 else f"{one[:59]}…"
        told.append(said.say("wrong_issuer_near", word=shown, near=near) if near else said.say("wrong_issuer", word=shown))
    return said.say("semicolon").join(told)


def _written(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _called(names: Mapping[str, Names]) -> dict[Parts, list[str]]:
    """What can be written for an authority → the ids it means; an id means itself, whoever bears it as a name."""
    found: dict[Parts, list[str]] = {}
    for one, own in names.items():
        for parts in {_parts(own.zh), _parts(own.en)} - {()}:
            found.setdefault(parts, []).append(one)
    return {**found, **{_parts(one): [one] for one in names}}


def _parts(name: str) -> Parts:
    return tuple(map(_folded, _written(name)))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
