"""What a proxy says of whoever asks (RFC 7239, X-Forwarded-…), believed only of the proxies that the operator names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network
Headers = list[tuple[bytes, bytes]]
KEY = "cgtwatch.forwarded"  # in the scope of a request that came by a trusted proxy
_MOST_HOPS = 20
_ELEMENT = re.compile(r'((?:[^",;]|"(?:[^"\\]|\\.)*")+)([,;]|$)')  # RFC 7239 4: pairs between ";", elements between ","


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the way: who asked there, over which scheme, and for which name; empty where nothing is said."""

    client: str = ""
    scheme: str = ""
    host: str = ""


class Forwarded:
    """Puts the real client, scheme and host into the scope of requests that a trusted proxy hands on; leaves all others alone."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app, self._trusted = app, tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange (ASGI 3)."""
        peer = (scope.get("client") or ("",))[0]
        if scope["type"] == "http" and within(peer, self._trusted):
            scope = _rewritten(scope, self._trusted)
        await self._app(scope, receive, send)


def _rewritten(scope: Scope, trusted: Sequence[Network]) -> Scope:
    """The scope as it would be without the proxy. A client that it does not name is nobody: never somebody on this machine."""
    headers: Headers = scope["headers"]
    hop = origin(headers, trusted)
    changed = {**scope, KEY: True, "client": (hop.client, 0) if hop.client else None}
    if hop.scheme:
        changed["scheme"] = hop.scheme
    if hop.host:
        changed["headers"] = [(name, value) for name, value in headers if name != b"host"] + [
            (b"host", hop.host.encode("latin-1"))
        ]
    return changed


def origin(headers: Headers, trusted: Sequence[Network]) -> Hop:
    """Who asked the outermost proxy that is trusted. Where both kinds of headers speak of different clients, neither is believed:

    a proxy writes one kind, and hands on whatever a client wrote into the other.
    """
    old, new = _x_forwarded(headers), _forwarded(headers)
    if not old or not new:
        return _first(old or new, trusted)
    first, second = _first(old, trusted), _first(new, trusted)
    return first if first.client == second.client else Hop()


def _first(hops: Sequence[Hop], trusted: Sequence[Network]) -> Hop:
    """From the nearest hop outwards: the first whose client is no trusted proxy itself."""
    for hop in reversed(hops):
        if not within(hop.client, trusted):
            return hop
    return hops[0] if hops else Hop()


def _x_forwarded(headers: Headers) -> list[Hop]:
    clients = _listed(headers, b"x-forwarded-for")
    schemes, hosts = _listed(headers, b"x-forwarded-proto"), _listed(headers, b"x-forwarded-host")
    many = len(clients)
    return [Hop(_address(client), _scheme(_beside(schemes, place, many)), _host(_beside(hosts, place, many)))
            for place, client in enumerate(clients)]  # fmt: skip


def _beside(values: Sequence[str], place: int, many: int) -> str:
    """The value of that hop where each wrote one, else the last: what the nearest proxy says."""
    if not values:
        return ""
    return values[place] if len(values) == many else values[-1]


def _listed(headers: Headers, wanted: bytes) -> list[str]:
    text = ",".join(value.decode("latin-1") for name, value in headers if name == wanted)
    return [one.strip() for one in text.split(",") if one.strip()][-_MOST_HOPS:]


def _forwarded(headers: Headers) -> list[Hop]:
    text = ",".join(value.decode("latin-1") for name, value in headers if name == b"forwarded")
    found: list[dict[str, str]] = [{}]
    for pair, end in _ELEMENT.findall(text[:4000]):
        name, _, value = pair.strip().partition("=")
        found[-1][name.strip().lower()] = value.strip().strip('"')
        if end == ",":
            found.append({})
    hops = [Hop(_address(one.get("for", "")), _scheme(one.get("proto", "")), _host(one.get("host", ""))) for one in found if one]
    return hops[-_MOST_HOPS:]


def _address(text: str) -> str:
    """An address without its port and brackets; empty for a name, `unknown` and `_hidden` (RFC 7239 6)."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    found = _ip(bare) or _ip(bare.rpartition(":")[0] if bare.count(":") == 1 else "")
    return str(found) if found else ""


def _scheme(text: str) -> str:
    return text.lower() if text.lower() in {"http", "https"} else ""


def _host(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9.\-_:\[\]]{1,255}", text) else ""


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def within(host: str, networks: Sequence[Network]) -> bool:
    """Whether that address lies in one of the networks."""
    found = _ip(host) if networks and host else None
    return found is not None and any(found in network for network in networks)
