"""Where things stand in an answer of objects and lists: JMESPath expressions, and address templates with expressions in braces."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_LEADING = re.compile(r"(?:[A-Za-z_]\w*(?:\.(?=[A-Za-z_]))?)+", re.ASCII)
_TEMPLATE = re.compile(r"https?://|[/.?{]")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`")
_KEPT_IN_LINKS = "/?&=#%:;,+@~!$*()'"  # a value may be an id, a path or a whole query
_LONGEST_OBJECT = 2000
_MOST_VALUES = 200
_FUNCTIONS: Mapping[str, Any] = Functions.FUNCTION_TABLE


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled JMESPath expression (jmespath.org); `names` where it is nothing but names with dots between."""

    text: str
    names: tuple[str, ...] | None
    compiled: ParsedResult

    def find(self, value: object) -> Any:  # noqa: ANN401 - the JSON border
        """What stands there; None where nothing does, or where a function cannot take what does."""
        if self.names is not None:
            for name in self.names:
                if not isinstance(value, dict):
                    return None
                value = value.get(name)
            return value
        try:
            return self.compiled.search(value)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError):
            return None  # the expression is the operator's and was checked; this record is of another shape


@dataclass(frozen=True, slots=True)
class Template:
    """An address with expressions in it."""

    parts: tuple[str | Path, ...]

    def find(self, value: object) -> str | None:
        """The address; None where a value is missing."""
        filled = [part if isinstance(part, str) else quote(text_of(part.find(value)), safe=_KEPT_IN_LINKS) for part in self.parts]
        return "".join(filled) if all(filled) else None


@lru_cache(maxsize=1024)
def compile_path(text: str) -> Path:
    """The expression that `text` spells. Raises `ValueError` that says what is wrong with it."""
    spelled = text.strip()
    _check_literals(text)
    try:
        compiled = jmespath.compile(spelled)
    except (JMESPathError, RecursionError, ValueError, TypeError) as error:
        raise ValueError(f"{text!r} is no JMESPath expression: {_reason(error)}{_hint(spelled)}") from error
    for called in _called(compiled.parsed):
        _check_call(text, called)
    names = tuple(spelled.split(".")) if _NAMES.fullmatch(spelled) else None
    return Path(spelled, names, compiled)


@lru_cache(maxsize=1024)
def compile_link(text: str) -> Path | Template:
    """An expression, or an address template where the text starts as an address does. Raises `ValueError` with the reason."""
    spelled = text.strip()
    return Template(tuple(_parts(spelled))) if _TEMPLATE.match(spelled) else compile_path(spelled)


def check(text: str) -> str | None:
    """What is wrong with a JMESPath expression, or None."""
    try:
        compile_path(text)
    except ValueError as error:
        return str(error)
    return None


def check_link(text: str) -> str | None:
    """What is wrong with an expression or address template, or None."""
    try:
        compile_link(text)
    except ValueError as error:
        return str(error)
    return None


def text_of(value: object) -> str:
    """A value as a person would write it: lists with commas, objects as JSON with sorted keys, null and NaN as nothing."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that is not itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value in (float("inf"), float("-inf")) else f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, list):
        return ", ".join(text for text in map(text_of, value[:_MOST_VALUES]) if text)
    if isinstance(value, dict):
        said = value.get("#text")
        return said if isinstance(said, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)[:_LONGEST_OBJECT]
    return str(value)


def truth(value: object) -> bool:
    """JMESPath's own: false are null, false, and what is empty; 0 is true."""
    return not (value is None or value is False or value in ("", [], {}))


def stands_empty(path: Path, document: object) -> bool:
    """Whether the leading names of an expression lead to a null: "no records" as many an answer says it."""
    leading = _LEADING.match(path.text)
    for name in leading[0].split(".") if leading else ():
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
        if document is None:
            return True
    return False


def _parts(text: str) -> Iterator[str | Path]:
    """The pieces of a template; braces may stand inside an expression in pairs, or between quotes."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        if start > at:
            yield text[at:start]
        end = _closing(text, start)
        yield compile_path(text[start + 1 : end])
        at = end + 1
    if at < len(text):
        yield text[at:]


def _closing(text: str, start: int) -> int:
    depth, at = 0, start
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted and at > start:
            at = quoted.end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise ValueError(f"{text!r}: the brace at {start + 1} is never closed")


def _check_literals(text: str) -> None:
    """Between backticks stands JSON; the library still reads other words there, with a warning at each."""
    for found in _QUOTED.finditer(text):
        if found[0].startswith("`"):
            try:
                json.loads(found[0][1:-1].replace("\\`", "`"))
            except ValueError as error:
                raise ValueError(f"{text!r}: {found[0]} is no JSON; a text stands in single quotes: 'text'") from error


def _called(node: object) -> Iterator[dict[str, Any]]:
    """The function calls of a parsed expression."""
    if isinstance(node, dict):
        if node.get("type") == "function_expression":
            yield node
        for child in node.get("children", ()):
            yield from _called(child)


def _check_call(text: str, called: Mapping[str, Any]) -> None:
    name = called["value"]
    if name not in _FUNCTIONS:
        raise ValueError(f"{text!r}: JMESPath has no function {name!r}; it has {', '.join(sorted(_FUNCTIONS))}")
    signature, given = _FUNCTIONS[name]["signature"], len(called["children"])
    variadic = bool(signature) and bool(signature[-1].get("variadic"))
    if given < len(signature) or (given > len(signature) and not variadic):
        raise ValueError(f"{text!r}: {name} takes {len(signature)} argument(s), not {given}")


def _reason(error: Exception) -> str:
    return (
        str(error)
        .split("\n", maxsplit=1)[0]
        .removeprefix("Bad jmespath expression: ")
        .removeprefix("Invalid jmespath expression: ")
    )


def _hint(text: str) -> str:
    if text.startswith("$"):
        return "; write @ for the whole answer"
    if re.search(r"\w-\w", text):
        return '; a name with a hyphen stands in double quotes: "field-name"'
    return ""
