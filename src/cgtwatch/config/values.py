"""One function a setting: the text of the variable in, its value out, `ValueError` with what is wrong and the mend."""

import base64
import binascii
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cgtwatch.config.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Place:
    """What relative paths are relative to."""

    cwd: Path
    home: str | None


Reader = Callable[[str, Place], Any]  # the value's type is that of the field in Settings

LONGEST_RETENTION = 36_500  # days
MOST_AT_ONCE = 256  # visits; a pool of threads, each with its own stack


def path(text: str, place: Place) -> Path:
    """An absolute path; `~` is the home directory."""
    if place.home and (text == "~" or text.startswith("~/")):
        text = place.home + text[1:]
    if "\0" in text:
        raise ValueError("holds a NUL character; write a path")
    return place.cwd / text


def directory(text: str, place: Place) -> Path:
    """A directory that exists or can be made later."""
    found = path(text, place)
    if found.exists() and not found.is_dir():
        raise ValueError("is a file; name a directory")
    return found


def folder(text: str, place: Place) -> Path:
    """A directory that exists."""
    found = path(text, place)
    if not found.is_dir():
        raise ValueError("is no folder; name one that exists, or unset it")
    return found


def executable(text: str, place: Place) -> Path:
    """A program that exists and may be run."""
    found = path(text, place)
    if not (found.is_file() and os.access(found, os.X_OK)):
        raise ValueError("is no program that can be run; give the full path of Chromium, or unset it")
    return found


def database_url(text: str, place: Place) -> str:
    """A SQLAlchemy address of a SQLite database (a relative path is meant from the working directory) or of one on PostgreSQL."""
    scheme, rest = text.partition("://")[::2]
    if scheme.partition("+")[0] in {"postgres", "postgresql"}:
        if scheme != "postgresql+psycopg" or not rest.partition("/")[2].partition("?")[0]:
            raise ValueError("is no address of a PostgreSQL database; write postgresql+psycopg://USER:PASSWORD@HOST/NAME")
        _server(rest.partition("?")[0])
        return text
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) < 2:
        raise ValueError(
            "is no database address; write sqlite:////var/lib/cgtwatch/cgtwatch.db or postgresql+psycopg://USER:PASSWORD@HOST/NAME, "
            "or unset it"
        )
    return f"sqlite:///{path(rest[1:], place)}"


def _server(address: str) -> None:
    """Refuse what would take a part of the password for the host, and a port that is none."""
    if address.count("@") > 1:
        raise ValueError("has more than one @; write an @ in user or password as %40")
    port = re.search(r":([^:\]]*)$", address.rpartition("@")[2].partition("/")[0])
    if port and not (port[1].isascii() and port[1].isdigit() and 0 < int(port[1]) < 65536):
        raise ValueError("has a port that is no number from 1 to 65535; write postgresql+psycopg://USER:PASSWORD@HOST:5432/NAME")


def mail_from(text: str, place: Place) -> str:  # noqa: ARG001
    """A sender: `cgtwatch@example.org` or `Name <cgtwatch@example.org>`."""
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not text.isprintable():
        raise ValueError("is no mail address; write cgtwatch@example.org or Name <cgtwatch@example.org>")
    return text


def public_url(text: str, place: Place) -> str:  # noqa: ARG001
    """Where readers reach the web page, without a slash at the end."""
    return _base(text, "write https://cgtwatch.example.org")


def bridge_url(text: str, place: Place) -> str:  # noqa: ARG001
    """Where an RSSHub answers, without a slash at the end."""
    return _base(text, "write http://127.0.0.1:1200")


def translate_url(text: str, place: Place) -> str:  # noqa: ARG001
    """Where chat completions are answered, without a slash and without `/chat/completions` at the end."""
    return _base(text, "write https://api.example.org/v1 or http://127.0.0.1:8000/v1").removesuffix("/chat/completions")


def translate_model(text: str, place: Place) -> str:  # noqa: ARG001
    """The name of a model, as its server knows it."""
    if not text.isprintable() or len(text) > 200:
        raise ValueError("is no name of a model; write it as its server lists it")
    return text


