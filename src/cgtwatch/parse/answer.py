"""The bytes of an API's answer to objects and lists: JSON, JSON wrapped in a script or a page, XML; or what came instead."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cgtwatch.errors import ParseError
from cgtwatch.model.source import ApiRule, Source
from cgtwatch.parse import Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.jsonrows import WHITESPACE, number, read_rows
from cgtwatch.parse.records import Path, compile_path, stands_empty, text_of, truth
from cgtwatch.parse.xmlmap import NotXmlError, to_mapping
from cgtwatch.parse.xmltidy import described
from cgtwatch.text.charset import decode
from cgtwatch.text.clean import one_line

_LARGE = 2_000_000  # characters from which rows are read one by one
_COMMENTS = re.compile(r"(?:\s+|/\*.*?\*/|//[^\n]*\n|<!--)*", re.DOTALL)
# `callback(`, `window.a.b = `, `var x = `, `export default `, and what keeps a JSON from being run: `)]}',`, `while(1);`
_WRAPPER = re.compile(
    r"(?:\)\]\}',?|while\s*\(\s*1\s*\)\s*;?|for\s*\(\s*;\s*;\s*\)\s*;?|&&&START&&&)?\s*"
    r"(?:(?:try\s*\{\s*)?(?:export\s+default\s+|(?:var|let|const)\s+)?(?:(?:[\w$][\w$.\[\]\"']*\s*(?:=|\()|typeof\b[^&|]*&&)\s*)*)"
)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"[=(:]\s*(?=[{\[])|^\s*(?=[{\[])")
_MOST_OPENINGS = 200
_SAYS = (
    "message",
    "msg",
    "error",
    "errors",
    "errmsg",
    "errorMessage",
    "error_description",
    "detail",
    "description",
    "desc",
    "info",
    "status",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as read. `taken`: its rows were handed over one by one already, and an empty list stands in their place."""

    document: Any
    encoding: str
    warnings: tuple[str, ...] = ()
    taken: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    source: Source
    page: Page
    rule: ApiRule
    items: Path
    text: str


def read_answer(source: Source, page: Page, rule: ApiRule, take: Callable[[Any], None] | None = None) -> Answer:
    """The answer by the format of the rule. Raises `ParseError` that says what came instead and where it breaks off.

    A long JSON whose records stand at a plain path is read record by record: each is given to `take` and let go.
    """
    items = expression(source, "items", rule.items)
    decoded = decode(page.body, page.charset, "xml" if rule.format == "xml" else "text", source.encoding)
    given = _Text(source, page, rule, items, decoded.text.lstrip("\ufeff"))
    if not given.text.strip():
        raise ParseError(f"{source.id}: expected an answer in {rule.format}, got nothing from {page.url}")
    warnings = (f"{decoded.encoding}: {decoded.how}",) if "\ufffd" in decoded.text else ()
    if rule.format == "xml":
        return Answer(_xml(given), decoded.encoding, warnings)
    names = _row_names(rule.items)
    if (
        take is not None
        and names is not None
        and len(given.text) > _LARGE
        and rule.format == "json"
        and given.text.lstrip()[:1] in "{["
    ):
        return Answer(_guarded(given, lambda: read_rows(given.text, names, take)), decoded.encoding, warnings, taken=True)
    return Answer(_json(given), decoded.encoding, warnings)


def records(source: Source, rule: ApiRule, document: Any) -> list[Any]:  # noqa: ANN401 - the JSON border
    """The records of an answer; a single object where a list is expected is one record. Raises `ParseError` where the answer
    is an error in disguise or of another shape."""
    ensure_ok(source, rule, document)
    path = expression(source, "items", rule.items)
    found = path.find(document)
    if found is None and rule.items.strip().endswith("[]"):
        found = expression(source, "items", rule.items.strip()[:-2] or "@").find(document)
    if found is None or isinstance(found, bool | int | float):
        if found is None and stands_empty(path, document):
            return []
        raise ParseError(
            f"{source.id}: api.items {rule.items!r} finds no records in {shape(document)}; the answer may have a new shape"
        )
    return found if isinstance(found, list) else [found]


