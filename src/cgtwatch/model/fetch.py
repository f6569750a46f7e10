"""One visit to an address: what came, that nothing changed, or why it failed. All three are values, never exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class ErrorClass(StrEnum):
    """The stable word for what went wrong at a visit."""

    TIMEOUT = "timeout"
    TOO_BIG = "too-big"
    TLS = "tls"
    DNS = "dns"
    CONNECT = "connect"  # refused, reset, unreachable
    REFUSED = "refused"  # by us: a private address, a forbidden scheme
    REDIRECT = "redirect"
    BLOCKED = "blocked"  # 401, 403, 412, 429, a challenge page, robots.txt
    GONE = "gone"  # 410
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    PROTOCOL = "protocol"  # no valid HTTP, or a body that does not match its headers
    PARSE = "parse"
    EMPTY = "empty"
    LAYOUT = "layout"
    QUARANTINE = "quarantine"
    STORAGE = "storage"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Known:
    """The validators of one of several addresses that a source is read from: another search term, or an alternate."""

    key: str  # a hash of the request
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What the next visit sends or compares: the server's own validators and the hash of the body last read."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    others: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it was made for a source; without secrets, which are put in at the very last."""

    url: str
    method: str = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with a body. `url` is where it came from after redirects.

    `ask` is the request, for the pages after it; `more` are the answers to a source's further search terms, `lost` says of
    each term that gave none what came.
    """

    requested: str
    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    validators: Validators
    fetched_at: datetime
    duration: timedelta
    requests: int = 1
    redirects: tuple[tuple[int, str], ...] = ()  # statuses followed, each with where it led
    ask: Ask | None = None
    more: tuple["Fetched", ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty where the server names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing changed: a 304 to our condition, or the same bytes again (`status` 200)."""

    requested: str
    status: int
    validators: Validators
    fetched_at: datetime
    duration: timedelta
    size: int = 0  # bytes read
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer. `message` says what came and what was expected, `hint` what to try."""

    requested: str
    error: ErrorClass
    message: str
    hint: str
    fetched_at: datetime
    duration: timedelta = timedelta()
    status: int | None = None
    retry_after: timedelta | None = None
    size: int = 0  # bytes read
    requests: int = 1
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Visit = Fetched | NotModified | Failed
