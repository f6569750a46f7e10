"""The local mailbox as the page shows it."""

import mailbox
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

NEWEST = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the mailbox."""

    key: str
    subject: str
    date: str
    sender: str
    to: str
    text: str
    html: str


def letters(path: Path) -> list[Letter]:
    """The newest letters first; an empty list where there is no mailbox yet."""
    if not path.is_dir():
        return []
    box = mailbox.Maildir(path, create=False)
    keys = sorted(box.keys(), key=lambda key: _modified(path, key), reverse=True)[:NEWEST]
    return [found for key in keys if (found := letter(path, key)) is not None]


def letter(path: Path, key: str) -> Letter | None:
    """One letter, or None where there is none of that key."""
    if not path.is_dir():
        return None
    box = mailbox.Maildir(path, create=False)
    try:
        body = box.get_bytes(key)
    except (KeyError, OSError):
        return None
    message = message_from_bytes(body, policy=policy.default)
    date = str(message.get("Date", ""))
    with suppress(TypeError, ValueError):  # shown as it stands
        date = parsedate_to_datetime(date).isoformat()
    return Letter(
        key,
        _header(message, "Subject"),
        date,
        _header(message, "From"),
        _header(message, "To"),
        _part(message, "plain"),
        _part(message, "html"),
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _modified(path: Path, key: str) -> float:
    for folder in ("new", "cur"):
        for file in (path / folder).glob(f"{key}*"):
            return file.stat().st_mtime
    return 0.0