def ensure_ok(source: Source, rule: ApiRule, document: Any) -> None:  # noqa: ANN401 - the JSON border
    """Raises `ParseError` where `ok` does not hold."""
    if rule.ok and not truth(expression(source, "ok", rule.ok).find(document)):
        raise ParseError(f"{source.id}: expected an answer for which {rule.ok!r} holds, got {shape(document)}")


def expression(source: Source, key: str, text: str) -> Path:
    """A compiled expression of the rule. Raises `ParseError` that names the key."""
    return compiled(compile_path, source, f"api.{key}", text)


def shape(document: object) -> str:
    """What an answer looks like, for a person."""
    if isinstance(document, dict):
        said = next((text for key in _SAYS if (text := one_line(text_of(document.get(key)), 120))), "")
        keys = one_line(", ".join(map(str, list(document)[:12])), 160)
        return f"an object with {keys or 'nothing in it'}" + (f", which says {said!r}" if said else "")
    if isinstance(document, list):
        return f"a list of {len(document)}"
    return f"{type(document).__name__} {one_line(text_of(document), 80)!r}"


def _row_names(items: str) -> tuple[str, ...] | None:
    """The names that lead to the records where the expression says no more than that."""
    plain = items.strip().removesuffix("[]").removesuffix("[*]").removesuffix(".")
    if plain in ("", "@"):
        return ()
    return compile_path(plain).names


def _json(given: _Text) -> Any:  # noqa: ANN401 - the JSON border
    text = given.text
    if text.lstrip()[:1] in ("{", "["):
        return _guarded(given, lambda: _loads(text))
    wrapped = list(_wrapped(given))
    for document in wrapped:
        if truth(given.items.find(document)):
            return document
    if wrapped:
        return wrapped[0]
    return _guarded(given, lambda: _loads(text))


def _wrapped(given: _Text) -> Iterator[Any]:
    """The JSON inside a script, and for `jsonp` also inside the scripts of a page, in order."""
    text = given.text
    comments = _COMMENTS.match(text)
    start = _WRAPPER.match(text, comments.end() if comments else 0)
    if start and text[start.end() : start.end() + 1] in ("{", "[") and start.end() > 0:
        found = _decoded(text, start.end())
        if found is not None:
            yield found[0]
    if given.rule.format != "jsonp":
        return
    scripts = [script[1] for script in _SCRIPT.finditer(text)] if text.lstrip().startswith("<") else [text]
    opened = 0
    for script in scripts:
        at = 0
        while opened < _MOST_OPENINGS and (opening := _OPENING.search(script, at)):
            opened += 1
            found = _decoded(script, opening.end())
            if found is not None and truth(found[0]):
                yield found[0]
            at = found[1] if found else opening.end() + 1


def _decoded(text: str, at: int) -> tuple[Any, int] | None:
    try:
        return json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None


def _loads(text: str) -> Any:  # noqa: ANN401 - the JSON border
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of more digits than Python reads
        return json.loads(text, parse_int=number)


def _guarded(given: _Text, read: Callable[[], Any]) -> Any:  # noqa: ANN401 - the JSON border
    who, text = given.source.id, given.text
    try:
        return read()
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] in ("{", "["):
            place = f"line {error.lineno}, column {error.colno} of {len(text)} characters"
            near = one_line(text[max(0, error.pos - 20) : error.pos + 40])
            cut = "; it is cut off" if error.pos >= len(text.rstrip(WHITESPACE)) - 1 else ""
            raise ParseError(f"{who}: expected JSON, got JSON broken at {place} ({error.msg}) near {near!r}{cut}") from error
        raise ParseError(f"{who}: expected JSON, got {described(text)} from {given.page.url}") from error
    except RecursionError as error:
        raise ParseError(f"{who}: expected JSON, got one nested deeper than can be read ({len(text)} characters)") from error


def _xml(given: _Text) -> dict[str, Any]:
    try:
        return to_mapping(given.text)
    except NotXmlError as error:
        raise ParseError(
            f"{given.source.id}: expected XML, got {described(given.text)} that cannot be read as such: {error}"
        ) from error
