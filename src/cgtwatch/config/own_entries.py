"""The entries of rules.yaml, one function a section: what the keys of an entry may hold, and what they become."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cgtwatch.config import checks
from cgtwatch.config.keys import both_names, level
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Seq
from cgtwatch.config.whole import line_of
from cgtwatch.model.own_rules import OwnAct, OwnIssuer, OwnLookalike, OwnProduct, OwnTerm, OwnTopic
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import DocType, Modality

STRENGTHS = ("strong", "generic", "weak")
SCOPES = ("span", "document", "strong", "tender")
_ISSUER = re.compile(r"(other:)?[a-z0-9]+(_[a-z0-9]+)*")
_MODALITY = checks.one_of([kind.value for kind in Modality])
_DOC_TYPE = checks.one_of([kind.value for kind in DocType if kind is not DocType.NONE])


class Word(NamedTuple):
    """A word of the file and the line it stands at."""

    text: str
    line: int


class Entry(NamedTuple):
    """An entry as read: what it became, its words, and the ids of authorities that it names, by field."""

    made: Any
    words: tuple[Word, ...]
    spot: Spot
    node: Map
    refers: tuple[tuple[str, str], ...] = ()


def word(node: Node, spot: Spot) -> Word:
    """A word that is safe to look for."""
    found = checks.text(node, spot)
    known = spot.ledger.known.words
    if known is not None and (problem := known.problem(found)):
        raise WrongError(f"{shown(found)} {problem}")
    return Word(found, node.line)


def naming_word(node: Node, spot: Spot) -> Word:
    """A word that by itself can name a therapy or an authority."""
    found = word(node, spot)
    known = spot.ledger.known.words
    if known is not None and known.common(found.text):
        raise WrongError(f"{shown(found.text)} stands in documents of every kind; write a longer wording")
    return found


def some(check: Check) -> Check:
    """A check for a list of at least one value."""
    every = checks.each(check)

    def check_all(node: Node, spot: Spot) -> tuple[Any, ...]:
        if isinstance(node, Seq) and not node.items:
            raise WrongError("is an empty list; write at least one, or take the key away")
        found: tuple[Any, ...] = every(node, spot)
        return found

    return check_all


def _modality(node: Node, spot: Spot) -> Modality:
    return Modality(_MODALITY(node, spot))


def _doc_type(node: Node, spot: Spot) -> DocType:
    return DocType(_DOC_TYPE(node, spot))


def _issuer_id(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found not in spot.ledger.known.issuers and not _ISSUER.fullmatch(found):
        raise WrongError(f"{shown(found)} is no id; write small letters, digits and _, as in other:pudong_gov or my_agency")
    return found


def _group(node: Node, spot: Spot) -> tuple[Word, ...]:
    """One thing that a topic asks for: a word, or a list of words of which one is enough."""
    found: tuple[Word, ...] = some(word)(node, spot) if isinstance(node, Seq) else (word(node, spot),)
    return found


def _topic_id(node: Node, spot: Spot) -> str:
    found = checks.slug(node, spot)
    if found in set(Modality):
        raise WrongError(f"{shown(found)} is a kind of therapy of the taxonomy; choose another id, such as my-{found}")
    return found


_words, _names, _modalities = some(naming_word), some(naming_word), some(_modality)
TERM = Shape(
    {"words": _words, "modalities": _modalities, "strength": checks.one_of(STRENGTHS), "look_alike": checks.one_of(SCOPES), "why": checks.text},
    required=("words",),
)  # fmt: skip
PRODUCT = Shape({"names": _names, "modalities": _modalities}, required=("names", "modalities"))
ACT = Shape(
    {"names": _names, "cgt": checks.flag, "modalities": _modalities, "doc_type": _doc_type, "jurisdiction": checks.jurisdiction,
     "issuers": some(_issuer_id)},
    required=("names", "doc_type", "jurisdiction"),
)  # fmt: skip
ISSUER = Shape(
    {"id": _issuer_id, "name": both_names, "names": _names, "level": level, "jurisdiction": checks.jurisdiction, "parent": _issuer_id},
    required=("id",),
)  # fmt: skip
TOPIC = Shape(
    {"id": _topic_id, "name": both_names, "any": some(word), "all": some(_group), "none": some(word)},
    required=("id",),
)


def term(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    """A term, or a look-alike where it says `look_alike`."""
    words = found.get("words", ())
    alike = "look_alike" in node.pairs
    if alike == ("modalities" in node.pairs):
        mend = "write either modalities: [stem_cell], or look_alike: document"
        spot.wrong(
            node.line, f"says {'both modalities and look_alike' if alike else 'neither modalities nor look_alike'}; {mend}"
        )
        return None
    for key, good in (("strength", not alike), ("why", alike)):
        if key in node.pairs and not good:
            other = "look_alike" if key == "why" else "modalities"
            spot.at(key).wrong(node.pairs[key][0].line, f"goes with {other}; take it away")
    texts = _texts(words)
    made: OwnTerm | OwnLookalike = (
        OwnLookalike(texts, found.get("look_alike", ""), found.get("why", ""))
        if alike
        else OwnTerm(texts, found.get("modalities", ()), found.get("strength", "strong"))
    )
    return Entry(made, words, spot, node)


def product(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    """A product by its names."""
    words = found.get("names", ())
    return Entry(OwnProduct(_texts(words), found.get("modalities", ())), words, spot, node)


def act(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    """A law, guideline or programme by its names."""
    words, issuers = found.get("names", ()), found.get("issuers", ())
    made = OwnAct(
        _texts(words), found.get("cgt", True), found.get("modalities", ()), found.get("doc_type", DocType.OTHER),
        found.get("jurisdiction", ""), issuers,
    )  # fmt: skip
    return Entry(made, words, spot, node, tuple(("issuers", one) for one in issuers))


def issuer(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    """A new authority, or further names of one of the register."""
    if "id" not in found:
        return None
    words, own = found.get("names", ()), found["id"]
    if own in spot.ledger.known.issuers:
        return _more_names(found, node, spot)
    if not node.pairs.keys() & {"name", "level", "jurisdiction"}:
        near = did_you_mean(own, spot.ledger.known.issuers)
        mend = "write its id, or name, level and jurisdiction of a new authority"
        spot.at("id").wrong(node.line, f"{shown(own)} is not in the register{near}; {mend}")
        return None
    for key in ("name", "level", "jurisdiction"):
        if key not in node.pairs:
            spot.at(key).wrong(node.line, "is missing; a new authority needs it")
    if not {"name", "level", "jurisdiction"} <= found.keys():
        return None
    parent, name = found.get("parent", ""), found["name"]
    own_names = (Word(text, line_of(node, "name")) for text in dict.fromkeys((name.zh, name.en)) if text not in _texts(words))
    words = (*words, *(one for one in own_names if _safe(one, spot)))
    made = OwnIssuer(own, _texts(words), name, found["level"], found["jurisdiction"], parent)
    return Entry(made, words, spot, node, (("parent", parent),) if parent else ())


def _safe(name: Word, spot: Spot) -> bool:
    """An authority is looked for by its name too, but for one that would be found everywhere."""
    known = spot.ledger.known.words
    return known is None or not (known.problem(name.text) or known.common(name.text))


def _more_names(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    for key in node.pairs.keys() & {"name", "level", "jurisdiction", "parent"}:
        clash = f"{found['id']} is in the register that ships, where this is set; take it away, or choose an id of your own"
        spot.at(key).wrong(node.pairs[key][0].line, clash)
    if "names" not in node.pairs:
        spot.at("names").wrong(node.line, "is missing; write the further names of this authority")
    words = found.get("names", ())
    return Entry(OwnIssuer(found["id"], _texts(words)), words, spot, node)


def topic(found: Mapping[str, Any], node: Map, spot: Spot) -> Entry | None:
    """A topic by the words that it asks for."""
    if not node.pairs.keys() & {"any", "all"}:
        spot.wrong(
            node.line, "asks for nothing; write any: [words, of which one is enough] or all: [words, which must all occur]"
        )
    wanted = {one.text for one in (*found.get("any", ()), *(w for group in found.get("all", ()) for w in group))}
    for one in found.get("none", ()):
        if one.text in wanted:
            spot.at("none").wrong(one.line, f"{shown(one.text)} is asked for too; take it out of one of them")
    if "id" not in found:
        return None
    name = found.get("name", Names(found["id"], found["id"]))
    groups = tuple(_texts(group) for group in found.get("all", ()))
    return Entry(OwnTopic(found["id"], name, _texts(found.get("any", ())), groups, _texts(found.get("none", ()))), (), spot, node)


def _texts(words: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(one.text for one in words)


Make = Callable[[Mapping[str, Any], Map, Spot], Entry | None]
SECTIONS: Mapping[str, tuple[Shape, Make]] = {
    "terms": (TERM, term),
    "products": (PRODUCT, product),
    "acts": (ACT, act),
    "issuers": (ISSUER, issuer),
    "topics": (TOPIC, topic),
}


def label(node: Node) -> str:
    """How an entry is called in messages: by its id or its first word; empty where it has neither."""
    for found in _first_texts(node):
        return f" {found}" if found.isprintable() and len(found) <= 40 else f" {shown(found, 40)}"
    return ""


def _first_texts(node: Node) -> Iterator[str]:
    for key in ("id", "words", "names") if isinstance(node, Map) else ():
        if isinstance(node, Map) and (pair := node.pairs.get(key)):
            value = pair[1].items[0] if isinstance(pair[1], Seq) and pair[1].items else pair[1]
            text = getattr(value, "text", "").strip()
            if text:
                yield text
