"""What the doctor says of delivery: each way is tried as far as it goes without a message being sent."""

import ssl
import time

from cgtwatch.compose.own import OwnTemplates
from cgtwatch.config.settings import Settings
from cgtwatch.deliver.mail.email import make_signer
from cgtwatch.deliver.mail.postbox import knock
from cgtwatch.deliver.mail.press import domain
from cgtwatch.deliver.mail.smtp import Server, not_begun, open_session, read_server
from cgtwatch.model.delivery import DeliveryState, SendOutcome
from cgtwatch.model.subscription import Status
from cgtwatch.pipeline.templating import try_all
from cgtwatch.select import alarm_target, shown_target
from cgtwatch.store import open_store, state_of

PATIENCE = 5.0  # seconds for each step of a server, since a person waits

_REACH = "check host and port, and whether a firewall lets this machine through"
_TRUST = "name the bundle of its authority in SSL_CERT_FILE, or take the host name for which its certificate was made"
_AGAIN = (
    "`cgtwatch subscriptions list` names them, `show NAME` says why; `change NAME --to` gives another address, `resume NAME` begins "
    "again, `remove NAME` ends it"
)


def mail(settings: Settings) -> tuple[str, str]:
    """Greeting, encryption and log-in of the mail server; no mail is sent."""
    if settings.smtp_url is None:
        return "no SMTP server: mail goes to the local mailbox", ""
    server, began = read_server(settings.smtp_url), time.monotonic()
    opened = open_session(server, domain(settings.mail_from), _tls(settings), PATIENCE)
    where = f"{server.host}:{server.port}"
    if isinstance(opened, SendOutcome):
        answer = opened.answer.removeprefix(not_begun("").answer)
        return f"{where}: {answer}", _mend(answer, server)
    size = f", takes mails up to {opened.largest // 1_000_000} MB" if opened.largest else ""
    opened.close()
    how = {"plain": "not encrypted", "tls": "encrypted", "starttls": "encrypted by STARTTLS"}[server.secure]
    who = "logged in" if server.user else "no log-in"
    return f"{where} answers in {time.monotonic() - began:.1f} s: {how}, {who}{size}", ""


def _mend(answer: str, server: Server) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in answer:
        return _TRUST
    if answer.startswith("log-in:"):
        return "check user and password in CGTWATCH_SMTP_URL, with %40 for an @ and %3A for a colon"
    if answer.startswith("tls:"):
        return "take smtps://HOST:465, or smtp://HOST:25 without a password"
    if "SSL" in answer and server.secure == "tls":
        return "the port speaks no TLS from the first byte: take smtp+starttls://HOST:587"
    if answer.startswith("greeting:"):
        return "the server does not want this machine: ask who runs it"
    return f"CGTWATCH_SMTP_URL: {_REACH}"


def alarms(settings: Settings) -> tuple[str, str]:
    """Where the operator hears of trouble."""
    channel, target = alarm_target(settings.operator)
    if channel == "maildir":
        return f"go into the local mailbox, {settings.data_dir / 'mailbox'}; CGTWATCH_OPERATOR names another place", ""
    doubt = "; those about the mail server itself cannot arrive there" if channel == "email" and settings.smtp_url else ""
    return f"go to {shown_target(channel, target)} ({channel}){doubt}", ""


def dkim(settings: Settings) -> tuple[str, str]:
    """Whether mails are signed here, and for the domain that sends them."""
    if settings.dkim is None:
        return "mails are not signed here", ""
    make_signer(settings.dkim)
    signing, sender = settings.dkim[0], domain(settings.mail_from)
    if sender != signing and not sender.endswith(f".{signing}"):
        return f"mails from {sender} are signed for {signing}", (
            "set CGTWATCH_DKIM_DOMAIN to the domain of CGTWATCH_MAIL_FROM: receivers do not count another one's signature (DMARC)"
        )
    return f"mails are signed for {signing}; the public key belongs at {settings.dkim[1]}._domainkey.{signing}", ""


