"""The local mailbox as the page shows it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

NEWEST = 8
_LARGEST = 5_000_000  # bytes of a letter; ours are far smaller, and what else lies there is not worth the memory


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the mailbox. `date` is aware, or None where the letter has none."""

    key: str
    subject: str
    date: datetime | None
    sender: str
    to: str
    text: str
    html: str


def letters(path: Path) -> list[Letter]:
    """The newest letters first; an empty list where there is no mailbox yet."""
    files = sorted(_files(path).items(), key=lambda one: one[1].stat().st_mtime_ns, reverse=True)[:NEWEST]
    return [found for key, entry in files if (found := _read(key, Path(entry.path))) is not None]


def letter(path: Path, key: str) -> Letter | None:
    """One letter, or None where there is none of that key."""
    entry = _files(path).get(key)
    return _read(key, Path(entry.path)) if entry is not None else None


def _files(path: Path) -> dict[str, os.DirEntry[str]]:
    """Every letter of a Maildir by its key, which is the file's name without its flags."""
    found: dict[str, os.DirEntry[str]] = {}
    for folder in ("new", "cur"):
        with suppress(OSError), os.scandir(path / folder) as entries:
            found |= {entry.name.partition(":")[0]: entry for entry in entries if entry.is_file(follow_symlinks=False)}
    return found


def _read(key: str, file: Path) -> Letter | None:
    try:
        if file.stat().st_size > _LARGEST:
            return None
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
    except OSError:  # read and removed by a mail program meanwhile
        return None
    header = {name: str(message.get(name, "")) for name in ("Subject", "From", "To")}
    return Letter(
        key, header["Subject"], _date(message), header["From"], header["To"], part_of(message, "plain"), part_of(message, "html")
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date", "")))
    except (TypeError, ValueError):
        return None
    return date.astimezone() if date.tzinfo else None


def part_of(message: EmailMessage, kind: str) -> str:
    """The text of a mail's `plain` or `html` part; empty where it has none, or none that can be read."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a stranger's letter in an encoding that nobody knows
        return ""
