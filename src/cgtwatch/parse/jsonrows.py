"""Records of a long JSON one by one: sixteen megabytes as text are ten times as much as objects."""

import json
from collections.abc import Callable, Sequence
from typing import Any

WHITESPACE = " \t\n\r"
_MOST_DIGITS = 4000  # Python refuses more, for its time grows with their square


def number(digits: str) -> int | str:
    """An integer; one with more digits than Python reads stays text."""
    return int(digits) if len(digits) < _MOST_DIGITS else digits


def read_rows(text: str, names: Sequence[str], take: Callable[[Any], None]) -> Any:  # noqa: ANN401 - the JSON border
    """The document, in which an empty list stands where `names` lead to a list; its elements were given to `take` in order.

    What stands there and is no list is kept as it is. Raises `json.JSONDecodeError` and `RecursionError` as `json.loads` does.
    """
    decoder = json.JSONDecoder(parse_int=number)
    end = _skip(text, 0)
    document, end = _value(decoder, text, end, tuple(names), take)
    end = _skip(text, end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return document


def _value(decoder: json.JSONDecoder, text: str, at: int, names: tuple[str, ...], take: Callable[[Any], None]) -> tuple[Any, int]:
    mark = text[at : at + 1]
    if names and mark == "{":
        return _object(decoder, text, at, names, take)
    if not names and mark == "[":
        return _list(decoder, text, at, take)
    return decoder.raw_decode(text, at)


def _object(
    decoder: json.JSONDecoder, text: str, at: int, names: tuple[str, ...], take: Callable[[Any], None]
) -> tuple[dict[str, Any], int]:
    members: dict[str, Any] = {}
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return members, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        key, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        at = _skip(text, at + 1)
        if key == names[0]:
            members[key], at = _value(decoder, text, at, names[1:], take)
        else:
            members[key], at = decoder.raw_decode(text, at)
        at, more = _after(text, at, "}")
        if not more:
            return members, at


def _list(decoder: json.JSONDecoder, text: str, at: int, take: Callable[[Any], None]) -> tuple[list[Any], int]:
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return [], at + 1
    while True:
        row, at = decoder.raw_decode(text, at)
        take(row)
        at, more = _after(text, at, "]")
        if not more:
            return [], at


def _after(text: str, at: int, end: str) -> tuple[int, bool]:
    """Behind a value: where to go on, and whether another one follows."""
    at = _skip(text, at)
    mark = text[at : at + 1]
    if mark == end:
        return at + 1, False
    if mark != ",":
        raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
    return _skip(text, at + 1), True


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in WHITESPACE:
        at += 1
    return at
