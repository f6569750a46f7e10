"""Whether a site's robots.txt (RFC 9309) lets us ask for an address; remembered a day per origin."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

REMEMBERED = timedelta(days=1)  # RFC 9309, 2.4
REMEMBERED_TROUBLE = timedelta(minutes=10)
MAX_BYTES = 512 * 1024  # RFC 9309, 2.5
MOST = 4096  # origins
MOST_RULINGS = 1000  # of one origin
LONGEST_DELAY = 60.0  # seconds; some sites ask for hours to keep everybody out, which Disallow is for

Ask = Callable[[NetRequest], NetAnswer | NetFailure]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a site says of one address: whether it may be asked, and the pause it wants between requests."""

    allowed: bool = True
    delay: timedelta = timedelta()


FREE = Ruling()


@dataclass(frozen=True, slots=True)
class _Rules:
    until: datetime
    rules: Protego | None  # None: everything is allowed
    given: dict[tuple[str, str], Ruling] = field(default_factory=dict)  # by address and agent; matching is slow for long rules


class Robots:
    """The rules of all sites, fetched when first needed. Where they cannot be had everything is allowed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Rules] = {}

    def allow(self, request: NetRequest, user_agent: str, ask: Ask) -> bool:
        """Whether `request` may be made as `user_agent`. See `ruling`."""
        return self.ruling(request, user_agent, ask).allowed

    def ruling(self, request: NetRequest, user_agent: str, ask: Ask) -> Ruling:
        """What the site says of `request` made as `user_agent`; `ask` makes an exchange when the rules are not known yet.

        The question for robots.txt is put the way the request itself would be: same proxy, same view of certificates.
        """
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        now = self._clock()
        with self._lock:
            known = self._known.get(origin)
        if known is None or known.until <= now:
            known = self._read(origin, request, ask, now)
        if known.rules is None:
            return FREE
        asked = (request.url, user_agent)
        found = known.given.get(asked)
        if found is None:
            found = _ruling(known.rules, *asked)
            if len(known.given) < MOST_RULINGS:
                known.given[asked] = found
        return found

    def _read(self, origin: str, request: NetRequest, ask: Ask, now: datetime) -> _Rules:
        # A third of the visit's time: a site whose robots.txt hangs shall not cost the visit.
        deadline = min(timedelta(seconds=10), request.deadline / 3)
        headers = {k: v for k, v in request.headers.items() if k.lower() == "user-agent"}
        answer = ask(
            NetRequest(
                f"{origin}/robots.txt",
                headers=headers,
                deadline=deadline,
                max_bytes=MAX_BYTES,
                verify=request.verify,
                proxy=request.proxy,
            )
        )
        found = _Rules(now + REMEMBERED_TROUBLE, None)
        if isinstance(answer, NetAnswer) and answer.status < 500:
            good = answer.status == 200
            found = _Rules(now + REMEMBERED, _parsed(answer.body) if good else None)
        with self._lock:
            while len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            self._known[origin] = found
        return found


def _ruling(rules: Protego, url: str, user_agent: str) -> Ruling:
    wished = rules.crawl_delay(user_agent)
    delay = timedelta(seconds=min(max(0.0, float(wished)), LONGEST_DELAY)) if wished else timedelta()
    return Ruling(bool(rules.can_fetch(url, user_agent)), delay)


def _parsed(body: bytes) -> Protego | None:
    text = body.decode("utf-8-sig", "replace")
    # Many sites answer with their home page or "not found" in HTML: that is no rule.
    return None if text.lstrip().startswith("<") else Protego.parse(text)
