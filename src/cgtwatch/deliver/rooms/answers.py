"""What chat vendors' answers mean: an HTTP 200 may hold an error, and each error is final or passes.

A vendor that says it did not take a post says so for certain, so a code that no table knows is tried again: the schedule ends,
and the operator hears of it after four attempts. A 200 that says nothing readable is unknown.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.deliver.channel import Door, masked
from cgtwatch.deliver.post import outcome, post
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.net.request import NetAnswer, NetFailure
from cgtwatch.net.retry_after import retry_after

Answer = NetAnswer | NetFailure
MINUTE = timedelta(minutes=1)
_LATER = {408, 425, 429}  # of 4xx, those that pass (RFC 9110 15.5.9, RFC 8470, RFC 6585)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means: `mend` is a hint for the operator, `wait` the least that the vendor wants us to stay away."""

    result: SendResult
    mend: str = ""
    wait: timedelta | None = None


UNHEARD_OF = Verdict(SendResult.RETRY)


def gone(mend: str) -> Verdict:
    """The room, bot or hook is no more."""
    return Verdict(SendResult.GONE, mend)


def wrong(mend: str) -> Verdict:
    """This post, or how it is sent, will never be taken as it is."""
    return Verdict(SendResult.PERMANENT, mend)


def later(wait: timedelta | None = None, mend: str = "") -> Verdict:
    """It passes."""
    return Verdict(SendResult.RETRY, mend, wait)


def attempt(
    net: Door | None, url: str, body: bytes, now: datetime, meaning: Callable[[Answer, datetime], SendOutcome], rest: float = 0
) -> SendOutcome:
    """One POST and what its answer means; `rest` is how many seconds apart the vendor's limit of rate wants posts to a target."""
    if net is None:
        return SendOutcome(SendResult.RETRY, "no network session is open")
    return replace(meaning(post(net, url, body, {}), now), rest=timedelta(seconds=rest))


def told(answer: Answer, verdict: Verdict, now: datetime, word: str = "") -> SendOutcome:
    """The verdict with the vendor's word, the mend and the longest of the waits asked for."""
    said = f"{answer.status} {masked(word or answer.body)}".strip()
    waits = [wait for wait in (verdict.wait, retry_after(answer.headers.get("retry-after"), now)) if wait is not None]
    wait = max(waits) if waits and verdict.result is SendResult.RETRY else None
    return SendOutcome(verdict.result, f"{said}; {verdict.mend}" if verdict.mend else said, wait)


def by_status(answer: Answer, now: datetime) -> SendOutcome:
    """What a hook's HTTP status means where the body says nothing better: no such hook, a bad request, or later."""
    status = answer.status
    if status in {404, 410}:
        return told(answer, gone("the hook is gone; make a new one"), now)
    if status is not None and 400 <= status <= 499 and status not in _LATER:
        return told(answer, Verdict(SendResult.PERMANENT), now)
    return outcome(answer, now)


def unreadable(answer: Answer, expected: str) -> SendOutcome:
    """A success by its status that does not say what a success says: perhaps a log-in page, perhaps taken."""
    return SendOutcome(SendResult.UNKNOWN, f"{answer.status} without {expected}: {masked(answer.body)}")


def json_object(body: bytes) -> Mapping[str, Any]:
    """The object in `body`; empty where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def by_code(
    answer: Answer, now: datetime, name: str, verdict_of: Callable[[int, str], Verdict], word: str = "errmsg"
) -> SendOutcome:
    """What an answer means whose JSON holds a code under `name`, 0 for success, and its reason under `word`."""
    if answer.status is None:
        return outcome(answer, now)
    said = json_object(answer.body)
    code = said.get(name)
    if not isinstance(code, int) or isinstance(code, bool):
        return unreadable(answer, name) if 200 <= answer.status <= 299 else by_status(answer, now)
    if code == 0:
        return outcome(answer, now) if 200 <= answer.status <= 299 else by_status(answer, now)
    reason = str(said.get(word, ""))
    return told(answer, verdict_of(code, reason), now, f"{name} {code}: {reason}")


def seconds(value: object) -> timedelta | None:
    """A wait in seconds, whole or not, as JSON has it; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    return timedelta(seconds=value)
