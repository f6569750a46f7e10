"""Where mistakes are collected, each with line, source, field, what is wrong and the mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from cgtwatch.config.suggest import did_you_mean
from cgtwatch.config.tree import Map, Node, Scalar, is_nothing, what

_LONGEST_LINE = 1000  # characters


class WordCheck(NamedTuple):
    """What is known of words that a user would have looked for in every document.

    `problem` answers with what is wrong with a word, with the mend, or None; `common` whether it stands everywhere; `shipped` is
    what a word in its `form` stands for in the shipped tables (`car_t`, `look-alike`, `issuer nmpa`).
    """

    problem: Callable[[str], str | None]
    common: Callable[[str], bool]
    shipped: Callable[[str], str | None]
    form: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What other rooms know, handed in by `app`: kinds and vias that can be read, the issuer register, checks for expressions.

    `check_selector` and `check_jmespath` answer with what is wrong with an expression, or None; JMESPath goes unchecked without
    its check. `environment` holds the names (never the values) of the variables that are set; None: not known, so nothing is said
    of those that are missing. `inbox` is the directory of the built-in source of that id, None where there is none.
    """

    kinds: frozenset[str]
    vias: frozenset[str]
    issuers: frozenset[str]
    check_selector: Callable[[str], str | None]
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()
    check_jmespath: Callable[[str], str | None] | None = None
    environment: frozenset[str] | None = None
    inbox: Path | None = None
    words: WordCheck | None = None  # for a user's own rules


class WrongError(ValueError):
    """A value cannot be taken: what is wrong, and the mend."""


class Note(NamedTuple):
    """One mistake or warning."""

    line: int
    text: str


@dataclass(slots=True)
class Ledger:
    """What is known, where relative paths begin, everything noted so far, and what was found out about each expression."""

    known: Vocabulary
    folder: Path
    mistakes: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    expressions: dict[str, str | None] = field(default_factory=dict)
    queries: dict[str, str | None] = field(default_factory=dict)  # the same for JMESPath
    read: dict[tuple["Check", str, bool], Any] = field(default_factory=dict)  # sound values: sources share nearly all of theirs


class Spot(NamedTuple):
    """Where in the file a value stands: whose it is, and its field with a dot for each level."""

    ledger: Ledger
    owner: str
    field: str = ""

    def at(self, name: str) -> "Spot":
        """The spot of a field inside this one."""
        return Spot(self.ledger, self.owner, f"{self.field}.{name}" if self.field else name)

    def wrong(self, line: int, message: str) -> None:
        """Notes a mistake here."""
        self.ledger.mistakes.append(Note(line, self.words(message)))

    def doubtful(self, line: int, message: str) -> None:
        """Notes a warning here."""
        self.ledger.warnings.append(Note(line, self.words(message)))

    def words(self, message: str) -> str:
        """`message` with whose field it is about."""
        return ": ".join(part for part in (self.owner, self.field, message) if part)


Check = Callable[[Node, Spot], Any]  # the value to keep; raises WrongError, or notes deeper mistakes itself


class Shape(NamedTuple):
    """The keys that a mapping may have, those it must have, and those that belong elsewhere, each with what to say of it."""

    keys: Mapping[str, Check]
    required: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = MappingProxyType({})


def read_keys(node: Node, shape: Shape, spot: Spot) -> dict[str, Any]:
    """The values of a mapping by key; every mistake in it is noted and its key left out."""
    if not isinstance(node, Map):
        wanted = ", ".join(shape.required) or next(iter(shape.keys))
        raise WrongError(f"is {what(node)}; write a mapping with {wanted}")
    found: dict[str, Any] = {}
    for name, (key, value) in node.pairs.items():
        check = shape.keys.get(name)
        if check is None:
            spot.at(name).wrong(key.line, shape.elsewhere.get(name) or _unknown(name, value, shape))
            continue
        try:
            found[name] = _checked(check, value, name, spot)
        except WrongError as error:
            empty = "has no value; write one, or take the key away"
            spot.at(name).wrong(value.line if not is_nothing(value) else key.line, empty if is_nothing(value) else str(error))
    for name in shape.required:
        if name not in node.pairs:
            spot.at(name).wrong(node.line, "is missing; add it")
    return found


def _checked(check: Check, value: Node, name: str, spot: Spot) -> Any:  # noqa: ANN401 - what the check makes of it
    """The value of a key. What a check once made of a text it makes again: in a file of 10,000 sources that is half the time."""
    if type(value) is not Scalar:
        return check(value, spot.at(name))
    ledger = spot.ledger
    memo = check, value.text, value.plain
    if memo not in ledger.read:
        notes = len(ledger.mistakes) + len(ledger.warnings)
        made = check(value, spot.at(name))
        if len(ledger.mistakes) + len(ledger.warnings) != notes:
            return made
        ledger.read[memo] = made
    return ledger.read[memo]


def _unknown(name: str, value: Node, shape: Shape) -> str:
    hint = " (a comma ends a text inside braces: quote the whole text)" if is_nothing(value) else ""
    return f"unknown key{did_you_mean(name, shape.keys)}; known: {', '.join(sorted(shape.keys))}{hint}"


def lines_of(path: Path, notes: list[Note]) -> tuple[str, ...]:
    """The notes as `FILE:LINE: …`, each once, in the order of the file."""
    return tuple(f"{path}:{note.line}: {_one_line(note.text)}" for note in sorted(dict.fromkeys(notes)))


def _one_line(text: str) -> str:
    """`text` fit for a terminal: a key of the file may hold line breaks, escapes, or a megabyte."""
    short = text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + "…"
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in short)
