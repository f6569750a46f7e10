"""What an answer is recognised by, and what the next visit asks with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

from cgtwatch.model.fetch import Validators

LONGEST = 1024  # characters of a validator worth keeping


def of_answer(headers: Mapping[str, str], body: bytes) -> Validators:
    """The validators of an answer with a body."""
    return Validators(_etag(headers), _echoable(headers.get("last-modified")), sha256(body).hexdigest())


def refreshed(known: Validators, headers: Mapping[str, str]) -> Validators:
    """The validators after a 304: it may bring new ones for the same content (RFC 9111, 4.3.4)."""
    modified = _echoable(headers.get("last-modified"))
    return Validators(_etag(headers) or known.etag, modified or known.last_modified, known.body_sha256)


CONDITIONS = ("if-modified-since", "if-none-match")  # the headers of the answer below


def conditions(known: Validators, now: datetime) -> dict[str, str]:
    """The headers of a conditional request (RFC 9110, 13.1).

    A Last-Modified ahead of `now` is not sent back: to many servers it would mean "never tell me again".
    """
    asked: dict[str, str] = {}
    if known.etag and _echoable(known.etag):
        asked["if-none-match"] = known.etag
    if known.last_modified and _past(known.last_modified, now):
        asked["if-modified-since"] = known.last_modified
    return asked


def _etag(headers: Mapping[str, str]) -> str | None:
    return _echoable(headers.get("etag"))


def _echoable(value: str | None) -> str | None:
    """A header value that may be sent back; servers have been seen to send what must not be repeated."""
    if value and len(value) <= LONGEST and value.isascii() and value.isprintable():
        return value
    return None


def _past(value: str, now: datetime) -> bool:
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) <= now
