"""rules.yaml in, a user's own rules out; every mistake is told at once, with file, line, entry, field and the mend."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgtwatch.config.document import read_document
from cgtwatch.config.ledger import Ledger, Note, Shape, Spot, Vocabulary, WrongError, lines_of, read_keys
from cgtwatch.config.own_entries import SECTIONS, Entry, label
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Seq, is_nothing, what
from cgtwatch.config.whole import line_of
from cgtwatch.errors import ConfigError
from cgtwatch.model.own_rules import OwnIssuer, OwnLookalike, OwnRules, OwnTerm, OwnTopic

SETTING = "CGTWATCH_RULES"
_KNOWN = "is known already and needs no entry"


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What a rules file holds: its sound entries, a line for each mistake, and one for each thing that is only doubtful.

    Rules with mistakes are not to be used; their entries only help to read what refers to them.
    """

    rules: OwnRules = OwnRules()
    path: Path | None = None  # None: there is no such file
    warnings: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many entries each part has."""
        parts = ("terms", "lookalikes", "products", "acts", "issuers", "topics")
        return {part: len(getattr(self.rules, part)) for part in parts}

    @property
    def summary(self) -> str:
        """The same in a line."""
        return ", ".join(f"{count} {part}" for part, count in self.counts.items() if count) or "nothing in it"

    @property
    def issuers(self) -> frozenset[str]:
        """The authorities of the file, by id."""
        return frozenset(one.id for one in self.rules.issuers)


def load_rules(path: Path, known: Vocabulary) -> RulesFile:
    """The rules of the file at `path`; `known.issuers` is the register that ships, `known.words` what is known of words.

    Mistakes stand in the result as `FILE:LINE: SECTION[N] ENTRY: FIELD: what is wrong; mend`, in the order of the file.
    """
    try:
        document = read_document(path, SETTING)
    except ConfigError as error:
        return RulesFile(path=path, mistakes=error.problems)
    ledger = Ledger(known, Path(path).absolute().parent)
    entries = _entries(document.root, ledger)
    if not document.remarks:
        _ids(entries["issuers"])
        _ids(entries["topics"])
        _references(entries, known.issuers)
        _meanings([*entries["terms"], *entries["products"], *entries["acts"], *entries["issuers"]], ledger)
    ledger.mistakes += [Note(remark.line, remark.message) for remark in document.remarks]
    ledger.warnings += [Note(remark.line, remark.message) for remark in document.warnings]
    return RulesFile(_rules(entries), path, lines_of(path, ledger.warnings), lines_of(path, ledger.mistakes))


def _entries(root: Node | None, ledger: Ledger) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {name: [] for name in SECTIONS}
    top = Spot(ledger, "")
    if root is None or is_nothing(root):
        return found  # an empty file adds nothing, and is none the worse for it
    if not isinstance(root, Map):
        top.wrong(root.line, f"is {what(root)} and no mapping; write terms:, issuers:, topics: … and a list under each")
        return found

    def section(name: str, node: Node, spot: Spot) -> None:
        if not isinstance(node, Seq):
            raise WrongError(f"is {what(node)}; write a list, each entry after a hyphen")
        for number, one in enumerate(node.items, 1):
            entry = _entry(name, one, Spot(spot.ledger, f"{name}[{number}]{label(one)}"))
            if entry is not None:
                found[name].append(entry)

    keys = {name: (lambda node, spot, name=name: section(name, node, spot)) for name in SECTIONS}
    read_keys(root, Shape(keys), top)
    return found


def _entry(name: str, node: Node, spot: Spot) -> Entry | None:
    shape, make = SECTIONS[name]
    if not isinstance(node, Map):
        spot.wrong(node.line, f"is {what(node)}; write a mapping with {', '.join(shape.required)}")
        return None
    before = len(spot.ledger.mistakes)
    made = make(read_keys(node, shape, spot), node, spot)
    return (
        made
        if made is not None and (len(spot.ledger.mistakes) == before or isinstance(made.made, OwnIssuer | OwnTopic))
        else None
    )


def _ids(entries: Iterable[Entry]) -> None:
    """Notes ids that stand twice."""
    first: dict[str, int] = {}
    for entry in entries:
        line = line_of(entry.node, "id")
        if entry.made.id in first:
            entry.spot.at("id").wrong(
                line, f"{entry.made.id!r} stands here and at line {first[entry.made.id]}; make one entry of both"
            )
        first.setdefault(entry.made.id, line)


def _references(entries: dict[str, list[Entry]], shipped: frozenset[str]) -> None:
    """Notes authorities that are named and that there are not."""
    known = shipped | {entry.made.id for entry in entries["issuers"]}
    for entry in (*entries["acts"], *entries["issuers"]):
        for field, name in entry.refers:
            if name not in known:
                mend = "write an id of the register, or add it under issuers"
                entry.spot.at(field).wrong(
                    line_of(entry.node, field), f"{shown(name)} is no issuer{did_you_mean(name, known)}; {mend}"
                )


def _meanings(entries: Iterable[Entry], ledger: Ledger) -> None:
    """Notes words that stand twice, or that mean something else in the rules that ship."""
    known = ledger.known.words
    first: dict[str, int] = {}
    for entry in entries:
        field = entry.spot.at("words" if "words" in entry.node.pairs else "names")
        for text, line in entry.words:
            form = known.form(text) if known else text
            if form in first:
                field.wrong(line, f"{shown(text)} stands here and at line {first[form]}; keep one of them")
            elif known and (meant := known.shipped(form)):
                _against(entry.made, shown(text), meant, line, field)
            first.setdefault(form, line)


def _against(made: Any, text: str, meant: str, line: int, field: Spot) -> None:  # noqa: ANN401 - one of the entries of a file
    """What is to be said of a word that the shipped rules know."""
    if isinstance(made, OwnIssuer):
        if meant == f"issuer {made.id}":
            field.doubtful(line, f"{text} {_KNOWN}")
        elif meant.startswith("issuer "):
            field.wrong(
                line, f"{text} names {meant.removeprefix('issuer ')} in the register; write a name that is this one's alone"
            )
        return
    if meant.startswith("issuer "):
        field.wrong(line, f"{text} names the authority {meant.removeprefix('issuer ')}; write a longer wording")
    elif isinstance(made, OwnLookalike):
        if meant == "look-alike":
            field.doubtful(line, f"{text} {_KNOWN}")
        else:
            field.wrong(line, f"{text} stands for {meant} in the shipped rules; write the longer wording that is none")
    elif meant == "look-alike":
        field.wrong(line, f"{text} is a look-alike in the shipped rules, which speaks against it; write a longer wording")
    else:
        both = f", as {meant}" if isinstance(made, OwnTerm) and meant != ",".join(made.modalities) else ""
        field.doubtful(line, f"{text} {_KNOWN}{both}")


def _rules(entries: dict[str, list[Entry]]) -> OwnRules:
    made = {name: [entry.made for entry in found] for name, found in entries.items()}
    return OwnRules(
        terms=tuple(one for one in made["terms"] if isinstance(one, OwnTerm)),
        lookalikes=tuple(one for one in made["terms"] if isinstance(one, OwnLookalike)),
        products=tuple(made["products"]),
        acts=tuple(made["acts"]),
        issuers=tuple(made["issuers"]),
        topics=tuple(made["topics"]),
    )
