"""Whether an address of a source may be fetched at all, and whether it points into a private network."""

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from cgtwatch.config.placeholders import PLACEHOLDER

_LONGEST = 4000  # characters
_HOST = re.compile(r"[^:/?#]*:[/\\]*[^/?#\\]*")
_SECRET_PARAMETER = re.compile(r"[?&](api[_-]?key|key|token|access_token|secret|password|auth)=[^&#]", re.IGNORECASE)


def address_problem(text: str) -> str | None:
    """What is wrong with the address, with the mend; None for an http or https address (RFC 3986) without a user in it.

    Placeholders count as filled in; which names they may have is looked at with the whole source.
    """
    if (host := _HOST.match(text)) and PLACEHOLDER.search(host[0]):
        return "has a placeholder in its host; write the host out"
    text = PLACEHOLDER.sub("x", text)
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters; shorten it"
    if re.search(r"[\x00-\x20\x7f\x85\xa0\u2028\u2029\u3000]", text):
        return "holds a space or control character; write it as %20, or take it out"
    if "\\" in text:
        return "holds a backslash; write / instead"
    parts = _parts(text)
    return "is no valid address; write https://host/path" if parts is None else _parts_problem(parts)


def _parts_problem(parts: SplitResult) -> str | None:
    if not parts.scheme:
        return "has no scheme; write https:// in front"
    if parts.scheme not in {"http", "https"}:
        return f"has the scheme {parts.scheme!r}; only http and https are fetched"
    if "@" in parts.netloc:
        return "holds a user or password before the @; take it out"
    if not parts.hostname or not re.fullmatch(r"[\w.:%-]{1,253}", parts.hostname) or ".." in parts.hostname:
        return "names no valid host; write https://host/path"
    return None


def private_host(text: str, allowed: Sequence[IPv4Network | IPv6Network]) -> str | None:
    """The host of a sound address where it is, by its letters alone, of a private network that is not allowed."""
    parts = _parts(text)
    host = (parts.hostname or "") if parts else ""
    if host == "localhost" or host.endswith(".localhost"):
        return None if any(IPv4Address("127.0.0.1") in network for network in allowed) else host
    address = _literal(host)
    if address is None or address.is_global:
        return None
    return None if any(address in network for network in allowed) else host


def holds_secret(text: str) -> bool:
    """Whether a parameter of the address is named like a key or password."""
    return _SECRET_PARAMETER.search(text) is not None


def same_page(text: str) -> str:
    """What two addresses of one page have in common: host in lower case, fragment gone."""
    scheme, separator, rest = text.partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{separator}{host.lower()}{slash or '/'}{path}"


def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` writes in any of the forms which resolvers take: 127.1, 0x7f000001, 2130706433."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if not re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}\.?", host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None
