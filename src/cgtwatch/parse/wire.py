"""Values to JSON and back, and length-prefixed frames: how the service and its children speak. Nothing is ever unpickled."""

import dataclasses
import json
import struct
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import IO, Any, TypeVar

_LENGTH = struct.Struct(">Q")
_LARGEST = 1 << 30
_NOTHING = object()

T = TypeVar("T")


def send(pipe: IO[bytes], header: Mapping[str, Any], body: bytes = b"") -> None:
    """Writes one message: a JSON header and raw bytes, each after its length. Raises `OSError` where the pipe is gone."""
    head = encoded(header)
    pipe.write(_LENGTH.pack(len(head)) + head + _LENGTH.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Reads one message. Raises `EOFError` where the other side ended, `ValueError` where it does not speak the protocol."""
    header = json.loads(_frame(pipe))
    if not isinstance(header, dict):
        raise ValueError("expected an object as header")
    return header, _frame(pipe)


def encoded(value: Any) -> bytes:  # noqa: ANN401 - the JSON border
    """A value of the model, or a mapping of such, as JSON in ASCII. What a dataclass has by default is left out."""
    return json.dumps(value, ensure_ascii=True, default=_one_level, separators=(",", ":")).encode("ascii")


def plain(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    """A value of the model as JSON's types: dataclasses as objects, times as ISO text, durations as seconds."""
    return json.loads(encoded(value))


def shaped(kind: type[T], value: Any) -> T:  # noqa: ANN401 - the JSON border
    """The value of type `kind` that `plain` made `value` from. Raises `ValueError`, `TypeError` or `KeyError` where it is none."""
    reader = _reader(typing.cast("Any", kind))
    return typing.cast("T", reader(value) if reader else value)


def _frame(pipe: IO[bytes]) -> bytes:
    size = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]
    if size > _LARGEST:
        raise ValueError(f"a frame of {size} bytes")
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _one_level(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    """What JSON does not know, one level deep: large answers are never held twice."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: held for name, default in _defaults(type(value)) if (held := getattr(value, name)) != default}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} does not go over the wire")


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass, each with its default or with what equals nothing."""
    return tuple((field.name, _default(field)) for field in dataclasses.fields(kind))


def _default(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401 - the JSON border
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else _NOTHING


Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> Reader | None:  # noqa: ANN401 - one line a type
    """What makes values of a type; None where JSON's own values are right."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _reader_of_one(arguments)
    if origin is tuple:
        return _reader_of_tuple(arguments)
    if dataclasses.is_dataclass(kind):
        return _reader_of_dataclass(typing.cast("type", kind))
    if kind in (datetime, date):
        return typing.cast("Reader", kind.fromisoformat)
    if kind is timedelta:
        return lambda value: timedelta(seconds=value)
    return typing.cast("Reader", kind) if isinstance(kind, type) and issubclass(kind, Enum) else None


def _reader_of_tuple(arguments: tuple[Any, ...]) -> Reader:
    if arguments[-1] is Ellipsis:
        reader = _reader(arguments[0])
        return tuple if reader is None else lambda values: tuple([reader(value) for value in values])
    readers = [_reader(argument) or _as_it_is for argument in arguments]
    return lambda values: tuple(reader(value) for reader, value in zip(readers, values, strict=True))


def _reader_of_one(kinds: tuple[Any, ...]) -> Reader | None:
    """`X | None` takes None; unions of simple types take the value as it is."""
    rich = [kind for kind in kinds if kind not in (type(None), str, bool, int, float)]
    reader = _reader(rich[0]) if len(rich) == 1 and len(kinds) == 2 else None
    return None if reader is None else lambda value: None if value is None else reader(value)


def _reader_of_dataclass(kind: type) -> Reader:
    readers = {name: reader for name, hint in typing.get_type_hints(kind).items() if (reader := _reader(hint))}

    def read(value: Any) -> Any:  # noqa: ANN401 - the JSON border
        return kind(**{name: readers[name](inner) if name in readers else inner for name, inner in value.items()})

    return read


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    return value
