"""Reports about mails read: bounces (RFC 3464) and complaints (RFC 5965), each tied to the delivery that it is about.

Anybody may write to the address of reports, so a report counts only with the signed token of the envelope (`bounce_sender`) or
the Message-ID of a mail of ours with the proof in it, which nobody has but those who got the mail. Bounces in free text are not read: too many
automatic answers look like them (RFC 3834).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.message import Message as Mail
from functools import cache
from importlib.resources import files

from cgtwatch.deliver.channel import masked
from cgtwatch.deliver.tokens import bounced_key, id_proof
from cgtwatch.model.bounce import Bounce, BounceKind

MOST = 2 * 1024 * 1024  # bytes of a report: the mail that comes back in it, and room
_TOKEN = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)
_OWN_ID = re.compile(r"<(msg_[0-9a-f]{32})\.([a-z2-7]{16})\.cgtwatch@[^<>\s]+>")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_WHERE_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other"})  # RFC 5965 7.3; `not-spam` is none
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})


@dataclass(frozen=True, slots=True)
class NoReport:
    """A mail that says nothing of ours."""

    why: str


def read_report(raw: bytes, secret_key: bytes, now: datetime) -> Bounce | NoReport:
    """What a mail in the mailbox of reports says. Never raises, whatever the mail holds."""
    try:
        mail = message_from_bytes(raw[:MOST])
        kind = mail.get_content_type() == "multipart/report" and str(mail.get_param("report-type", "")).lower()
        parts = [one for one in mail.get_payload() if isinstance(one, Mail)] if kind and mail.is_multipart() else []
        if kind not in {"delivery-status", "feedback-report"} or not parts:
            return NoReport(_what(mail))
        found = _bounced(parts) if kind == "delivery-status" else _complained(parts)
        if isinstance(found, NoReport):
            return found
        key = _key(mail, parts, secret_key)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return NoReport(f"a damaged mail ({type(error).__name__})")
    if key is None:
        return NoReport("a report about no mail of ours")
    return bounce_of(key, *found, now)


def bounce_of(key: str, kind: BounceKind, status: str, said: str, now: datetime) -> Bounce:
    """The bounce of a delivery; a second one of its kind is the same."""
    report = hashlib.sha256(f"{key} {kind}".encode()).hexdigest()
    return Bounce(report, kind, key, status, masked(said), now)


def refused(key: str, answer: str, now: datetime) -> Bounce | None:
    """What a server's refusal of the recipient means, `answer` as the ledger has it; None for any other answer."""
    code = re.match(r"recipient: (5\d\d)\b", answer)
    if code is None:
        return None
    status = _STATUS.search(answer)
    return bounce_of(key, *_weighed(status[1] if status else "5.0.0", answer), now)


def gone(status: str) -> bool:
    """Whether the address is no more, so that nothing should be sent to it again."""
    return status in _codes()["gone"]


def meaning(status: str) -> str:
    """A status in words (RFC 3463)."""
    tables = _codes()
    return next((found for table in ("gone", "ours", "hard") if (found := _longest(tables[table], status))), "it came back")


def _weighed(status: str, said: str) -> tuple[BounceKind, str, str]:
    ours, hard = _longest(_codes()["ours"], status), status.startswith("5")
    return (BounceKind.HARD if hard and not ours else BounceKind.SOFT), status, said


def _longest(table: Mapping[str, str], status: str) -> str | None:
    """What the table says of the status, or of its beginning."""
    pieces = status.split(".")
    return next((table[code] for end in (3, 2, 1) if (code := ".".join(pieces[:end])) in table), None)


@cache
def _codes() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = json.loads(
        files("cgtwatch.deliver").joinpath("data", "bounces.json").read_text("utf-8")
    )
    return tables


def _bounced(parts: list[Mail]) -> tuple[BounceKind, str, str] | NoReport:
    """The worst that is said of a recipient (RFC 3464 2.3)."""
    told = [
        (_field(group, "Action").lower(), *_status(group))
        for part in parts
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}
        for group in _groups(part)
        if group["Action"] is not None
    ]
    failed = [_weighed(status, said) for action, status, said in told if action == "failed" and status[0] in "45"]
    late = [(BounceKind.SOFT, status, said) for action, status, said in told if action == "delayed"]
    worst = sorted(failed, key=lambda one: one[0] is not BounceKind.HARD) + late
    return worst[0] if worst else NoReport("a report of a mail that went well")


def _status(group: Mail) -> tuple[str, str]:
    """Status and diagnosis; where the status says nothing (5.0.0), the diagnosis may."""
    said = _field(group, "Diagnostic-Code").partition(";")[2].strip()
    status, better = _STATUS.search(_field(group, "Status")), _STATUS.search(said)
    if better and (status is None or (status[1].endswith(".0.0") and better[1][0] == status[1][0])):
        status = better
    return (status[1] if status else "5.0.0"), said


def _complained(parts: list[Mail]) -> tuple[BounceKind, str, str] | NoReport:
    told = [
        _field(group, "Feedback-Type").lower()
        for part in parts
        if part.get_content_type() == "message/feedback-report"
        for group in _groups(part)
    ]
    if not told or told[0] not in _COMPLAINTS:
        return NoReport("a report that is no complaint")
    return BounceKind.COMPLAINT, "", told[0]


def _groups(part: Mail) -> list[Mail]:
    """The groups of fields that a part of a report consists of."""
    inside = part.get_payload()
    return [one for one in inside if isinstance(one, Mail)] if isinstance(inside, list) else []


def _field(group: Mail, name: str) -> str:
    return " ".join(str(group[name] or "").split())


def _key(mail: Mail, parts: list[Mail], secret_key: bytes) -> str | None:
    """The delivery that the report is about: by a good token, else by a Message-ID."""
    ids = []
    for text in _traces(mail, parts):
        for token in _TOKEN.findall(text):
            if (key := bounced_key(secret_key, token)) is not None:
                return key
        ids += [key for key, proof in _OWN_ID.findall(text) if hmac.compare_digest(proof, id_proof(secret_key, key))]
    return ids[0] if ids else None


def _traces(mail: Mail, parts: list[Mail]) -> Iterator[str]:
    yield from (str(value) for name in _WHERE_TO for value in mail.get_all(name, ()))
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            yield from (_field(group, "Original-Mail-From") for group in _groups(part))
        elif part.get_content_type() in _RETURNED:
            returned = _returned(part)
            yield from (_field(returned, name) for name in ("Return-Path", "Message-ID"))


def _returned(part: Mail) -> Mail:
    """The mail that came back, or its headers."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return next((one for one in inside if isinstance(one, Mail)), part)
    text = part.get_payload(decode=True)
    return message_from_string(text.decode("utf-8", "replace") if isinstance(text, bytes) else "")


def _what(mail: Mail) -> str:
    """Why a mail is no report."""
    automatic = _field(mail, "Auto-Submitted").lower()
    if automatic not in {"", "no"} or mail["X-Autoreply"] or _field(mail, "Precedence").lower() == "auto_reply":
        return "an automatic answer"
    return "no report: perhaps somebody's answer, or a bounce in free text"
