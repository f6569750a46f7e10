"""The values that go into and come out of one HTTP exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar
from ipaddress import IPv4Network, IPv6Network

from cgtwatch.model.fetch import ErrorClass

IPNetwork = IPv4Network | IPv6Network

DEFAULT_MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NetPolicy:
    """What holds for every exchange of a process.

    `allow_private` are networks that may be reached beside public ones; `ca_file` is the bundle that certificates are checked
    against, None: the one that comes with requests.
    """

    allow_private: tuple[IPNetwork, ...] = ()
    user_agent: str = "cgtwatch"
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class NetRequest:
    """One exchange to make.

    `deadline` bounds everything together: look-up, connect, redirects and the last byte. `max_bytes` counts the body after
    decompression. `follow` is the number of redirects to follow; 0 hands the redirect back as the answer. `verify` is True,
    False, or the path of a CA bundle. `proxy` is the operator's own word: its address is not checked, and behind it the
    addresses that names stand for are the proxy's to check. `jar` keeps cookies beyond the exchange. `trusted` is an address
    that the operator named: its origin, and no other, may be a private one.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    deadline: timedelta = timedelta(seconds=30)
    max_bytes: int = DEFAULT_MAX_BYTES
    follow: int = 5
    verify: bool | str = True
    proxy: str | None = None
    jar: CookieJar | None = None
    trusted: str | None = None


@dataclass(frozen=True, slots=True)
class NetAnswer:
    """A complete answer of any status. Of a status from 400 on, `body` may be cut: it is there for diagnosis only.

    `url` is the last address asked; `redirects` are the statuses followed, each with the address it led to.
    """

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case, values without control characters
    body: bytes
    redirects: tuple[tuple[int, str], ...]
    duration: timedelta
    requests: int


@dataclass(frozen=True, slots=True)
class NetFailure:
    """No usable answer: the class of trouble, what came, and what to try.

    `sent` is True where the request was written to its last byte, so that its effect is unknown. `status` and `headers` are
    what came before the trouble, if anything did; `retry_after` is that header as it came. `size` counts the bytes of body
    read, `body` holds their beginning.
    """

    error: ErrorClass
    message: str
    hint: str
    sent: bool = False
    status: int | None = None
    retry_after: str | None = None
    duration: timedelta = timedelta()
    size: int = 0
    requests: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
