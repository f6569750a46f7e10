"""Authorities as a reader writes them on a page: a list of ids or names, read into ids, and ids shown as such a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.compose.words import Words
from cgtwatch.model.source import Names
from cgtwatch.web.public.authorities import BETWEEN, Authorities, authorities_of, folded, parts_of, written

LONGEST_ISSUERS = 2000  # characters
_SHORT = 400  # characters; a longer list of names is shown as ids
_TOLD = 3  # mistakes that are told at once, each with a search for what was meant


@dataclass(frozen=True, slots=True)
class Found:
    """What a list names: ids, each once, and what is no authority as it was written."""

    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_issuers(text: str, names: Mapping[str, Names]) -> Found:
    """The authorities of `text`: ids, Chinese or English names, between commas of any script; case and width do not count.

    A name may hold commas itself, so the longest that fits is taken; a name that several bear means all of them.
    """
    parts = written(text, BETWEEN)
    if all(one in names for one in parts):  # ids alone, or nothing: spares a look at all names
        return Found(tuple(dict.fromkeys(parts)))
    return _read(parts, authorities_of(names))


def _read(parts: Sequence[str], known: Authorities) -> Found:
    ids: list[str] = []
    unknown: list[str] = []
    at = 0
    while at < len(parts):
        for size in range(min(known.longest, len(parts) - at), 0, -1):
            if borne := known.called.get(tuple(map(folded, parts[at : at + size]))):
                ids += borne
                break
        else:
            size = 1
            unknown.append(parts[at])
        at += size
    return Found(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(unknown)))


def show_issuers(ids: Iterable[str], names: Mapping[str, Names], said: Words) -> str:
    """The list that reads as just these ids: by name where the name is theirs alone, in the reader's language."""
    own = tuple(ids)
    if not own:
        return ""
    known, shown = authorities_of(names), []
    for one in own:
        name = said.pick(names.get(one), one)
        shown.append(name if known.called.get(parts_of(name)) == (one,) else one)
    text = said.say("comma").join(shown)
    return text if len(text) <= _SHORT and _read(written(text, BETWEEN), known).ids == own else ", ".join(own)


def wrong_issuers(text: str, names: Mapping[str, Names], said: Words) -> str:
    """What is wrong with a list, and what may have been meant; empty where nothing is."""
    if len(text) > LONGEST_ISSUERS or not text.isprintable():
        return said.say("wrong_issuers")
    told = []
    for one in read_issuers(text, names).unknown[:_TOLD]:
        near = authorities_of(names).nearest(one)
        shown = one if len(one) <= 60 else f"{one[:59]}…"
        told.append(said.say("wrong_issuer_near", word=shown, near=near) if near else said.say("wrong_issuer", word=shown))
    return said.say("semicolon").join(told)
