"""What a `.env` file sets: one `NAME=value` a line, as shells and container tools write them."""

import re
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_LARGEST = 1 << 20  # bytes; a settings file is a page, not a book


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of a `.env` file."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class DotEnv:
    """All assignments in file order, and a line for each mistake."""

    assignments: tuple[Assignment, ...] = ()
    problems: tuple[str, ...] = ()


def read_dotenv(path: Path) -> DotEnv:
    """The assignments of `path`; nothing where there is no such file. Never raises: what cannot be read is a problem."""
    if not path.exists():
        return DotEnv()
    if not path.is_file():
        return DotEnv(problems=(f"{path}: is no file; take it away or write NAME=value lines into it",))
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return DotEnv(problems=(f"{path}: cannot be read ({error.strerror}); make it readable for this user",))
    except UnicodeDecodeError as error:
        bad = raw.count(b"\n", 0, error.start) + 1
        return DotEnv(problems=(f"{path}:{bad}: is not UTF-8; save the file as UTF-8",))
    if len(raw) > _LARGEST:
        return DotEnv(problems=(f"{path}: is larger than {_LARGEST} bytes; it should hold a few settings only",))
    found: list[Assignment] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        value = _unquoted(match[2]) if match else None
        if match and value is not None:
            found.append(Assignment(match[1], value, number))
        else:  # the line itself is not shown: it may hold half a secret
            problems.append(
                f"{path}:{number}: is no NAME=value line, or its quote is not closed; write CGTWATCH_LISTEN=127.0.0.1:8710"
            )
    return DotEnv(tuple(found), tuple(problems))


def _unquoted(value: str) -> str | None:
    """The value without quotes or trailing comment; None where a quote stays open."""
    if value[:1] not in {"'", '"'}:
        return re.sub(r"(?:^|\s+)#.*", "", value)
    quote = value[0]
    match = re.fullmatch(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}\s*(?:#.*)?", value)
    if match is None:
        return None
    return match[1] if quote == "'" else re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), match[1])
