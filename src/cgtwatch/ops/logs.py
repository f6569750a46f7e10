"""One log line an outcome: words for people, or JSON with a field of its own for each value; secrets are taken out of both."""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TextIO

from cgtwatch.ops.aside import Aside

QUIET = logging.ERROR  # a command shows its rows itself
MASK = "***"
_TAKEN = frozenset({"at", "level", "from", "event", "trace"})  # what every line has for itself
_HOLE = re.compile(r"(?:(\w+)=)?%(?:%|[-+ #0]*[\d.]*[a-zA-Z])")
_NUMBERS = (int, float, bool)


@dataclass(frozen=True, slots=True)
class Fields:
    """The values of a line by name; what is None is left out."""

    values: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join(f"{key}={_word(value)}" for key, value in self.values.items() if value is not None)


def set_up(
    log_format: str, secrets: Iterable[str], stream: TextIO | None = None, level: int = logging.INFO, *, aside: bool = False
) -> None:
    """Send the log to `stream` (standard error by default) as `text` or `json`; every one of `secrets` is masked.

    With `aside` a thread of its own writes, so that nobody waits for whoever reads the log; see `ops.aside`.
    """
    out = stream or sys.stderr
    handler: logging.Handler = Aside(out) if aside else logging.StreamHandler(out)
    plain = {word for word in secrets if len(word) >= 4}
    words = tuple(
        sorted(plain | {json.dumps(word)[1:-1] for word in plain}, key=len, reverse=True)
    )  # as quoted text has them too
    handler.setFormatter(_Json(words) if log_format == "json" else _Text(words))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "uvicorn", "urllib3", "trafilatura", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # their warnings name no source and ask for nothing


def lines_lost() -> int:
    """How many lines of this process nobody would take in time; they are gone."""
    return sum(one.lost for one in logging.getLogger().handlers if isinstance(one, Aside))


def fields(**values: object) -> Fields:
    """`values` as `key=value` words (text with spaces is quoted, control characters never pass), and in JSON each by its name."""
    return Fields(values)


def _word(value: object) -> str:
    text = str(value)
    return (
        text
        if text and text.isascii() and not any(c in text for c in ' "=\\') and text.isprintable()
        else json.dumps(text, ensure_ascii=False)
    )


class _Masked(logging.Formatter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


class _Text(_Masked):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = f"{at} {record.levelname.lower()} {record.name.removeprefix('cgtwatch.')} {record.getMessage()}"
        if record.exc_info:
            line += " trace=" + json.dumps(self.formatException(record.exc_info))
        return self.masked("".join(c if c.isprintable() else " " for c in line))


class _Json(_Masked):
    """RFC 8259, one object a line. A secret is masked in each value, before characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        event, found = _taken_apart(record)
        row: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix("cgtwatch."),
            "event": event,
            **{_named(key): _plain(value) for key, value in found.items() if value is not None},
        }
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        shown = {key: self.masked(value) if isinstance(value, str) else value for key, value in row.items()}
        return json.dumps(shown, ensure_ascii=False)


def _named(key: str) -> str:
    """The key of a value; the id of a policy event, which the text calls `event`, is `event_id` here."""
    return f"{key}_id" if key in _TAKEN else key


def _plain(value: object) -> object:
    if isinstance(value, _NUMBERS):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _taken_apart(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """What happened, in words that are the same each time, and the values that differ: those of `fields`, those that the message
    writes as `name=%s`, and as `error` what it says after a colon.
    """
    args = record.args if isinstance(record.args, tuple) else ()
    if not args:
        return record.getMessage(), {}
    rest, found = list(args), dict[str, Any]()

    def hole(match: re.Match[str]) -> str:
        if match[0] == "%%" or not rest:
            return match[0].replace("%%", "%")
        value = rest.pop(0)
        if isinstance(value, Fields):
            found.update(value.values)
            return ""
        if match[1] or record.msg[: match.start()].endswith(": "):
            found[match[1] or ("message" if "error" in found else "error")] = value
            return ""
        return match[0].removeprefix(f"{match[1]}=") % value

    said = _HOLE.sub(hole, str(record.msg))
    return re.sub(r"\s+", " ", said).strip(" :,;") or str(record.msg), found
