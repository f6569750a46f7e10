"""YAML text as nodes that know where they begin and end, so that one of them can be changed and all else left as it is.

Positions count characters. A block's own end would be the beginning of what follows; here it is the end of its last word, so that
the comments after it are nobody's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from cgtwatch.config.tree import DEEPEST

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Sort = Literal["scalar", "map", "seq", "alias"]


@dataclass(slots=True)
class Place:
    """A node between `start` and `end`. `flow`: written in brackets. `anchored`: others may stand for it by its name."""

    sort: Sort
    start: int
    end: int
    text: str = ""  # of a scalar
    flow: bool = False
    anchored: bool = False
    pairs: list[tuple["Place", "Place"]] = field(default_factory=list)
    items: list["Place"] = field(default_factory=list)

    def get(self, name: str) -> "Place | None":
        """The value of a key that stands in this mapping itself."""
        return next((value for key, value in self.pairs if key.sort == "scalar" and key.text == name), None)

    def key(self, name: str) -> "Place | None":
        """The key of that name."""
        return next((key for key, _ in self.pairs if key.sort == "scalar" and key.text == name), None)


def places(text: str) -> Place | None:
    """The root of `text`, which `config.document` has found to be sound YAML; None where there is nothing."""
    events = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if type(event) is yaml.DocumentStartEvent:
            return _place(next(events), events, text, 0)
    return None


def _place(event: Any, events: Iterator[Any], text: str, depth: int) -> Place:  # noqa: ANN401 - events of PyYAML
    start, kind = event.start_mark.index, type(event)
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if kind is yaml.AliasEvent:
        return Place("alias", start, event.end_mark.index)
    anchored = event.anchor is not None
    if kind is yaml.ScalarEvent:
        end = event.end_mark.index
        if event.style in ("|", ">"):  # such a text ends with its line, or with the blank ones after it
            end = start + len(text[start:end].rstrip())
        return Place("scalar", start, end, event.value, anchored=anchored)
    found = Place(
        "map" if kind is yaml.MappingStartEvent else "seq", start, start, flow=bool(event.flow_style), anchored=anchored
    )
    last = _fill(found, events, text, depth)
    found.end = last if found.flow else max((one.end for one in _leaves(found)), default=start)
    return found


def _fill(found: Place, events: Iterator[Any], text: str, depth: int) -> int:
    """Takes in what stands in a list or mapping; the place of its end."""
    for inner in events:
        if type(inner) in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            return int(inner.end_mark.index)
        one = _place(inner, events, text, depth + 1)
        if found.sort == "seq":
            found.items.append(one)
        else:
            found.pairs.append((one, _place(next(events), events, text, depth + 1)))
    return len(text)


def _leaves(found: Place) -> Iterator[Place]:
    yield from found.items
    for pair in found.pairs:
        yield from pair
