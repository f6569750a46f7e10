"""What came of a page in the browser, as a visit."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from cgtwatch.acquire.answers import WALL_HINT, Asked, failed, visit_of
from cgtwatch.acquire.browser_guard import Pass
from cgtwatch.acquire.browser_page import GOOD, NAVIGATIONS, Came, Watch
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Validators, Visit
from cgtwatch.net.request import NetAnswer, NetFailure
from cgtwatch.text.hosts import host_of

CHALLENGE = 202  # what some walls answer with until their script has run
STAYS = "the wall does not let this browser in either; read the site through a bridge, or another address of it"
KEPT = (
    "last-modified",
    "content-language",
    "retry-after",
    "server",
    "date",
)  # of the page's headers; the rest was about its bytes
# What Chromium calls it: class, hint. The first that is part of the error's line.
ERRORS: tuple[tuple[str, ErrorClass, str], ...] = (
    ("ERR_CERT_", ErrorClass.TLS, "look at the certificate; Chromium trusts its own list and what its user added (certutil)"),
    ("ERR_SSL_", ErrorClass.TLS, "look at the site's certificate in a browser"),
    ("ERR_TOO_MANY_REDIRECTS", ErrorClass.REDIRECT, "open the address in a browser and put the one it ends at into sources.yaml"),
    ("ERR_TIMED_OUT", ErrorClass.TIMEOUT, "raise the source's `timeout`"),
    ("Timeout", ErrorClass.TIMEOUT, "raise the source's `timeout`"),
    ("ERR_EMPTY_RESPONSE", ErrorClass.CONNECT, "check that the site is up and reachable from this machine"),
    ("ERR_CONNECTION_", ErrorClass.CONNECT, "check that the site is up and reachable from this machine"),
    ("ERR_TUNNEL_", ErrorClass.CONNECT, "check that the site is up and reachable from this machine"),
    ("ERR_UNSAFE_PORT", ErrorClass.REFUSED, "browsers refuse this port; use another address"),
    ("Failed to fetch", ErrorClass.PROTOCOL, "the site's page could not make the request; see `preload`"),
    ("crashed", ErrorClass.PROTOCOL, "the page crashed the browser; look at it in another one"),
)
TROUBLES = {
    "big": (
        ErrorClass.TOO_BIG,
        "the page goes on loading beyond its limit",
        "raise the source's `max_bytes` if it is really that large",
    ),
    "crash": (ErrorClass.PROTOCOL, "the page crashed the browser", "look at the page in another browser"),
    "loop": (ErrorClass.BLOCKED, f"the page loaded itself {NAVIGATIONS} times and more", STAYS),
    "busy": (ErrorClass.TIMEOUT, "the page was busy until its time was up", "raise the source's `timeout`"),
}


def of_came(came: Came, asked: Asked, most: int) -> Fetched | Failed:
    """The visit that one page amounts to; `most` is the limit of its bytes."""
    answer = NetAnswer(came.url, came.status, came.headers, came.body, (), timedelta(seconds=came.seconds), came.requests)
    if came.trouble:
        error, message, hint = TROUBLES[came.trouble]
        return failed(answer, asked, error, message, hint)
    if came.size > most:
        message = f"the page is larger than {most / 1048576:.3g} MiB: {came.size} bytes"
        return failed(answer, asked, ErrorClass.TOO_BIG, message, "raise the source's `max_bytes` if it is really that large")
    if came.status == CHALLENGE:
        return failed(answer, asked, ErrorClass.BLOCKED, "status 202 with a challenge that was not passed", STAYS)
    drawn = came.drawn and came.status in GOOD  # what was wished for stands there: no wall
    made = visit_of(answer, replace(asked, conditional=False, known=Validators())) if not drawn else None
    if isinstance(made, Failed):
        return replace(made, hint=STAYS) if made.hint == WALL_HINT else made
    headers = {name: value for name, value in came.headers.items() if name in KEPT}
    headers["content-type"] = came.headers.get("content-type", "") if came.data else "text/html; charset=utf-8"
    found = Validators(body_sha256=sha256(came.body).hexdigest())
    return Fetched(asked.requested, came.url, came.status, headers, came.body, found, asked.now, answer.duration, came.requests)


def of_error(error: Exception, entry: Pass, watch: Watch, asked: Asked) -> Failed:
    """A page that never came: what the guard said of its host, else what Chromium says."""
    host = host_of(watch.main.url if watch.main else asked.requested)
    refused = entry.refusals.get(watch.heading or host) or entry.refusals.get(host)
    if refused is not None:
        return failure_of(refused, asked)
    if watch.trouble:
        kind, message, hint = TROUBLES[watch.trouble]
        return Failed(asked.requested, kind, message, hint, asked.now)
    if watch.main is not None:  # a status without content: Chromium shows a page of its own
        answer = NetAnswer(watch.main.url, watch.main.status, dict(watch.main.headers), b"", (), timedelta(), 1)
        made = visit_of(answer, replace(asked, conditional=False))
        if isinstance(made, Failed):
            return made
    line = str(error).partition("\n")[0]
    line = line.removeprefix("Page.goto: ").partition(" at http")[0][:200]
    for mark, kind, hint in ERRORS:
        if mark in line:
            return Failed(asked.requested, kind, f"the browser says: {line}", hint, asked.now)
    return Failed(asked.requested, ErrorClass.PROTOCOL, f"the browser says: {line}", "open the address in a browser", asked.now)


def failure_of(failure: NetFailure, asked: Asked) -> Failed:
    """A failure of the network as a visit."""
    made = visit_of(failure, asked)
    assert isinstance(made, Failed)
    return made


def joined(visits: list[Fetched], hashes: list[str], known: Validators) -> Visit:
    """The first of a source's answers with the others in `more`; `NotModified` where all are as they were."""
    whole = hashes[0] if len(hashes) == 1 else sha256("\n".join(hashes).encode()).hexdigest()
    first, *others = visits
    found = Validators(body_sha256=whole)
    requests, size = max(one.requests for one in visits), sum(len(one.body) for one in visits)
    if whole == known.body_sha256:
        return NotModified(first.requested, 200, found, first.fetched_at, first.duration, size, requests)
    return replace(first, validators=found, more=tuple(others), requests=requests)
