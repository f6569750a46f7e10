"""One log line an outcome, key=value or JSON, with secrets taken out."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

QUIET = logging.ERROR  # a command shows its rows itself
MASK = "***"


def set_up(log_format: str, secrets: Iterable[str], stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send the log to `stream` (standard error by default) as `text` or `json`; every one of `secrets` is masked."""
    handler = logging.StreamHandler(stream or sys.stderr)
    words = tuple(word for word in secrets if len(word) >= 4)
    handler.setFormatter(_Json(words) if log_format == "json" else _Text(words))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "uvicorn", "urllib3", "trafilatura", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # their warnings name no source and ask for nothing


def fields(**values: object) -> str:
    """`values` as `key=value` words; text with spaces is quoted, control characters never pass."""
    return " ".join(f"{key}={_word(value)}" for key, value in values.items() if value is not None)


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
        return self.masked(line.replace("\n", " "))


class _Json(_Masked):
    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix("cgtwatch."),
            "message": record.getMessage(),
        }
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        return self.masked(json.dumps(row, ensure_ascii=False))
