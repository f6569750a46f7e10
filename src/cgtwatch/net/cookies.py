"""The cookies of one visitor: kept and sent back by the rules of http.cookiejar, bounded, and never over-trusted."""

from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest
from requests.cookies import extract_cookies_to_jar, get_cookie_header

if TYPE_CHECKING:
    from urllib.request import Request

MOST = 64
LONGEST = 4096  # characters of one cookie; RFC 6265, 6.1
MOST_CHARACTERS = 16384  # of all; servers refuse longer headers
DEFAULT_PORTS = "80,443"


class _Policy(DefaultCookiePolicy):
    """Stricter than a browser: a cookie stays with the port it came from, and one that came over TLS goes over TLS only.

    The default ports of http and https count as one, because sites lead from one to the other.
    """

    def __init__(self) -> None:
        super().__init__(strict_domain=True, strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)

    def set_ok(self, cookie: Cookie, request: "Request") -> bool:
        if len(cookie.name) + len(cookie.value or "") > LONGEST or not super().set_ok(cookie, request):
            return False
        port = request.host.rpartition(":")[2] if ":" in request.host.rpartition("]")[2] else "80"
        cookie.port = DEFAULT_PORTS if port in ("80", "443") else port
        cookie.secure = cookie.secure or request.type == "https"
        return True

    def set_ok_domain(self, cookie: Cookie, request: "Request") -> bool:
        labels = cookie.domain.strip(".").split(".")
        # `.go.jp`, `.gc.ca`: no name anybody owns. The standard library knows `.gov.cn` and a few more.
        shared = cookie.domain_specified and len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= 3
        return not shared and bool(super().set_ok_domain(cookie, request))


class Jar(CookieJar):
    """A jar that cannot be filled up. Thread-safe."""

    def __init__(self) -> None:
        super().__init__(_Policy())

    def set_cookie(self, cookie: Cookie) -> None:
        """Keep a cookie; a new one that there is no room for is let go."""
        kept = [one for one in self if (one.domain, one.path, one.name) != (cookie.domain, cookie.path, cookie.name)]
        if len(kept) < MOST and sum(map(_size, kept)) + _size(cookie) <= MOST_CHARACTERS:
            super().set_cookie(cookie)


def _size(cookie: Cookie) -> int:
    return len(cookie.name) + len(cookie.value or "") + 4


def take(jar: CookieJar, request: PreparedRequest, raw: Any) -> None:  # noqa: ANN401 - urllib3's response
    """Keep what an answer sets."""
    extract_cookies_to_jar(jar, request, raw)  # type: ignore[no-untyped-call]


def give(jar: CookieJar, request: PreparedRequest) -> None:
    """Add to `request` what the jar has for its address; a cookie that stands there already is not sent twice."""
    own = request.headers.pop("cookie", None)
    found = get_cookie_header(jar, request)  # type: ignore[no-untyped-call]
    there = {part.partition("=")[0].strip() for part in (own or "").split(";")}
    fresh = [part for part in (found or "").split("; ") if part and part.partition("=")[0] not in there]
    if together := "; ".join(([own] if own else []) + fresh):
        request.headers["cookie"] = together
