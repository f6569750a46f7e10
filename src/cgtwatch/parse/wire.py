"""Values to JSON and back, and length-prefixed frames: how the service and its children speak. Nothing is ever unpickled."""

import dataclasses
import json
import struct
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import IO, Any, TypeVar

_LENGTH = struct.Struct(">Q")
_LARGEST = 1 << 30

T = TypeVar("T")


def send(pipe: IO[bytes], header: Mapping[str, Any], body: bytes = b"") -> None:
    """Writes one message: a JSON header and raw bytes, each after its length. Raises `OSError` where the pipe is gone."""
    head = json.dumps(header, ensure_ascii=True).encode("ascii")
    pipe.write(_LENGTH.pack(len(head)) + head + _LENGTH.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Reads one message. Raises `EOFError` where the other side ended, `ValueError` where it does not speak the protocol."""
    header = json.loads(_frame(pipe))
    if not isinstance(header, dict):
        raise ValueError("expected an object as header")
    return header, _frame(pipe)


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


def plain(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    """A value of the model as JSON's types: dataclasses as objects, times as ISO text, durations as seconds."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value


def shaped(kind: type[T], value: Any) -> T:  # noqa: ANN401 - the JSON border
    """The value of type `kind` that `plain` made `value` from. Raises `ValueError`, `TypeError` or `KeyError` where it is none."""
    return typing.cast("T", _shaped(kind, value))


def _shaped(kind: Any, value: Any) -> Any:  # noqa: ANN401 - one line a type
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments, value)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return tuple(_shaped(arguments[0], inner) for inner in value)
        return tuple(_shaped(inner_kind, inner) for inner_kind, inner in zip(arguments, value, strict=True))
    if dataclasses.is_dataclass(kind):
        hints = _hints(typing.cast("type", kind))
        return kind(**{name: _shaped(hints[name], inner) for name, inner in value.items()})  # type: ignore[operator]
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is timedelta:
        return timedelta(seconds=value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401
    """`X | None` takes None; unions of simple types take the value as it is."""
    if value is None:
        return None
    rich = [kind for kind in kinds if kind not in (type(None), str, bool, int, float)]
    return _shaped(rich[0], value) if len(rich) == 1 and len(kinds) == 2 else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
