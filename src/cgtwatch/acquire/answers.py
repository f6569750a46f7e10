"""What an answer of the network means for a visit: the one table of statuses and error classes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cgtwatch.acquire import validators
from cgtwatch.acquire.challenge import wall
from cgtwatch.acquire.filling import Unaskable
from cgtwatch.model.fetch import Ask, ErrorClass, Failed, Fetched, NotModified, Validators, Visit
from cgtwatch.net.request import NetAnswer, NetFailure
from cgtwatch.net.retry_after import retry_after

DIAGNOSIS = 65536  # bytes kept of an unusable body
WALL_HINT = "the site lets only browsers in; try `via: browser`, a `user_agent`, a longer `every`, or another address"

# Status: class, and what to try.
STATUSES: dict[int, tuple[ErrorClass, str]] = {
    401: (ErrorClass.BLOCKED, "the page wants a login; put the credentials into the source's `headers`"),
    403: (ErrorClass.BLOCKED, WALL_HINT),
    404: (ErrorClass.HTTP_4XX, "the page has moved or was removed; look for its new address"),
    410: (ErrorClass.GONE, "the site says the page is gone for good; correct or remove the source"),
    412: (ErrorClass.BLOCKED, WALL_HINT),
    429: (ErrorClass.BLOCKED, "the site counts requests; raise `every` and `gap`"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an unusable status amounts to."""

    error: ErrorClass
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is judged against."""

    requested: str
    known: Validators
    conditional: bool
    now: datetime
    ask: Ask | None = None


def visit_of(answer: NetAnswer | NetFailure, asked: Asked) -> Visit:
    """The visit that one exchange amounts to."""
    if isinstance(answer, NetFailure):
        return Failed(
            asked.requested,
            answer.error,
            answer.message,
            answer.hint,
            asked.now,
            answer.duration,
            status=answer.status,
            retry_after=retry_after(answer.retry_after, asked.now),
            size=answer.size,
            requests=answer.requests,
            body=answer.body[:DIAGNOSIS],
            headers=answer.headers,
        )
    if answer.status == 304 and asked.conditional:
        found = validators.refreshed(asked.known, answer.headers)
        return NotModified(asked.requested, 304, found, asked.now, answer.duration, requests=answer.requests)
    if answer.status in (200, 203):
        return _page(answer, asked)
    return _refused(answer, asked)


def _page(answer: NetAnswer, asked: Asked) -> Visit:
    if not answer.body.strip():
        return failed(answer, asked, ErrorClass.EMPTY, "an answer without content", "look at the address in a browser")
    sign = wall(answer.headers, answer.body)
    if sign is not None:
        return failed(answer, asked, ErrorClass.BLOCKED, f"a challenge to browsers instead of the page ({sign})", WALL_HINT)
    found = validators.of_answer(answer.headers, answer.body)
    if found.body_sha256 == asked.known.body_sha256:
        size = len(answer.body)
        return NotModified(asked.requested, answer.status, found, asked.now, answer.duration, size, answer.requests)
    return Fetched(
        asked.requested,
        answer.url,
        answer.status,
        answer.headers,
        answer.body,
        found,
        asked.now,
        answer.duration,
        answer.requests,
        answer.redirects,
        asked.ask,
    )


def _refused(answer: NetAnswer, asked: Asked) -> Failed:
    status = answer.status
    sign = wall(answer.headers, answer.body)
    if sign is not None and status not in (401, 404, 410):
        return failed(answer, asked, ErrorClass.BLOCKED, f"status {status} with a challenge to browsers ({sign})", WALL_HINT)
    if status in STATUSES:
        error, hint = STATUSES[status]
        return failed(answer, asked, error, f"status {status} instead of the page", hint)
    meaning = _by_hundred(status)
    return failed(answer, asked, meaning.error, meaning.message, meaning.hint)


def _by_hundred(status: int) -> Meaning:
    if status in (204, 205):
        return Meaning(ErrorClass.EMPTY, f"status {status}: an answer without content", "look at the address in a browser")
    if status == 206:
        return Meaning(
            ErrorClass.PROTOCOL, "a part of the page, which nobody asked for", "a proxy before the site may be at fault"
        )
    if status == 304:
        return Meaning(ErrorClass.PROTOCOL, '"not modified" to an unconditional question', "a cache before the site is at fault")
    if 300 <= status < 400:
        hint = "open the address in a browser and use the one shown there"
        return Meaning(ErrorClass.REDIRECT, f"status {status} that leads nowhere", hint)
    if 400 <= status < 500:
        return Meaning(
            ErrorClass.HTTP_4XX, f"status {status} instead of the page", "check the address and the source's `headers`"
        )
    if status >= 500:
        return Meaning(ErrorClass.HTTP_5XX, f"status {status}: the site itself is in trouble", "wait; it is asked again later")
    return Meaning(ErrorClass.PROTOCOL, f"status {status} instead of the page", "look at the address with curl -v")


def failed(answer: NetAnswer, asked: Asked, error: ErrorClass, message: str, hint: str) -> Failed:
    """An answer that came and is of no use."""
    return Failed(
        asked.requested,
        error,
        message,
        hint,
        asked.now,
        answer.duration,
        status=answer.status,
        retry_after=retry_after(answer.headers.get("retry-after"), asked.now),
        size=len(answer.body),
        requests=answer.requests,
        body=answer.body[:DIAGNOSIS],
        headers=answer.headers,
    )


def disallowed(asked: Asked) -> Failed:
    """The site's robots.txt asks us not to; nothing was sent to the address."""
    hint = "set `robots: ignore` for the source if you may read it all the same"
    return Failed(
        asked.requested, ErrorClass.BLOCKED, "robots.txt of the site disallows this address", hint, asked.now, requests=0
    )


def refused(asked: Asked, why: Unaskable) -> Failed:
    """No request could be made of what the source says; nothing was sent."""
    return Failed(asked.requested, ErrorClass.REFUSED, str(why), why.hint, asked.now, requests=0)


def out_of_time(asked: Asked, timeout: timedelta) -> Failed:
    """The visit's time was used up by its earlier requests."""
    message = f"no time left of {timeout.total_seconds():g} s"
    return Failed(asked.requested, ErrorClass.TIMEOUT, message, "raise the source's `timeout`", asked.now, requests=0)
