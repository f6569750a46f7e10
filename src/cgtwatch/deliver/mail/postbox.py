"""The mailbox in which reports about mails arrive, a Maildir or a folder of an IMAP server: new mails are read and marked, none deleted."""

import imaplib
import os
import re
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cgtwatch.deliver.channel import masked
from cgtwatch.deliver.mail.returned import MOST

MAILS = 200  # at one look
_SECONDS = 60.0  # for one look, between mails
_ANSWER = 20.0  # seconds for one answer of the server
_UNSAFE = re.compile(r"[^\x20-\x7e]|[\"\\]")
_TROUBLE = (OSError, imaplib.IMAP4.error, ValueError)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many new mails were read, and what kept from reading more; empty: nothing did."""

    read: int
    trouble: str = ""


def look(
    address: str, take: Callable[[bytes], None], tls: ssl.SSLContext, monotonic: Callable[[], float] = time.monotonic
) -> Looked:
    """Hand the new mails of `maildir:/PATH`, `imaps://USER:PASSWORD@HOST/FOLDER` or `imap://…` to `take`, each at most `MOST` bytes.

    One is marked as read after `take` has come back; what `take` raises passes through and leaves it unread.
    """
    until, read = monotonic() + _SECONDS, 0
    maildir = address.startswith("maildir:")
    mails = _new_files(Path(address.removeprefix("maildir:"))) if maildir else _new_mails(address, tls)
    try:
        with closing(mails):
            for raw, mark in mails:
                _passing(take, raw)
                mark()
                read += 1
                if read >= MAILS or monotonic() >= until:
                    break
    except _Passed as passed:
        raise passed.error from None
    except _TROUBLE as trouble:
        return Looked(read, masked(f"{type(trouble).__name__}: {trouble}"))
    return Looked(read)


def knock(address: str, tls: ssl.SSLContext, seconds: float) -> Looked:
    """Open the mailbox and leave it as it is; `read` is how many mails are new there."""
    try:
        if address.startswith("maildir:"):
            root = Path(address.removeprefix("maildir:"))
            if not os.access(root, os.W_OK):
                raise PermissionError(f"{root} cannot be written, so that mails could not be marked as read")
            return Looked(sum(path.is_file() for path in (root / "new").iterdir()))
        with _logged_in(address, tls, seconds, readonly=True) as box:
            found = _good(box.uid("SEARCH", "UNSEEN"), "no search")
            return Looked(len((found[0] or b"").split()))
    except _TROUBLE as trouble:
        return Looked(0, masked(f"{type(trouble).__name__}: {trouble}"))


class _Passed(Exception):
    """What `take` raised, kept apart from the mailbox's own trouble."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _passing(take: Callable[[bytes], None], raw: bytes) -> None:
    try:
        take(raw)
    except Exception as error:
        raise _Passed(error) from error


New = Generator[tuple[bytes, Callable[[], object]], None, None]


def _new_files(root: Path) -> New:
    """Files in `new`, oldest names first; a file that was read stands in `cur` as seen (maildir(5))."""
    for path in sorted((root / "new").iterdir()):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                raw = file.read(MOST)
            yield raw, partial(_seen, root, path)


def _seen(root: Path, path: Path) -> None:
    (root / "cur").mkdir(exist_ok=True)
    path.rename(root / "cur" / f"{path.name.partition(':')[0]}:2,S")


def _new_mails(address: str, tls: ssl.SSLContext) -> New:
    """Unseen mails of the folder (RFC 3501); no more than `MOST` bytes of one are asked for."""
    with _logged_in(address, tls, _ANSWER) as box:
        found = _good(box.uid("SEARCH", "UNSEEN"), "no search")
        for uid in (found[0] or b"").split()[:MAILS]:
            name = uid.decode("ascii")
            answer = _good(box.uid("FETCH", name, f"(BODY.PEEK[]<0.{MOST}>)"), "no mail")
            raw = next((one[1] for one in answer if isinstance(one, tuple)), b"")
            yield raw, partial(_marked, box, name)


@contextmanager
def _logged_in(address: str, tls: ssl.SSLContext, seconds: float, *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
    """The server with the folder opened; `seconds` for each of its answers."""
    parts = urlsplit(address)
    folder = unquote(parts.path).strip("/") or "INBOX"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if _UNSAFE.search(folder + user + password) or not parts.hostname:
        raise ValueError("folder, user or password hold a character that cannot be sent")
    box = (
        imaplib.IMAP4_SSL(parts.hostname, parts.port or 993, ssl_context=tls, timeout=seconds)
        if parts.scheme == "imaps"
        else imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=seconds)
    )
    try:
        try:
            box.login(user, password)
        except imaplib.IMAP4.error as refused:  # some servers repeat what they were told, plain or quoted
            escaped = password.replace("\\", "\\\\").replace('"', '\\"')
            raise imaplib.IMAP4.error(str(refused).replace(escaped, "…").replace(password, "…")) from None
        _good(box.select(f'"{folder}"', readonly), f"no folder {folder!r}")
        yield box
    finally:
        with suppress(*_TROUBLE):
            box.logout()


def _marked(box: imaplib.IMAP4, name: str) -> None:
    _good(box.uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)"), "not marked")


def _good(answer: tuple[str, Any], what: str) -> Any:  # noqa: ANN401 - lists of what the command's answer is made of
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"{what}: {data!r}")
    return data
