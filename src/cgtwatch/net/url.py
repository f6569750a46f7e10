"""Which addresses may be asked for at all, before any name is looked up; and where a redirect leads."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.trouble import Trouble

LONGEST = 8192  # characters; servers commonly refuse more


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454): what credentials belong to."""

    scheme: str
    host: str
    port: int


def origin(url: str, malformed: ErrorClass = ErrorClass.REFUSED) -> Origin:
    """The origin of `url`; raises `Trouble` (refused) for an address that must not be asked for, `malformed` for no address.

    Only http and https; no user information, no backslash, no control character or blank: parsers disagree about what these
    mean, and every disagreement has been a hole somewhere.
    """
    if len(url) > LONGEST:
        raise Trouble(ErrorClass.REFUSED, f"an address of {len(url)} characters", "use a shorter address")
    if "\\" in url or any(c <= " " or not c.isprintable() for c in url):
        raise Trouble(ErrorClass.REFUSED, f"an address with a backslash, blank or control character: {ascii(url)[:120]}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as e:
        raise Trouble(malformed, f"{shown(url)} is no address: {e}") from e
    if parts.scheme not in ("http", "https"):
        raise Trouble(ErrorClass.REFUSED, f"{shown(url)} is neither http nor https")
    if "@" in parts.netloc:
        hint = "write the address without it; credentials belong into the source's `headers`"
        raise Trouble(ErrorClass.REFUSED, "an address with a user name or password in it", hint)
    if not parts.hostname or port == 0:
        raise Trouble(malformed, f"{shown(url)} names no host or port to connect to")
    return Origin(parts.scheme, parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80))


def target(base: str, location: str | None) -> str:
    """Where a redirect from `base` leads (RFC 9110, 10.2.2), without fragment; raises `Trouble` (redirect) if nowhere."""
    if location is None or not location.strip():
        raise Trouble(ErrorClass.REDIRECT, "a redirect that does not say where to")
    try:  # http.client reads headers as Latin-1; servers write UTF-8
        location = location.encode("latin-1").decode("utf-8")
    except UnicodeError as e:
        raise Trouble(ErrorClass.REDIRECT, f"a redirect to garbage: {ascii(location)[:120]}") from e
    location = location.strip().replace(" ", "%20")  # real servers send blanks unescaped; all else is judged as it stands
    try:
        return urljoin(base, location).partition("#")[0]
    except ValueError as e:
        raise Trouble(ErrorClass.REDIRECT, f"a redirect to garbage: {ascii(location)[:120]}") from e


def shown(url: str) -> str:
    """An address for messages: no query (tokens live there), no user information, short, printable."""
    plain = ascii(url.partition("?")[0])[1:-1]
    scheme, slashes, rest = plain.partition("//")
    host, slash, path = rest.partition("/")
    line = f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}" if slashes else plain
    return line if len(line) <= 120 else line[:117] + "..."