def translate_key(text: str, place: Place) -> str:  # noqa: ARG001
    """A secret that is sent as a bearer token (RFC 6750)."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("is no key; write ASCII characters without spaces")
    return text


def translate_languages(text: str, place: Place) -> tuple[str, ...]:  # noqa: ARG001
    """The languages that texts are put into."""
    found = tuple(dict.fromkeys(word for word in re.split(r"[,\s]+", text) if word))
    if not found or set(found) - {"zh", "en"}:
        raise ValueError("is no list of languages; write zh, en, or zh,en")
    return found


def networks(text: str, place: Place) -> tuple[IPv4Network | IPv6Network, ...]:  # noqa: ARG001
    """Networks in CIDR form, by comma or space."""
    found: list[IPv4Network | IPv6Network] = []
    for word in re.split(r"[,\s]+", text.strip(", ")):
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise ValueError(f"{word!r} is no network; write 10.0.0.0/8,127.0.0.1 (names of hosts do not count)") from None
    return tuple(found)


def secret_key(text: str, place: Place) -> bytes:  # noqa: ARG001
    """The key bytes: `whsec_` and base64 (Standard Webhooks), or any text of 16 characters or more."""
    mend = "write whsec_ and the base64 of 24 to 64 random bytes, or at least 16 characters"
    if not text.startswith("whsec_"):
        if len(text) < 16:
            raise ValueError(f"is too short to be a key; {mend}")
        return text.encode()
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError(f"has no valid base64 after whsec_; {mend}") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"holds {len(key)} bytes; {mend}")
    return key


def inbox_token(text: str, place: Place) -> str:  # noqa: ARG001
    """A token that a sender shows in a header."""
    if len(text) < 16 or not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("is no token; write at least 16 ASCII characters without spaces")
    return text


def operator(text: str, place: Place) -> str:  # noqa: ARG001
    """Where alarms go, written like the `--to` of a subscription; what stands behind a room's name is read when the service starts."""
    rooms = r"(?:slack|teams|discord|mattermost|feishu|lark|dingtalk|wecom):(?:https?://[^/\s]|env:)|telegram:\S+@|apprise:\S+"
    if not re.match(rf"(?:mailto:[^@\s]+@[^@\s]+|https?://[^/\s]|local:|{rooms})", text) or not text.isprintable():
        raise ValueError(
            "is no target; write mailto:you@example.org, https://…, local: or a room such as slack:https://…, feishu:https://…"
        )
    return text


def listen(text: str, place: Place) -> tuple[str, int]:  # noqa: ARG001
    """`HOST:PORT`, with brackets around an IPv6 address."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*):(\d{1,5})", text)
    if match is None or int(match[2]) > 65535:
        raise ValueError("is no HOST:PORT; write 127.0.0.1:8710")
    return match[1].strip("[]") or "0.0.0.0", int(match[2])  # noqa: S104 - only where somebody wrote `:8710`


def switch(text: str, place: Place) -> bool:  # noqa: ARG001
    """`on` or `off`."""
    return _one_of(text.lower(), ("on", "off")) == "on"


def language(text: str, place: Place) -> str:  # noqa: ARG001
    """`zh` or `en`."""
    return _one_of(text, ("zh", "en"))


def contact(text: str, place: Place) -> str:  # noqa: ARG001
    """A mail or web address for the User-Agent, so that a site's owner knows whom to write to."""
    if not re.fullmatch(r"[\x21-\x7e]{3,200}", text) or not re.search(r"@|^https?://", text):
        raise ValueError("is no mail or web address; write ops@example.org or https://example.org/about")
    return text


def days(text: str, place: Place) -> int | None:  # noqa: ARG001
    """A number of days; None for `forever`."""
    if text.lower() == "forever":
        return None
    number = text.lower().removesuffix("d").strip()
    if not re.fullmatch(r"\d{1,6}", number) or not 1 <= int(number) <= LONGEST_RETENTION:
        raise ValueError(f"is no number of days from 1 to {LONGEST_RETENTION}; write 365 or forever")
    return int(number)


def concurrency(text: str, place: Place) -> int:  # noqa: ARG001
    """How many visits run at a time."""
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= MOST_AT_ONCE:
        raise ValueError(f"is no number from 1 to {MOST_AT_ONCE}; write 16")
    return int(text)


def log_format(text: str, place: Place) -> str:  # noqa: ARG001
    """`text` or `json`."""
    return _one_of(text, ("text", "json"))


def engine(text: str, place: Place) -> str:  # noqa: ARG001
    """`threads` for one process, `procrastinate` for many."""
    return _one_of(text, ("threads", "procrastinate"))


def _base(text: str, mend: str) -> str:
    """An http or https address that paths can be put behind."""
    parts = split(text, mend)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"is no address of a web page; {mend}")
    return text.rstrip("/")


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(f"is not known{did_you_mean(text, known)}; write {' or '.join(known)}")
    return text


def split(text: str, mend: str) -> SplitResult:
    """The parts of an address, its port checked."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(f"is no valid address; {mend}") from None
    if not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(f"holds a space, backslash or control character; {mend}")
    return parts
