"""Mails as servers send them back, written here after RFC 3464 and RFC 5965."""

from cgtwatch.deliver.tokens import bounce_sender, id_proof
from deliver.senders import SECRET_KEY

KEY = "msg_" + "5f" * 16
ADDRESS = "bounces@cgt.example"


def lines(*text: str) -> bytes:
    return "\r\n".join([*text, ""]).encode()


def envelope(key: str = KEY, secret: bytes = SECRET_KEY) -> str:
    return bounce_sender(ADDRESS, secret, key)


def bounce(
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 <mei@example.org>: user unknown",
    *,
    to: str | None = None,
    key: str = KEY,
    returned: str = "text/rfc822-headers",
) -> bytes:
    """A server's word about the mail of the delivery `key`."""
    return lines(
        "From: MAILER-DAEMON@mx.example",
        f"To: {envelope(key) if to is None else to}",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        "",
        "--b1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "I'm sorry to have to inform you that your message could not be delivered.",
        "--b1",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "X-Postfix-Queue-ID: 4FqX",
        "",
        "Final-Recipient: rfc822; mei@example.org",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        "--b1",
        f"Content-Type: {returned}",
        "",
        "Return-Path: <watch@cgt.example>",
        "From: watch@cgt.example",
        f"Message-ID: <{key}.{id_proof(SECRET_KEY, key)}.cgtwatch@cgt.example>",
        "Subject: digest",
        "",
        "--b1--",
    )


def complaint(kind: str = "abuse", *, key: str = KEY) -> bytes:
    """A mailbox provider's word that a reader called the mail spam."""
    return lines(
        "From: feedback@provider.example",
        "To: fbl@cgt.example",
        "Subject: FW: digest",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b1"',
        "",
        "--b1",
        "Content-Type: text/plain",
        "",
        "This is an email abuse report.",
        "--b1",
        "Content-Type: message/feedback-report",
        "",
        f"Feedback-Type: {kind}",
        "User-Agent: SomeGenerator/1.0",
        "Version: 1",
        f"Original-Mail-From: <{envelope(key)}>",
        "",
        "--b1",
        "Content-Type: message/rfc822",
        "",
        "From: watch@cgt.example",
        f"Message-ID: <{key}.{id_proof(SECRET_KEY, key)}.cgtwatch@cgt.example>",
        "",
        "the digest",
        "--b1--",
    )


VACATION = lines(
    "From: mei@example.org",
    f"To: {envelope()}",
    "Auto-Submitted: auto-replied",
    "Subject: On leave",
    "",
    "Back on Monday. 550 5.1.1",
)
FREE_TEXT = lines("From: MAILER-DAEMON@old.example", f"To: {envelope()}", "Subject: failure notice", "", "550 5.1.1 unknown user")
