"""What a user's own rules file adds to the rules that ship: terms, look-alikes, products, acts, authorities and topics."""

import hashlib
from dataclasses import dataclass

from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import DocType, Level, Modality

Words = tuple[str, ...]  # as in the tables: `=` before a word asks for its case, `*` at an end lets it go on


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """Words for a therapy. `strength` is strong, generic or weak."""

    words: Words
    modalities: tuple[Modality, ...]
    strength: str = "strong"


@dataclass(frozen=True, slots=True)
class OwnLookalike:
    """Words that look like a therapy and are none; `scope` is span, document, strong or tender."""

    words: Words
    scope: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """Names of one product."""

    words: Words
    modalities: tuple[Modality, ...]


@dataclass(frozen=True, slots=True)
class OwnAct:
    """Names of a law, guideline or programme. `news` is how much a mention speaks for policy, 0 to 2."""

    words: Words
    cgt: bool
    modalities: tuple[Modality, ...]
    doc_type: DocType
    jurisdiction: str
    issuers: tuple[str, ...] = ()
    news: float = 0.8


@dataclass(frozen=True, slots=True)
class OwnIssuer:
    """An authority; without `name` it is one of the register, and `words` are further names of it."""

    id: str
    words: Words
    name: Names | None = None
    level: Level = Level.NATIONAL
    jurisdiction: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class OwnTopic:
    """A label of the user's own: one of `any`, one word of each group of `all`, and none of `none`. An empty part asks nothing."""

    id: str
    name: Names
    any: Words = ()
    all: tuple[Words, ...] = ()
    none: Words = ()


@dataclass(frozen=True, slots=True)
class OwnRules:
    """Everything of one file, in its order."""

    terms: tuple[OwnTerm, ...] = ()
    lookalikes: tuple[OwnLookalike, ...] = ()
    products: tuple[OwnProduct, ...] = ()
    acts: tuple[OwnAct, ...] = ()
    issuers: tuple[OwnIssuer, ...] = ()
    topics: tuple[OwnTopic, ...] = ()

    @property
    def version(self) -> str:
        """Six characters that change with what the file says, not with how it is laid out; empty where it says nothing."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:6] if self != OwnRules() else ""
