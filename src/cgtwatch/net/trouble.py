"""What goes wrong inside an exchange, on its way to becoming a `NetFailure`; never leaves the package."""

import http.client
import ssl
from collections.abc import Callable, Iterator

from urllib3.exceptions import HeaderParsingError, InvalidHeader

from cgtwatch.model.fetch import ErrorClass

HINTS = {
    ErrorClass.TIMEOUT: "raise the source's `timeout`, or look whether the site is slow in a browser too",
    ErrorClass.TOO_BIG: "raise the source's `max_bytes` if the page is really that large",
    ErrorClass.TLS: "look at the site's certificate in a browser; `verify: PATH` names the CA of a site with its own",
    ErrorClass.DNS: "check the spelling of the host and this machine's name server",
    ErrorClass.CONNECT: "check that the site is up and reachable from this machine",
    ErrorClass.REFUSED: "correct the address, or allow its network with CGTWATCH_ALLOW_PRIVATE",
    ErrorClass.REDIRECT: "open the address in a browser and put the one it ends at into sources.yaml",
    ErrorClass.PROTOCOL: "the server breaks HTTP; look at the address with curl -v and tell the site",
}


class Trouble(Exception):
    """One exchange cannot go on. `again` is True where a second attempt on a new connection may well succeed.

    No OSError and no urllib3 error on purpose: so it passes through urllib3 and requests as it is.
    """

    def __init__(self, error: ErrorClass, message: str, hint: str | None = None, *, again: bool = False) -> None:
        self.error = error
        self.message = message
        self.hint = HINTS[error] if hint is None else hint
        self.again = again
        super().__init__(message)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and everything it was raised from or wraps: requests and urllib3 put the cause into the arguments."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        inner = (*found.args, getattr(found, "reason", None), found.__cause__, found.__context__)
        waiting.extend(e for e in inner if isinstance(e, BaseException))


def read(error: Exception) -> Trouble:
    """What an error of requests, urllib3, http.client, ssl or the socket means for the exchange it came from."""
    causes = list(chain(error))
    for kind, make in MEANINGS:
        for cause in causes:
            if isinstance(cause, kind):
                return make(cause)
    return Trouble(ErrorClass.PROTOCOL, f"the answer is no valid HTTP: {reason(error)}")


def _invalid(cause: BaseException) -> Trouble:
    return Trouble(ErrorClass.PROTOCOL, f"the answer is no valid HTTP: {reason(cause)}")


def _cut(cause: BaseException) -> Trouble:
    return Trouble(ErrorClass.CONNECT, f"the connection was cut: {reason(cause)}", again=True)


# In order: the first kind found anywhere in the chain tells. The kinds of http.client come before plain OSError because
# urllib3 wraps both alike; RemoteDisconnected is a ConnectionError and no broken HTTP.
MEANINGS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[BaseException], Trouble]], ...] = (
    (ssl.SSLError, lambda e: Trouble(ErrorClass.TLS, f"the encrypted connection broke: {reason(e)}")),
    (TimeoutError, lambda _: Trouble(ErrorClass.TIMEOUT, "the server fell silent")),
    (ConnectionError, _cut),
    (http.client.IncompleteRead, lambda _: Trouble(ErrorClass.PROTOCOL, "the body ended before its announced length")),
    ((http.client.HTTPException, HeaderParsingError, InvalidHeader, ValueError), _invalid),
    (OSError, lambda e: Trouble(ErrorClass.CONNECT, f"the connection failed: {reason(e)}", again=True)),
)


def reason(error: BaseException) -> str:
    """An error's own words in one short line of printable characters."""
    verify = getattr(error, "verify_message", None)
    text = verify or getattr(error, "strerror", None) or str(error) or type(error).__name__
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= 160 else line[:157] + "..."
