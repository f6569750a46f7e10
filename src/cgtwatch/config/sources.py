"""sources.yaml in, sources out; every mistake is told at once, with file, line, source, field and the mend."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgtwatch.config.cautions import caution
from cgtwatch.config.document import SET_ASIDE_KEY, Document, read_document
from cgtwatch.config.keys import DEFAULTS, SOURCE, described, folded, values_of_kind
from cgtwatch.config.ledger import Ledger, Note, Shape, Spot, Vocabulary, WrongError, read_keys
from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.tree import Map, Node, Scalar, Seq, is_nothing, what
from cgtwatch.errors import ConfigError
from cgtwatch.model.source import Source

_LONGEST_LINE = 1000  # characters

__all__ = ["SourceFile", "Vocabulary", "load_sources", "packaged_sources"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What a sources file holds, in its order, and a line for each thing that is doubtful but no mistake."""

    sources: tuple[Source, ...]
    path: Path
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """One source of the file: its node, its number from 1, and where it stands."""

    node: Map
    number: int
    spot: Spot


def load_sources(path: Path, known: Vocabulary) -> SourceFile:
    """The sources of the file at `path`.

    Raises `ConfigError` with every mistake as `FILE:LINE: sources[N] ID: FIELD: what is wrong; mend`, in the order of the file.
    Takes under 2 s for 10,000 sources (held by a test).
    """
    with _collector_at_rest():
        return _load(path, known)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile: a tree of 10,000 sources holds no cycle, and walking it time and again doubles the 1.5 s."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(path: Path, known: Vocabulary) -> SourceFile:
    document = read_document(path)
    ledger = Ledger(known, Path(path).absolute().parent)
    rows, defaults = _rows(document, ledger)
    built = [(source, row) for row in rows if (source := _source(row, defaults)) is not None]
    _same_ids(rows)
    for remark in document.remarks:
        ledger.mistakes.append(Note(remark.line, _owned(rows, remark.line) + remark.message))
    ledger.warnings += [Note(remark.line, remark.message) for remark in document.warnings]
    if ledger.mistakes:
        raise ConfigError(_lines(path, ledger.mistakes))
    caution([(source, row.node, row.spot) for source, row in built], path)
    return SourceFile(tuple(source for source, _ in built), path, _lines(path, ledger.warnings))


def _rows(document: Document, ledger: Ledger) -> tuple[list[_Row], Mapping[str, Any]]:
    """The sources as nodes, and the values of `defaults`."""
    root = document.root
    top = Spot(ledger, "")
    if root is None or is_nothing(root):
        if not document.remarks:
            top.wrong(1, "is empty; write sources: and a list of sources under it")
        return [], {}
    if not isinstance(root, Map):
        mend = "write sources: above the list and indent it" if isinstance(root, Seq) else "write sources: and a list under it"
        top.wrong(root.line, f"is {what(root)} and no mapping; {mend}")
        return [], {}
    defaults: dict[str, Any] = {}

    def keep_defaults(node: Node, spot: Spot) -> None:
        defaults.update(read_keys(node, DEFAULTS, Spot(spot.ledger, "defaults")))

    rows: list[_Row] = []

    def keep_rows(node: Node, spot: Spot) -> None:
        if not isinstance(node, Seq):
            raise WrongError(f"is {what(node)}; write a list, each source after a hyphen")
        if not node.items:
            spot.doubtful(node.line, "is an empty list: nothing is watched")
        rows.extend(row for number, one in enumerate(node.items, 1) if (row := _row(one, number, spot.ledger)))

    read_keys(root, Shape({"sources": keep_rows, "defaults": keep_defaults}, required=("sources",)), top)
    return rows, defaults


def _row(node: Node, number: int, ledger: Ledger) -> _Row | None:
    """The row of one source; None, and noted, for what is no mapping."""
    spot = Spot(ledger, f"sources[{number}] {described(node)}")
    if isinstance(node, Map) and SET_ASIDE_KEY in node.pairs:
        return _Row(node, number, Spot(ledger, f"sources[{number}]"))
    if isinstance(node, Map):
        return _Row(node, number, spot)
    spot.wrong(node.line, f"is {what(node)}; write a mapping with id, kind and url")
    return None


def _source(row: _Row, defaults: Mapping[str, Any]) -> Source | None:
    """The source of a row; None where it has a mistake, which is noted, or was no YAML, which is noted already."""
    if SET_ASIDE_KEY in row.node.pairs:
        return None
    mistakes = row.spot.ledger.mistakes
    before = len(mistakes)
    own = read_keys(row.node, SOURCE, row.spot)
    values = values_of_kind(own, defaults, row.node, row.spot)
    return Source(**folded(values)) if len(mistakes) == before else None


def _same_ids(rows: list[_Row]) -> None:
    """Notes ids that stand twice, or that differ in case only."""
    first: dict[str, tuple[str, int]] = {}
    for row in rows:
        pair = row.node.pairs.get("id")
        if pair is None or not isinstance(pair[1], Scalar) or is_nothing(pair[1]):
            continue
        text, line = pair[1].text.strip(), pair[1].line
        other, there = first.setdefault(text.casefold(), (text, line))
        if (other, there) == (text, line):
            continue
        said = "stands here and" if other == text else f"differs only in case from {other!r}"
        row.spot.at("id").wrong(line, f"{text!r} {said} at line {there}; give each source an id of its own")


def _owned(rows: list[_Row], line: int) -> str:
    """Whose source holds `line`, as the beginning of a message; empty outside of all sources."""
    owner = ""
    for row in rows:
        if row.node.line > line:
            break
        owner = f"{row.spot.owner}: "
    return owner


def _lines(path: Path, notes: list[Note]) -> tuple[str, ...]:
    return tuple(f"{path}:{note.line}: {_one_line(note.text)}" for note in sorted(dict.fromkeys(notes)))


def _one_line(text: str) -> str:
    """`text` fit for a terminal: a key of the file may hold line breaks, escapes, or a megabyte."""
    short = text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + "…"
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in short)
