"""Reading labelled files: which of the four kinds a file is, and its lines with the place of every mistake."""

import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from cgtwatch.errors import ConfigError


class LabelKind(StrEnum):
    """What the lines of a labelled file ask."""

    ITEMS = "items"
    DATES = "dates"
    ROUNDUPS = "roundups"
    LINKS = "links"


def kind_of(line: Mapping[str, Any]) -> LabelKind:
    """The kind of a file by its first line: `a` and `b` are a pair, `gold` is dates, `events` a page, all else an item."""
    if "a" in line and "b" in line:
        return LabelKind.LINKS
    if "gold" in line:
        return LabelKind.DATES
    if "events" in line:
        return LabelKind.ROUNDUPS
    return LabelKind.ITEMS


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON lines file. Raises `ConfigError` that names every bad line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read ({error}); name a file of JSON lines in UTF-8"]) from error
    lines: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            value = _whole(json.loads(raw))
        except ValueError as error:
            problems.append(f"{path}:{number}: not JSON ({error}); write one object a line")
            continue
        except RecursionError:
            problems.append(f"{path}:{number}: is nested too deeply; write one flat object a line")
            continue
        if isinstance(value, dict):
            lines.append(value)
        else:
            problems.append(f"{path}:{number}: a {type(value).__name__} where an object was expected")
    if not lines and not problems:
        problems.append(f"{path}: holds no line; expected labelled items, dates, round-ups or pairs")
    if problems:
        raise ConfigError(problems)
    return lines


def _whole(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    """`value` with a question mark for each half of a character, as a text leaves that was cut between two UTF-16 units."""
    text = json.dumps(value, ensure_ascii=False)
    return value if text.isascii() else json.loads(text.encode("utf-8", "replace"))


def shows_mistakes(path: Path) -> bool:
    """Whether single lines of this file may be shown: a file named `check…` is scored only, so that nobody learns it by heart."""
    return not path.resolve().name.lower().startswith("check") and not path.name.lower().startswith("check")


def day(value: object) -> date | None:
    """An ISO date of a labelled file; None where it holds none."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def text_of(line: Mapping[str, Any], key: str) -> str:
    """A text of a line, empty where it holds none."""
    value = line.get(key)
    return value if isinstance(value, str) else ""


def known_language(line: Mapping[str, Any]) -> str | None:
    """The language of a line; `other` says nothing."""
    value = text_of(line, "lang")
    return value if value and value != "other" else None
