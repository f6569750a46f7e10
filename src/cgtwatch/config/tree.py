"""YAML text as a light tree in which every node knows its line.

The tree is grown from parser events and not with PyYAML's composer: that one overflows the C stack on 100,000 open brackets
(the process dies), lets the second of two equal keys win silently, and takes three times as long for 10,000 sources.
Nothing is ever constructed from a tag.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

DEEPEST = 24  # levels; sources.yaml itself needs 5
MOST_BY_ALIAS = 100_000  # nodes that anchors may stand for again; a bomb of a few lines stands for billions
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Event = Any  # of PyYAML: which attributes an event has depends on its class
_CORE = "tag:yaml.org,2002:"
_TAGS = frozenset({None, "!", *(_CORE + name for name in ("str", "int", "float", "bool", "null", "seq", "map"))})


class Scalar(NamedTuple):
    """A text as written. `plain` texts may stand for a number, a truth or nothing; quoted ones are texts."""

    text: str
    line: int
    plain: bool


class Seq(NamedTuple):
    """A list."""

    items: list["Node"]
    line: int


class Map(NamedTuple):
    """Keys in the order of the file; of a key written twice the first stands here, and the tree's problems name both."""

    pairs: dict[str, tuple[Scalar, "Node"]]
    line: int


Node = Scalar | Seq | Map


class Remark(NamedTuple):
    """Something wrong with the YAML itself, at a line counted from 1."""

    line: int
    message: str


@dataclass(slots=True)
class Grown:
    """What became of a text: its root, or None where there is nothing; and what is wrong with it as YAML."""

    root: Node | None = None
    remarks: list[Remark] = field(default_factory=list)


class TooMuchError(Exception):
    """The text asks for more depth or more repetition than any honest file does."""

    def __init__(self, remark: Remark) -> None:
        self.remark = remark
        super().__init__(remark.message)


@dataclass(slots=True)
class _Anchors:
    """Nodes by anchor with their sizes, and how many nodes aliases have repeated so far."""

    nodes: dict[str, tuple[Node, int]] = field(default_factory=dict)
    repeated: int = 0

    def repeat(self, name: str, line: int) -> tuple[Node, int]:
        """The node and its size; `TooMuchError` for an anchor inside itself, or one repetition too many."""
        if name not in self.nodes:
            raise TooMuchError(Remark(line, f"alias *{name} stands for nothing yet, or for itself; write the value out"))
        node, size = self.nodes[name]
        self.repeated += size
        if self.repeated > MOST_BY_ALIAS:
            message = f"aliases repeat more than {MOST_BY_ALIAS} values (an alias bomb?); write the values out"
            raise TooMuchError(Remark(line, message))
        return node, size


def grow(text: str) -> Grown:
    """The tree of `text`. Raises `yaml.YAMLError` where it is no YAML, `TooMuchError` where it is a trap."""
    grown = Grown()
    events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        line = event.start_mark.line + 1
        if type(event) is yaml.DocumentStartEvent:
            if grown.root is not None:
                grown.remarks.append(Remark(line, "a second document begins (---); keep everything in one"))
                break
            grown.root = _branch(next(events), events, grown.remarks, _Anchors(), 0)[0]
    return grown


def _branch(event: Event, events: Iterator[Event], remarks: list[Remark], anchors: _Anchors, depth: int) -> tuple[Node, int]:
    """The node that `event` opens, and how many nodes it is made of."""
    kind = type(event)
    line = event.start_mark.line + 1
    if kind is yaml.AliasEvent:
        return anchors.repeat(event.anchor, line)
    if depth > DEEPEST:
        raise TooMuchError(Remark(line, f"is nested more than {DEEPEST} levels deep; a bracket may be left open"))
    if event.tag not in _TAGS:
        remarks.append(Remark(line, f"tag {event.tag.replace(_CORE, '!!')} is not allowed here; write the plain value"))
    node: Node
    size = 1
    if kind is yaml.ScalarEvent:
        node = Scalar(event.value, line, event.implicit[0] or event.tag not in {None, "!", _CORE + "str"})
    elif kind is yaml.SequenceStartEvent:
        node = Seq([], line)
        for inner in iter(lambda: next(events), None):
            if type(inner) is yaml.SequenceEndEvent:
                break
            child, weight = _branch(inner, events, remarks, anchors, depth + 1)
            node.items.append(child)
            size += weight
    else:
        node = Map({}, line)
        size += _pairs(node, events, remarks, anchors, depth)
    if event.anchor is not None:
        anchors.nodes[event.anchor] = (node, size)
    return node, size


def _pairs(node: Map, events: Iterator[Event], remarks: list[Remark], anchors: _Anchors, depth: int) -> int:
    """Fills `node` up to its end; the number of nodes in it."""
    size = 0
    merged: list[tuple[Scalar, Node]] = []
    for inner in iter(lambda: next(events), None):
        if type(inner) is yaml.MappingEndEvent:
            break
        key, weight = _branch(inner, events, remarks, anchors, depth + 1)
        value, more = _branch(next(events), events, remarks, anchors, depth + 1)
        size += weight + more
        if not isinstance(key, Scalar):
            remarks.append(
                Remark(key.line, "a key is a list or mapping; write a word before the colon (or quote what has braces)")
            )
        elif key.text == "<<" and key.plain:
            merged.append((key, value))
        elif key.text in node.pairs:
            first = node.pairs[key.text][0].line
            remarks.append(Remark(key.line, f"key {key.text!r} stands here and at line {first}; keep one of them"))
        else:
            node.pairs[key.text] = (key, value)
    for key, value in merged:
        _merge(node, key, value, remarks)
    return size


def _merge(node: Map, key: Scalar, value: Node, remarks: list[Remark]) -> None:
    """Adds what `<<` brings; keys of the mapping itself win (YAML 1.1 merge type)."""
    for one in value.items if isinstance(value, Seq) else [value]:
        if not isinstance(one, Map):
            remarks.append(Remark(key.line, "<< takes an alias of a mapping, or a list of such; write <<: *name"))
            continue
        for name, pair in one.pairs.items():
            node.pairs.setdefault(name, pair)


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH: Mapping[str, bool] = MappingProxyType(
    {word: value for words, value in (("true yes on", True), ("false no off", False)) for word in words.split()}
)
_FIGURES = frozenset("0123456789+-.")
_NUMBER = re.compile(r"[-+]?(\d[\d_]*(:[0-5]?\d)*(\.\d*)?([eE][-+]?\d+)?|\.\d+|0x[\da-fA-F]+|\.inf|\.nan)", re.IGNORECASE)


def is_nothing(node: Node) -> bool:
    """Whether nothing was written (`key:`) or a null word."""
    return isinstance(node, Scalar) and node.plain and node.text in _NULL


def truth(node: Node) -> bool | None:
    """What a YAML 1.1 truth word says; None for anything else."""
    return _TRUTH.get(node.text.lower()) if isinstance(node, Scalar) and node.plain else None


def is_number(node: Node) -> bool:
    """Whether YAML 1.1 reads the plain text as a number."""
    return isinstance(node, Scalar) and node.plain and node.text[:1] in _FIGURES and _NUMBER.fullmatch(node.text) is not None


def what(node: Node) -> str:
    """The node's kind in words, for messages."""
    if isinstance(node, Seq):
        return "a list"
    if isinstance(node, Map):
        return "a mapping"
    if is_nothing(node):
        return "empty"
    if truth(node) is not None:
        return f"the truth value {node.text}"
    return f"the number {node.text}" if is_number(node) else "a text"
