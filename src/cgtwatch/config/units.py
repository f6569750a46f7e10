"""Durations and sizes as people write them: `30s`, `6h`, `1h30m`, `20MB`."""

import re
from datetime import timedelta

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,3})?(?:ms|[smhdw]))+")
_PART = re.compile(r"([\d.]+)(ms|[smhdw])")
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)\s*([kmg]?i?b)?", re.IGNORECASE)


def parse_duration(text: str) -> timedelta | None:
    """The duration that `text` writes as numbers with ms, s, m, h, d or w; None where it is none (a bare number is none)."""
    if not _DURATION.fullmatch(text.strip()):
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return timedelta.max  # longer than anything; the bounds of the field say so


def show_duration(value: timedelta) -> str:
    """`value` as a person would write it: the largest unit that leaves nothing over."""
    milliseconds = round(value / timedelta(milliseconds=1))
    for unit in ("d", "h", "m", "s"):
        size = int(_SECONDS[unit] * 1000)
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0s"


def parse_size(text: str) -> int | None:
    """The number of bytes that `text` writes (`8MiB`, `20MB`, `500kB`, `65536`); None where it is none."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    factor = _BYTES.get((match[2] or "").lower())
    return None if factor is None else int(float(match[1]) * factor)
