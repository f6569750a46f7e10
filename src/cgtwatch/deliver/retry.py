"""When a delivery is tried again, and when it is given up."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cgtwatch.model.delivery import SendOutcome, SendResult

_SPREAD = 0.2
_LONGEST_WISH = timedelta(hours=24)  # a longer Retry-After is a mistake of the receiver's
_MAIL_LIFE = timedelta(days=3)
_MAIL_LEAST = 10  # attempts
_MAIL_FIRST = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))

# Standard Webhooks 1.0, "delivery retries": ten attempts over 75 hours. The wait before attempt n + 1 stands at place n.
_HOOK_WAITS = (
    timedelta(),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)


def _hook_wait(attempts: int, _age: timedelta) -> timedelta | None:
    return _HOOK_WAITS[attempts] if attempts < len(_HOOK_WAITS) else None


def _mail_wait(attempts: int, age: timedelta) -> timedelta | None:
    """RFC 5321 4.5.4.1: first after half an hour or less, then slower, for some days; not given up after a few tries, however
    much time went by in which nobody tried or the clock was wrong.
    """
    wait = _MAIL_FIRST[attempts - 1] if 1 <= attempts <= len(_MAIL_FIRST) else timedelta(hours=1)
    return wait if age + wait <= _MAIL_LIFE or attempts < _MAIL_LEAST else None


_WAITS: Mapping[str, Callable[[int, timedelta], timedelta | None]] = {
    "email": _mail_wait,
    "maildir": _mail_wait,
    "webhook": _hook_wait,
    "slack": _hook_wait,
    "teams": _hook_wait,
    "discord": _hook_wait,
    "mattermost": _hook_wait,
    "telegram": _hook_wait,
    "feishu": _hook_wait,
    "dingtalk": _hook_wait,
    "wecom": _hook_wait,
    "apprise": _hook_wait,
    "feed": _hook_wait,
}


def next_attempt(
    channel: str, attempts: int, outcome: SendOutcome, first_at: datetime, now: datetime, jitter: float
) -> datetime | None:
    """When to try again after the `attempts`-th attempt (counted from 1) came to `outcome`; None: not again.

    `first_at` is when the delivery was queued, `jitter` a draw from 0 to 1 that spreads the wait by ±20 %. A Retry-After is
    obeyed up to 24 h and never undercut. An unknown outcome is answered like a refusal that may be retried: under "never
    twice" the caller does not ask. A channel unknown here waits like a webhook.
    """
    if outcome.result not in {SendResult.RETRY, SendResult.UNKNOWN}:
        return None
    planned = _WAITS.get(channel, _hook_wait)(attempts, now - first_at)
    if planned is None:
        return None
    spread = planned * (1 + _SPREAD * (2 * jitter - 1))
    if outcome.retry_after is None:
        return now + spread
    wish = min(max(outcome.retry_after, timedelta()), _LONGEST_WISH)
    return now + max(spread, wish * (1 + _SPREAD * jitter))
