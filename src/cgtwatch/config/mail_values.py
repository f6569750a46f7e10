"""One function a setting about mail: the text of the variable in, its value out, `ValueError` with what is wrong and the mend."""

import os
import re
from email.utils import parseaddr
from pathlib import Path

from cgtwatch.config.values import Place, path, split
from cgtwatch.text.hosts import is_loopback

_ADDRESS = re.compile(r"[^@\s<>\x00-\x1f\x7f]+@[A-Za-z0-9.-]+|[^@\s<>]+@\[[0-9A-Fa-f:.]+\]")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
_SELECTOR = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)  # RFC 6376 3.1
_LONGEST_LOCAL = 14  # characters; with `+` and a token it must stay within the 64 of RFC 5321 4.5.3.1.1


def smtp_url(text: str, place: Place) -> str:  # noqa: ARG001 - every reader has one shape
    """`smtp://`, `smtp+starttls://` (STARTTLS required) or `smtps://` (TLS from the first byte), `[USER:PASSWORD@]HOST[:PORT]`."""
    mend = (
        "write smtp+starttls://USER:PASSWORD@HOST:587, smtps://HOST:465 or smtp://HOST:25, with %40 for an @ in the user's name"
    )
    parts = split(text, mend)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise ValueError(f"is no address of a mail server; {mend}")
    return text


def reply_to(text: str, place: Place) -> str:  # noqa: ARG001
    """Where answers of readers go: `desk@example.org` or `Name <desk@example.org>`."""
    if not _ADDRESS.fullmatch(parseaddr(text)[1]) or not text.isprintable():
        raise ValueError("is no mail address; write desk@example.org or Name <desk@example.org>")
    return text


def bounce_address(text: str, place: Place) -> str:  # noqa: ARG001
    """Where reports about mails go; `+TOKEN` is put before its `@`."""
    local = text.partition("@")[0]
    if not _ADDRESS.fullmatch(text) or not text.isascii() or "+" in local or len(local) > _LONGEST_LOCAL:
        raise ValueError(
            f"is no plain mail address with at most {_LONGEST_LOCAL} characters and no + before its @; write bounces@example.org"
        )
    return text


def bounce_mailbox(text: str, place: Place) -> str:
    """The mailbox in which reports arrive: `maildir:/PATH`, `imaps://USER:PASSWORD@HOST/FOLDER`, `imap://` on loopback alone."""
    mend = "write maildir:/var/mail/bounces or imaps://USER:PASSWORD@HOST/INBOX, with %40 for an @ in the user's name"
    if text.startswith("maildir:") and len(text) > len("maildir:"):
        return f"maildir:{path(text.removeprefix('maildir:'), place)}"
    parts = split(text, mend)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username or parts.password is None:
        raise ValueError(f"is no mailbox; {mend}")
    if parts.scheme == "imap" and not is_loopback(parts.hostname):
        raise ValueError(f"would send the password unencrypted; {mend}")
    return text


def dkim_domain(text: str, place: Place) -> str:  # noqa: ARG001
    """The domain that signs (RFC 6376 `d=`)."""
    if not _HOST.fullmatch(text):
        raise ValueError("is no domain; write example.org, the one behind the @ of CGTWATCH_MAIL_FROM")
    return text.lower()


def dkim_selector(text: str, place: Place) -> str:  # noqa: ARG001
    """The name under which the public key stands in the DNS (RFC 6376 `s=`)."""
    if not _SELECTOR.fullmatch(text):
        raise ValueError("is no selector; write the part before ._domainkey of the TXT record, such as cgtwatch")
    return text


def dkim_key(text: str, place: Place) -> Path:
    """The file that holds the private key."""
    found = path(text, place)
    if not found.is_file() or not os.access(found, os.R_OK):
        raise ValueError("is no file that can be read; name the PEM file of the private key")
    return found
