"""Changes to sources.yaml that leave every other byte as it is: text and a wish in, text out, or the reason why not.

The text is cut at the places that the YAML parser tells and mended there; what comes out is read again and must say what the old
one said plus the change, so that no title or address can mean anything but itself. (A round trip through ruamel.yaml 0.18 changed
1,236 lines of the shipped file of 1,112 where one value was to change.)
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from cgtwatch.config.document import document_of
from cgtwatch.config.positions import Place, places
from cgtwatch.config.proposal import entry, flow
from cgtwatch.config.regions import heading_for
from cgtwatch.config.tree import Map, Node, Scalar, Seq, TooMuchError, grow, is_nothing, is_number, truth
from cgtwatch.errors import ConfigError

Values = Mapping[str, Any]
_BOM = "\ufeff"
_DASH = re.compile(r"^([ ]*)-(?=\s)", re.MULTILINE)


class Cut(NamedTuple):
    """What stands between `start` and `end` gives way to `text`."""

    start: int
    end: int
    text: str


class _Sheet(NamedTuple):
    """A text with the places of its sources. `eol` is how its lines end."""

    text: str
    eol: str
    key: Place  # `sources`
    rows: Place

    def line_end(self, at: int) -> int:
        """Where the line of `at` ends, before its end mark."""
        found = re.compile(r"\r\n|\n|\r").search(self.text, at)
        return found.start() if found else len(self.text)

    def after(self, at: int) -> int:
        """Where the line after that of `at` begins."""
        found = re.compile(r"\r\n|\n|\r").search(self.text, at)
        return found.end() if found else len(self.text)

    def dash(self, number: int) -> re.Match[str]:
        """The hyphen of a row of the list."""
        begin = self.rows.items[number - 1].end if number else self.key.end
        found = _DASH.search(self.text, begin, self.rows.items[number].start)
        if found is None:
            raise _refused("the list of sources is not written with a hyphen at the start of a line each")
        return found


def added(text: str, entries: Sequence[Values]) -> str:
    """The text with these sources, each below the heading of its region where there is one, else at the end of the list.

    Values are those of YAML: texts, numbers, truths, and lists and mappings of them. Raises `ConfigError` with the reason.
    """
    new = [_said(one) for one in entries]
    ids = [_id(one) for one in new]

    def right(old: list[Any], now: list[Any]) -> bool:
        others = [one for one in now if _id(one) not in ids]
        mine = sorted((one for one in now if _id(one) in ids), key=_id)
        return others == old and mine == sorted(new, key=_id) and len(set(ids)) == len(ids)

    return _edited(text, lambda sheet: _additions(sheet, entries), right)


def changed(text: str, source_id: str, values: Values) -> str:
    """The text in which that source has these values, and its others as before. Raises `ConfigError` with the reason."""

    def cuts(sheet: _Sheet) -> list[Cut]:
        row = sheet.rows.items[_number(sheet, source_id)]
        return [cut for name, value in values.items() for cut in _set(sheet, row, name, value)]

    def right(old: list[Any], now: list[Any]) -> bool:
        return now == [one | _said(values) if _id(one) == source_id else one for one in old]

    return _edited(text, cuts, right)


def removed(text: str, source_id: str) -> str:
    """The text without that source; comments above it stay, for they may be the heading of others. Raises `ConfigError`."""

    def cuts(sheet: _Sheet) -> list[Cut]:
        number = _number(sheet, source_id)
        if sheet.rows.flow:
            raise _refused("the list of sources stands in brackets; write it with a hyphen for each source")
        start = sheet.dash(number).start()
        cut = Cut(start, sheet.after(sheet.rows.items[number].end), "")
        colon = sheet.text.index(":", sheet.key.end) + 1
        return [Cut(colon, colon, " []"), cut] if len(sheet.rows.items) == 1 else [cut]

    return _edited(text, cuts, lambda old, now: now == [one for one in old if _id(one) != source_id])


def values_of(text: str, source_id: str) -> str:
    """The entry of that source as it is written, without its hyphen and its indentation; empty where it is not in the file."""
    sheet = _sheet(text.removeprefix(_BOM))
    number = next((n for n, row in enumerate(sheet.rows.items) if _named(row) == source_id), None)
    if number is None:
        return ""
    row = sheet.rows.items[number]
    begin = sheet.text.rfind("\n", 0, row.start) + 1
    lines = sheet.text[begin : sheet.line_end(row.end)].splitlines()
    lines[0] = " " * (row.start - begin) + lines[0][row.start - begin :]
    return "\n".join(line[min(row.start - begin, len(line) - len(line.lstrip())) :].rstrip() for line in lines)


def _edited(text: str, cuts: Callable[[_Sheet], list[Cut]], right: Callable[[list[Any], list[Any]], bool]) -> str:
    """The text after these cuts, if it is then `right` what is said of the sources, and all else is said as before."""
    bom, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    sheet = _sheet(body)
    new = body
    for cut in sorted(cuts(sheet), key=lambda cut: (cut.start, cut.end), reverse=True):
        new = new[: cut.start] + cut.text + new[cut.end :]
    before, after = _read(body), _read(new)
    same = before is not None and after is not None and before | {"sources": 0} == after | {"sources": 0}
    if before is None or after is None or not same or not right(before["sources"], after["sources"]):
        raise _refused("what would be written does not say the same as before plus the change")
    return bom + new


def _refused(why: str) -> ConfigError:
    return ConfigError([f"sources.yaml is not changed: {why}; change it with an editor, then reload"])


@lru_cache(maxsize=1)
def _sheet(text: str) -> _Sheet:
    """The text taken apart; kept, for a file is looked at more often than it is changed."""
    document = document_of(text.encode())
    if document.remarks:
        raise _refused(f"line {document.remarks[0].line} {document.remarks[0].message}")
    root = places(text)
    rows = root.get("sources") if root is not None and root.sort == "map" else None
    key = root.key("sources") if root is not None else None
    if rows is None or key is None or not (rows.sort == "seq" or (rows.sort == "scalar" and not rows.text)):
        raise _refused("it holds no list of sources that can be found")
    first = re.search(r"\r\n|\n|\r", text)
    return _Sheet(text, first[0] if first else "\n", key, rows)


def _named(row: Place) -> str:
    value = row.get("id") if row.sort == "map" else None
    return value.text.strip() if value is not None and value.sort == "scalar" else ""


def _number(sheet: _Sheet, source_id: str) -> int:
    found = [number for number, row in enumerate(sheet.rows.items) if _named(row) == source_id]
    if len(found) != 1:
        raise _refused(f"{'no' if not found else 'more than one'} source {source_id!r} is written out in it")
    return found[0]


# --- one value


def _set(sheet: _Sheet, row: Place, name: str, value: Any) -> list[Cut]:  # noqa: ANN401 - a value of YAML
    """The cuts that give `row` this value, whether or not it has one."""
    place = row.get(name)
    if place is None:
        return [_inserted(sheet, row, f"{name}: {flow(value)}")]
    if place.anchored:
        raise _refused(f"the value of {name} has an anchor (&) that others may use")
    if isinstance(value, Mapping) and place.sort == "map" and value:
        if {key.text for key, _ in place.pairs} - value.keys():
            raise _refused(f"{name} holds more than what is to be changed")
        return [cut for inner, one in value.items() for cut in _set(sheet, place, inner, one)]
    written = flow(value) if place.end > place.start else f" {flow(value)}"
    return [Cut(place.start, place.end, written)]


def _inserted(sheet: _Sheet, row: Place, pair: str) -> Cut:
    """A pair put behind the first one of a mapping."""
    key, value = row.pairs[0] if row.get("id") is None else next(pair for pair in row.pairs if pair[0].text == "id")
    if row.flow:
        return Cut(value.end, value.end, f", {pair}")
    begin = max(sheet.text.rfind("\n", 0, key.start), sheet.text.rfind("\r", 0, key.start)) + 1
    at = sheet.line_end(value.end)
    return Cut(at, at, f"{sheet.eol}{' ' * (key.start - begin)}{pair}")


# --- new sources


def _additions(sheet: _Sheet, entries: Sequence[Values]) -> list[Cut]:
    """A cut for each place where something new stands, the entries in the order given."""
    if not sheet.rows.items:
        return [_first(sheet, entries)]
    if sheet.rows.flow:
        raise _refused("the list of sources stands in brackets; write it with a hyphen for each source")
    indent = len(sheet.dash(0)[1])
    rows = [(row.start, row.end, _brief(row)) for row in sheet.rows.items]
    by_place: dict[int, list[str]] = {}
    for one in entries:
        number = heading_for(sheet.text, rows, {name: str(one.get(name) or "") for name in ("jurisdiction", "via")})
        by_place.setdefault(sheet.line_end(sheet.rows.items[number].end), []).append(_written(sheet, one, indent))
    return [Cut(at, at, "".join(sheet.eol + text for text in texts)) for at, texts in by_place.items()]


def _brief(row: Place) -> dict[str, str]:
    found = {name: row.get(name) if row.sort == "map" else None for name in ("jurisdiction", "via")}
    return {name: value.text if value is not None else "" for name, value in found.items()}


def _first(sheet: _Sheet, entries: Sequence[Values]) -> Cut:
    """The entries in the place of a list that is empty."""
    lines = "".join(sheet.eol + _written(sheet, one, 2) for one in entries)
    colon = sheet.text.index(":", sheet.key.end) + 1
    if sheet.rows.sort == "scalar" and sheet.rows.end == sheet.rows.start:
        at = sheet.line_end(colon)
        return Cut(at, at, lines)
    if not sheet.text[sheet.rows.end : sheet.line_end(sheet.rows.end)].strip():
        return Cut(colon, sheet.rows.end, lines)
    raise _refused("something stands behind the empty list of sources")


def _written(sheet: _Sheet, values: Values, indent: int) -> str:
    """An entry without the end mark of its last line."""
    lines = entry(values).removesuffix("\n").split("\n")
    return sheet.eol.join((" " * indent + line.removeprefix("  ")).rstrip() for line in lines)


# --- what a text says


def _read(text: str) -> dict[str, Any] | None:
    """The text without its layout: scalars as pairs of text and whether they are plain words that may mean a truth or number."""
    document = document_of(text.encode())
    if document.remarks or not isinstance(document.root, Map):
        return None
    said: dict[str, Any] = {name: _plain(node) for name, (_, node) in document.root.pairs.items()}
    return said | {"sources": said["sources"] if isinstance(said.get("sources"), list) else []}


def _plain(node: Node) -> Any:  # noqa: ANN401 - nested
    if isinstance(node, Map):
        return {name: _plain(value) for name, (_, value) in node.pairs.items()}
    if isinstance(node, Seq):
        return [_plain(one) for one in node.items]
    return _word(node)


def _word(node: Scalar) -> tuple[str, bool]:
    return node.text, is_nothing(node) or truth(node) is not None or is_number(node)


def _said(values: Values) -> Any:  # noqa: ANN401 - nested
    """What these values say, in the form of `_read`."""
    try:
        grown = grow(flow({name: value for name, value in values.items() if value not in (None, {}, "")}))
    except (yaml.YAMLError, UnicodeError, TooMuchError):
        raise _refused("a value holds characters that no YAML text can hold") from None
    said = _plain(grown.root) if grown.root is not None else {}
    for name, value in values.items():  # what was written is what was meant, not only what is read again
        if isinstance(value, str) and value and said[name] != (value, False):
            raise _refused(f"{name} {value!r} cannot be written so that it is read as itself")
    return said


def _id(said: Any) -> str:  # noqa: ANN401 - nested
    found = said.get("id") if isinstance(said, dict) else None
    return found[0].strip() if isinstance(found, tuple) else ""
