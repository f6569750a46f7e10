"""Where a subscription goes: `--to` read into a channel and its target."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # RFC 5322 dot-atom
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_MEND = "write mailto:NAME@HOST, https://… (webhook), slack:https://… or local: (the local mailbox)"


def parse_target(text: str) -> tuple[str, str]:
    """Channel and target that `text` names. Raises ValueError with the mend; the message never holds a hook's address.

    Whether an address may be reached at all (private networks) is decided where the connection is made.
    """
    text = text.strip()
    scheme, colon, rest = text.partition(":")
    read = _SCHEMES.get(scheme.lower()) if colon else None
    if read is None:
        raise ValueError(f"target {_short(text)!r} is not understood; {_MEND}")
    return read(text, rest)


def _mail(_text: str, rest: str) -> tuple[str, str]:
    return "email", _address(unquote(rest))


def _webhook(text: str, _rest: str) -> tuple[str, str]:
    return "webhook", _url(text)


def _slack(_text: str, rest: str) -> tuple[str, str]:
    return "slack", _url(rest)


def _mailbox(_text: str, rest: str) -> tuple[str, str]:
    if rest:
        raise ValueError(f"target local: takes nothing after the colon; {_MEND}")
    return "maildir", "local:"


def _address(text: str) -> str:
    """One plain address, its host in ASCII (RFC 5890)."""
    local, _, host = text.rpartition("@")
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    labels = ascii_host.split(".")
    if len(local) > 64 or len(ascii_host) > 253 or not _LOCAL_PART.fullmatch(local) or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"target: {_short(text)!r} is no mail address; write one address as mailto:name@example.org")
    return f"{local}@{ascii_host.lower()}"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if _UNSAFE.search(text) or parts.scheme not in {"http", "https"} or not host:
        raise ValueError(f"target is no http(s) address with a host; {_MEND}")
    if "@" in parts.netloc:
        raise ValueError("target: a user name or password inside the address is not allowed; leave it out")
    return text


def _short(text: str) -> str:
    return text if len(text) <= 40 and "/" not in text else text[:12] + "…"


_SCHEMES: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "mailto": _mail,
    "http": _webhook,
    "https": _webhook,
    "slack": _slack,
    "local": _mailbox,
}