def bounces(settings: Settings) -> tuple[str, str]:
    """Whether reports about mails are read, and whether their mailbox can be opened."""
    ways = [name for name, there in (("mailbox", settings.bounce_mailbox), ("POST /api/bounces", settings.bounce_token)) if there]
    if settings.bounce_address and not ways:
        mend = "set CGTWATCH_BOUNCE_MAILBOX or CGTWATCH_BOUNCE_TOKEN"
        return "mails name CGTWATCH_BOUNCE_ADDRESS for reports, and nobody reads them", mend
    if settings.bounce_mailbox is None:
        return f"reports come by {ways[0]}" if ways else "reports about mails that come back are not read", ""
    found = knock(settings.bounce_mailbox, _tls(settings), PATIENCE)
    if not found.trouble:
        return f"the mailbox can be opened; {found.read} new", ""
    mend = "check user, password and folder, with %40 for an @ and %3A for a colon"
    if "CERTIFICATE_VERIFY_FAILED" in found.trouble:
        mend = _TRUST
    elif not found.trouble.startswith("error") or settings.bounce_mailbox.startswith("maildir:"):
        mend = "make the folder readable and writable" if settings.bounce_mailbox.startswith("maildir:") else _REACH
    return f"the mailbox cannot be opened: {found.trouble}", f"CGTWATCH_BOUNCE_MAILBOX: {mend}"


def deliveries(settings: Settings) -> tuple[str, str]:
    """What waits for a word of the operator: messages given up or perhaps taken, subscriptions that were switched off by us."""
    if state_of(settings.database_url) != "current":
        return "none yet", ""
    store = open_store(settings.database_url, readonly=True)
    try:
        counts, readers = store.unsettled(), store.subscriptions()
    finally:
        store.close()
    dead, unknown = counts[DeliveryState.DEAD], counts[DeliveryState.UNKNOWN]
    off = sum(one.status is Status.DISABLED for one in readers)
    paused = sum(one.status is Status.PAUSED and one.note != "" for one in readers)
    troubles = (
        (dead, "dead letters", "`cgtwatch deliveries list --state dead`, then `redeliver KEY` or `resolve KEY --as cancelled`"),
        (
            unknown,
            "unknown outcomes",
            "`cgtwatch deliveries list --state unknown`, then `redeliver KEY` or `resolve KEY --as sent`",
        ),
        (off, "subscriptions switched off (their target is gone)", _AGAIN),
        (paused, "subscriptions paused after bounces or complaints", _AGAIN),
    )
    there = [(f"{count} {what}", mend) for count, what, mend in troubles if count]
    if not there:
        return "nothing needs a word", ""
    return ", ".join(found for found, _ in there), "; ".join(dict.fromkeys(mend for _, mend in there))


def page(settings: Settings) -> tuple[str, str]:
    """Under which address readers reach the page, and what they lack without one."""
    if settings.public_url is None:
        return "CGTWATCH_PUBLIC_URL is not set: mails have no one-click unsubscribing, messages no link to the page", ""
    return f"readers reach the page at {settings.public_url}", ""


def sign_up(settings: Settings) -> tuple[str, str]:
    """Whether readers may sign up themselves."""
    if not settings.signup:
        return "off", ""
    if settings.smtp_url is None:
        return "on, but mails that ask for confirmation go to the local mailbox", "set CGTWATCH_SMTP_URL, or CGTWATCH_SIGNUP=off"
    return f"on, at {settings.public_url}/subscribe", ""


def templates(settings: Settings) -> tuple[str, str]:
    """Whether each message can be composed with the user's own templates."""
    if settings.templates is None:
        return "the shipped ones", ""
    troubles = try_all(OwnTemplates(settings.templates))
    if troubles:
        told = "; ".join(f"{one.what}: {one.why}" for one in troubles[:3])
        return (
            f"{settings.templates}: {told}",
            "mend them (the shipped ones speak meanwhile); `cgtwatch templates check` shows all",
        )
    return f"{settings.templates}: every message can be composed", ""


def _tls(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)
