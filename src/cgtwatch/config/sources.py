"""sources.yaml in, sources out; every mistake is told at once, with file, line, source, field and the mend."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cgtwatch.config.cautions import caution
from cgtwatch.config.document import SET_ASIDE_KEY, Document, read_document
from cgtwatch.config.inbox import inbox_source, not_the_inbox
from cgtwatch.config.keys import described, folded, kind_of, lacking, shape_of, shape_of_defaults
from cgtwatch.config.ledger import Ledger, Note, Shape, Spot, Vocabulary, WrongError, lines_of, read_keys
from cgtwatch.config.packaged import packaged_sources
from cgtwatch.config.platforms import with_platform
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Scalar, Seq, is_nothing, what
from cgtwatch.config.whole import agreed, line_of
from cgtwatch.errors import ConfigError
from cgtwatch.model.source import DetailMode, DetailRule, Kind, Source, sharing

__all__ = ["SourceFile", "Vocabulary", "inbox_source", "load_sources", "packaged_sources"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What a sources file holds, in its order, and a line for each thing that is doubtful but no mistake."""

    sources: tuple[Source, ...]
    path: Path
    warnings: tuple[str, ...] = ()
    _alike: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Know which sources have one address: every visit asks."""
        object.__setattr__(self, "_alike", sharing(self.sources))

    def beside(self, source: Source) -> tuple[str, ...]:
        """The ids of the other sources that are switched on and read from the address of `source`, as it is."""
        alike = self._alike.get(source.url, ())
        return tuple(other for other in alike if other != source.id) if source.id in alike else ()


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
    _known_hints(built, rows)
    for remark in document.remarks:
        ledger.mistakes.append(Note(remark.line, _owned(rows, remark.line) + remark.message))
    ledger.warnings += [Note(remark.line, remark.message) for remark in document.warnings]
    if ledger.mistakes:
        raise ConfigError(lines_of(path, ledger.mistakes))
    caution([(source, row.node, row.spot) for source, row in built], path)
    return SourceFile(tuple(source for source, _ in built), path, lines_of(path, ledger.warnings))


class _Defaults:
    """The values of `defaults`, read once for each kind of source that is in the file."""

    def __init__(self) -> None:
        self.given: tuple[Node, Spot] | None = None
        self._read: dict[Kind | None, Mapping[str, Any]] = {}

    def of(self, kind: Kind | None) -> Mapping[str, Any]:
        """What `defaults` gives to a source of this kind; mistakes are noted (equal ones are told once)."""
        if self.given is None:
            return {}
        if kind not in self._read:
            self._read[kind] = {}
            self._read[kind] = read_keys(self.given[0], shape_of_defaults(kind), self.given[1])
        return self._read[kind]


def _rows(document: Document, ledger: Ledger) -> tuple[list[_Row], _Defaults]:
    """The sources as nodes, and the values of `defaults`."""
    root = document.root
    top = Spot(ledger, "")
    if root is None or is_nothing(root):
        if not document.remarks:
            top.wrong(1, "is empty; write sources: and a list of sources under it")
        return [], _Defaults()
    if not isinstance(root, Map):
        mend = "write sources: above the list and indent it" if isinstance(root, Seq) else "write sources: and a list under it"
        top.wrong(root.line, f"is {what(root)} and no mapping; {mend}")
        return [], _Defaults()
    defaults = _Defaults()

    def keep_defaults(node: Node, spot: Spot) -> None:
        defaults.given = node, Spot(spot.ledger, "defaults")
        defaults.of(None)

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


def _source(row: _Row, defaults: _Defaults) -> Source | None:
    """The source of a row; None where it has a mistake, which is noted, or was no YAML, which is noted already."""
    if SET_ASIDE_KEY in row.node.pairs:
        return None
    mistakes = row.spot.ledger.mistakes
    before = len(mistakes)
    node = with_platform(row.node, row.spot)
    if node is None:  # what is missing may well stand in the family that was meant
        read_keys(row.node, shape_of(None)._replace(required=("id",)), row.spot)
        return None
    kind = kind_of(node, row.spot.ledger.known.kinds)
    own = read_keys(node, shape_of(kind), row.spot)
    values = {**_usual(kind), **defaults.of(kind), **own}
    lacking(kind, values, node, row.spot)
    agreed(values, node, row.spot)
    not_the_inbox(values, node, row.spot)
    return Source(**folded(values)) if len(mistakes) == before else None


def _usual(kind: Kind | None) -> Mapping[str, Any]:
    """What a kind takes where nothing is said: a sitemap has addresses only, so its pages are read."""
    return {"detail": DetailRule(DetailMode.AUTO)} if kind is Kind.SITEMAP else {}


def _known_hints(built: list[tuple[Source, _Row]], rows: list[_Row]) -> None:
    """Notes hints that name no source of the file."""
    hinting = [(source, row) for source, row in built if source.hints]
    if not hinting:
        return
    ids = {pair[1].text.strip() for row in rows if (pair := row.node.pairs.get("id")) and isinstance(pair[1], Scalar)}
    for source, row in hinting:
        for hint in source.hints:
            start = hint.removesuffix("*")
            met = any(one.startswith(start) and one != source.id for one in ids) if start != hint else hint in ids
            if not met:
                message = f"{shown(hint)} is no source of this file{did_you_mean(hint, ids)}; write ids that stand in it"
                row.spot.at("hints").wrong(line_of(row.node, "hints"), message)


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
