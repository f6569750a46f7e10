"""One POST through the guarded session, and what each way of ending means for a delivery."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from cgtwatch.deliver.channel import Door, masked
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest
from cgtwatch.net.retry_after import retry_after

_DEADLINE = timedelta(seconds=15)
_MOST_ANSWER = 20_000  # bytes of an answer that are read
_LEAST_SECRET = 8  # characters; shorter parts of an address are plain words
_PIECE = re.compile(r"[\w~.-]+")
_UNSAID = "…".encode()


def post(door: Door, url: str, body: bytes, headers: Mapping[str, str]) -> NetAnswer | NetFailure:
    """The exchange: 15 s, 20 kB of answer, redirects never followed (a moved hook would take its signature elsewhere)."""
    sent = {"content-type": "application/json", **headers}
    answer = door.exchange(
        NetRequest(url=url, method="POST", headers=sent, body=body, deadline=_DEADLINE, max_bytes=_MOST_ANSWER, follow=0)
    )
    return replace(answer, body=unsaid(answer.body, url)) if isinstance(answer, NetAnswer) else answer


def unsaid(said: bytes, url: str) -> bytes:
    """An answer without what it repeats of the address asked, whose path and query are a password: "Cannot POST /hook/TOKEN"."""
    parts = urlsplit(url)
    whole = [f"{parts.path}?{parts.query}", parts.path, parts.query]
    pieces = [piece for each in whole for piece in _PIECE.findall(unquote(each))]
    for own in sorted({*whole, *map(unquote, whole), *pieces}, key=len, reverse=True):
        if len(own) >= _LEAST_SECRET:
            said = said.replace(own.encode(), _UNSAID)
    return said


def outcome(answer: NetAnswer | NetFailure, now: datetime) -> SendOutcome:
    """What an ordinary HTTP receiver's answer means: 2xx taken, 410 gone, anything else not taken.

    A status that came counts even where the answer's body was cut. No status after the last byte of the request: unknown.
    """
    if answer.status is not None:
        return _by_status(answer, answer.status, now)
    if not isinstance(answer, NetFailure):
        return SendOutcome(SendResult.UNKNOWN, "answer without a status")
    word = masked(f"{answer.error}: {answer.message}")
    if answer.error is ErrorClass.REFUSED:
        return SendOutcome(SendResult.PERMANENT, masked(f"{word}; {answer.hint}"))
    if answer.sent:
        return SendOutcome(SendResult.UNKNOWN, f"cut after the last byte, perhaps taken: {word}")
    return SendOutcome(SendResult.RETRY, word)


def _by_status(answer: NetAnswer | NetFailure, status: int, now: datetime) -> SendOutcome:
    word = f"{status} {masked(answer.body)}".strip()
    if 200 <= status <= 299:
        return SendOutcome(SendResult.SENT, word)
    if status == 410:
        return SendOutcome(SendResult.GONE, word)
    if 300 <= status <= 399:
        word = f"{status}: redirects are not followed; subscribe with the address it leads to"
    return SendOutcome(SendResult.RETRY, word, retry_after(answer.headers.get("retry-after"), now))
