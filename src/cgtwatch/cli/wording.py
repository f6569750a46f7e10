"""What a subscription asks for and what came back for it, in words for a terminal."""

from typing import Any


def word(value: Any) -> str:  # noqa: ANN401 - the value of an option
    """An option's value for a person."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)


def bounce_words(counts: dict[str, int]) -> str:
    """What came back, in a line: `2 hard, 1 complaint`; empty where nothing did."""
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def filter_words(asked: dict[str, Any]) -> str:
    """A filter in a line."""
    parts = (f"{key} {', '.join(value) if isinstance(value, list) else value}" for key, value in asked.items())
    return "; ".join(parts) or "everything"
