"""Be told by a feed's hub when it has news (W3C WebSub): a hint that brings the next visit forward, never news itself.

A visit finds the hub, housekeeping asks it, the page answers its questions and hears its pings.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from cgtwatch.deliver.tokens import sign
from cgtwatch.model.draft import Parsed
from cgtwatch.model.push import Push, PushState
from cgtwatch.model.source import Source
from cgtwatch.net.request import NetAnswer, NetRequest
from cgtwatch.net.session import Net
from cgtwatch.store import Store

PURPOSE = "websub"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a hub was asked that was only found yet
LEASE = timedelta(days=10)  # what we ask for; the hub decides
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=90)
BEFORE_ITS_END = timedelta(days=1)  # a lease is renewed
AGAIN = timedelta(hours=1)  # a hub that has not confirmed, or not renewed
REFUSED_AGAIN = timedelta(days=7)
AT_A_TIME = 2  # hubs asked in one go, so that one that hangs holds housekeeping up only shortly
DEADLINE = timedelta(seconds=10)
LONGEST_ADDRESS = 2000  # characters
MOST = 64 * 1024  # bytes of a hub's answer
ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # WebSub 5.2; the hub chooses


class Step(StrEnum):
    """What to do about a subscription at a hub."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PushParts:
    """What asking hubs needs. `public_url` is the address under which they reach us."""

    net: Net
    store: Store
    clock: Callable[[], datetime]
    public_url: str
    secret_key: bytes


@dataclass(frozen=True, slots=True)
class PushRow:
    """A hub that was asked, and what it said."""

    source: str
    step: Step
    hub: str
    answer: str
    good: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """What a hub asks us to confirm (WebSub 5.3), or tells us (5.2, denied)."""

    mode: str
    topic: str
    challenge: str = ""
    lease_seconds: str = ""


def learn(source: Source, parsed: Parsed, store: Store) -> None:
    """Remember the hub that a feed names; nobody is asked yet. A feed that names none any more lets its lease run out."""
    known = store.push(source.id)
    if parsed.hub is None or max(len(parsed.hub), len(parsed.topic or "")) > LONGEST_ADDRESS:
        if known is not None:
            store.forget_push(source.id)
        return
    topic = parsed.topic or source.url
    if known is None or (known.hub, known.topic) != (parsed.hub, topic):
        store.save_push(Push(source.id, parsed.hub, topic, PushState.ASKED, NEVER))


def next_step(push: Push, now: datetime, *, wanted: bool) -> Step:
    """What is due for a subscription whose source is still watched, or not."""
    if not wanted:
        return Step.UNSUBSCRIBE
    waits = REFUSED_AGAIN if push.state is PushState.REFUSED else AGAIN
    if now - push.asked_at < waits:
        return Step.NOTHING
    lasts = push.state is PushState.ACTIVE and push.lease_until is not None and push.lease_until - now > BEFORE_ITS_END
    return Step.NOTHING if lasts else Step.SUBSCRIBE


def keep_subscribed(sources: Sequence[Source], parts: PushParts) -> list[PushRow]:
    """Ask the hubs that are to be asked now, few at a time; each answer is remembered. A row for each."""
    now = parts.clock()
    watched = {source.id for source in sources if source.enabled}
    steps = [(push, next_step(push, now, wanted=push.source in watched)) for push in parts.store.pushes()]
    due = [(push, step) for push, step in steps if step is not Step.NOTHING]
    return [_ask(push, step, parts, now) for push, step in due[:AT_A_TIME]]


def _ask(push: Push, step: Step, parts: PushParts, now: datetime) -> PushRow:
    if step is Step.UNSUBSCRIBE:
        parts.store.forget_push(push.source)  # first: a hub may ask back while it is being asked
        if push.state is not PushState.ACTIVE:
            return PushRow(push.source, step, push.hub, "nothing to end", good=True)
    else:
        parts.store.save_push(replace(push, asked_at=now, state=PushState.ACTIVE if _holds(push, now) else PushState.ASKED))
    form = {"hub.callback": callback(parts, push.source), "hub.mode": step.value, "hub.topic": push.topic}
    if step is Step.SUBSCRIBE:
        form |= {"hub.secret": secret_of(parts.secret_key, push), "hub.lease_seconds": str(int(LEASE.total_seconds()))}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    came = parts.net.exchange(
        NetRequest(push.hub, "POST", headers, urlencode(form).encode(), DEADLINE, MOST, follow=3)  # 307 and 308 keep it a POST
    )
    if not isinstance(came, NetAnswer):
        return PushRow(push.source, step, push.hub, f"{came.error}: {came.message}", good=False)
    good = 200 <= came.status < 300
    if step is Step.SUBSCRIBE and 400 <= came.status < 500:
        _update(parts.store, push.source, PushState.REFUSED)
    return PushRow(push.source, step, push.hub, f"status {came.status}", good=good)


def _holds(push: Push, now: datetime) -> bool:
    return push.state is PushState.ACTIVE and push.lease_until is not None and push.lease_until > now


def _update(store: Store, source_id: str, state: PushState) -> None:
    known = store.push(source_id)
    if known is not None:
        store.save_push(replace(known, state=state))


def answer(push: Push | None, intent: Intent, now: datetime) -> tuple[bool, Push | None]:
    """Whether to confirm what a hub asks, and the subscription as it stands then; None: as it was."""
    if intent.mode == "unsubscribe":
        return push is None, None  # it is confirmed where it was forgotten before
    if push is None or intent.topic != push.topic:
        return False, None
    if intent.mode == "denied":
        return True, replace(push, state=PushState.REFUSED, lease_until=None)
    if intent.mode != "subscribe" or push.state is PushState.REFUSED:
        return False, None
    return True, replace(push, state=PushState.ACTIVE, lease_until=now + _lease(intent.lease_seconds))


def _lease(text: str) -> timedelta:
    given = timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else LEASE
    return min(max(given, SHORTEST_LEASE), LONGEST_LEASE)


def callback(parts: PushParts, source_id: str) -> str:
    """Where the hub reaches us for one source; nobody can guess it."""
    return f"{parts.public_url.rstrip('/')}/websub/{sign(parts.secret_key, PURPOSE, source_id)}"


def secret_of(secret_key: bytes, push: Push) -> str:
    """What the hub signs with, for one source and topic alone (at most 200 bytes: WebSub 5.1)."""
    return hmac.new(secret_key, f"websub:{push.source}\0{push.topic}".encode(), hashlib.sha256).hexdigest()


def signature(header: str, secret: str) -> tuple["hmac.HMAC", str] | None:
    """What to feed a ping's body to, and the hex digest that must come of it; None for no usable X-Hub-Signature (WebSub 7.1)."""
    name, _, given = header.partition("=")
    if name.lower() not in ALGORITHMS or not given.isascii():
        return None
    return hmac.new(secret.encode(), digestmod=name.lower()), given.strip().lower()
