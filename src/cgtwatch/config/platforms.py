"""The rules of a site family beneath those of one source: `platform: trs` takes what `data/platforms.yaml` says of it.

The presets are written with the keys of a source and merged as YAML, so that they are read and checked by the same code as what
stands in the file itself. Lines are those of the source's `platform`, so that a mistake leads there.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cgtwatch.config.addresses import address_problem
from cgtwatch.config.ledger import Spot
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Scalar, Seq, grow

_NONE = "none"  # takes a key of the preset away
# What a source says instead of what its family does: the first word given leaves out the others of the preset.
_INSTEAD: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "list": {"script": ("item", "title", "link", "date", "text", "drop"), "item": ("script",)},
    "api": {"form": ("json",), "json": ("form",)},
}
_WHOLE = frozenset({"bridge", "verify", "every", "name"})


class _Place(NamedTuple):
    """Where the preset is put in: the line its nodes get, and what its braces stand for."""

    line: int
    origin: str
    url: str

    def fill(self, text: str) -> str:
        return text.replace("{origin}", self.origin).replace("{url}", self.url) if "{" in text else text


@cache
def presets() -> Mapping[str, Map]:
    """The preset of each family by its name."""
    grown = grow((Path(__file__).parent / "data" / "platforms.yaml").read_text("utf-8"))
    root = grown.root
    if not isinstance(root, Map) or grown.remarks:
        raise ValueError(f"platforms.yaml: {grown.remarks or 'is no mapping'}")
    return {name: value for name, (_, value) in root.pairs.items() if isinstance(value, Map)}


def with_platform(node: Map, spot: Spot) -> Map | None:
    """The source with its family's rules beneath; itself where it names none; None, and noted, where there is no such family."""
    if "platform" not in node.pairs:
        return node
    key, value = node.pairs["platform"]
    name = value.text.strip() if isinstance(value, Scalar) else ""
    preset = presets().get(name)
    if preset is None:
        known = ", ".join(sorted(presets()))
        spot.at("platform").wrong(value.line, f"{shown(name)} is not known{did_you_mean(name, presets())}; known: {known}")
        return None
    own = node.pairs.get("url")
    url = own[1].text.strip() if own and isinstance(own[1], Scalar) else ""
    sound = bool(url) and address_problem(url) is None
    parts = urlsplit(url if sound else "https://host.invalid/")
    place = _Place(key.line, f"{parts.scheme}://{parts.netloc}", url if sound else "https://host.invalid/")
    merged = _beneath(node, preset, place)
    if own and "url" in preset.pairs:  # what is asked is not what a reader would open
        asked = preset.pairs["url"][1]
        text = place.fill(asked.text) if sound and isinstance(asked, Scalar) else url
        merged.pairs["url"] = (own[0], Scalar(text, own[1].line, False))
    return merged


def _beneath(own: Map, preset: Map, place: _Place, inside: str = "") -> Map:
    """The mapping with the preset's keys after its own; mappings in mappings are merged likewise."""
    left_out = {other for name, others in _INSTEAD.get(inside, {}).items() if name in own.pairs for other in others}
    pairs: dict[str, tuple[Scalar, Node]] = {}
    for name, (key, value) in own.pairs.items():
        under = preset.pairs.get(name)
        if under is None or name in left_out:
            pairs[name] = key, value
        elif isinstance(value, Scalar) and value.plain and value.text == _NONE:
            continue
        elif isinstance(value, Map) and isinstance(under[1], Map) and not _other(name, value, under[1], inside):
            pairs[name] = key, _beneath(value, under[1], place, name)
        else:
            pairs[name] = key, value
    for name, (_, value) in preset.pairs.items():
        if name not in own.pairs and name not in left_out:
            pairs[name] = Scalar(name, place.line, True), _placed(value, place)
    return Map(pairs, own.line)


def _other(name: str, own: Map, preset: Map, inside: str) -> bool:
    """Whether the source's own rule is of another sort altogether, so that nothing of the preset's fits in."""
    if name in _WHOLE or inside == "set":
        return True
    said, meant = own.pairs.get("by"), preset.pairs.get("by")
    return name == "paging" and said is not None and meant is not None and said[1][:1] != meant[1][:1]


def _placed(node: Node, place: _Place) -> Node:
    """The preset's node at the source's line, its braces filled in."""
    if isinstance(node, Map):
        return Map({n: (Scalar(n, place.line, True), _placed(value, place)) for n, (_, value) in node.pairs.items()}, place.line)
    if isinstance(node, Seq):
        return Seq([_placed(one, place) for one in node.items], place.line)
    return Scalar(place.fill(node.text), place.line, node.plain)
