"""A message as mail: one body with holes for all its readers, and for each of them the few lines that fill these.

Building a digest with `email` takes milliseconds, the lines of a reader microseconds: a digest may go to thousands. Bodies are
base64, which is 1.45 times smaller than the standard library's choice for Chinese, has short lines and survives servers
without 8BITMIME.
"""

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parseaddr
from typing import Any

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.deliver.mail.mime import attachment, base64_lines, header, leaf, mailbox, multipart, unstructured
from cgtwatch.deliver.tokens import digest_page, id_proof, manage_url, member, unsubscribe_url
from cgtwatch.deliver.wording import say
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.subscription import Subscription
from cgtwatch.text.clean import one_line

ANCHOR = "<!--unsubscribe-->"  # where `compose` leaves room; nothing from a source can hold it, since all of that is escaped
CALENDAR = "deadlines.ics"
_SERIES = frozenset({"digest.created", "event.alert"})  # what a subscription is for; confirmations and alarms stand alone
_LONGEST_LINK = 900  # characters; a line has 998 (RFC 5322 2.1.1)
_SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}")
_ADDRESS = re.compile(r"[\x21-\x7e]+@[A-Za-z0-9.:\[\]-]+")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of an installation have in common."""

    sender: str  # NAME <ADDRESS>
    reply_to: str | None = None
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """What differs between two copies of one mail."""

    address: str
    key: str  # of the delivery
    unsubscribe: str = ""  # link; empty: none is offered
    manage: str = ""  # link to the page beside it
    subscription: str = ""  # its name; empty: the operator's alarms
    root: str = ""  # what its series hangs from, see `root_id`
    proof: str = ""  # see `id_proof`
    page: str = ""  # link to the page that shows this delivery


@dataclass(frozen=True, slots=True)
class _Holes:
    """Marks that the recipient's lines replace. They hold a hash of the whole message, so that no title can hold one of them."""

    seed: str

    @property
    def to(self) -> str:
        return f"to@{self.seed}.invalid"

    @property
    def id(self) -> str:
        return f"id@{self.seed}.invalid"

    @property
    def list(self) -> str:
        return f"list.{self.seed}.invalid"

    @property
    def root(self) -> str:
        return f"root@{self.seed}.invalid"

    @property
    def link(self) -> str:
        return f"https://{self.seed}.invalid/"

    @property
    def page(self) -> str:
        return f"https://page.{self.seed}.invalid/"

    @property
    def text(self) -> str:
        return f"text-{self.seed}"

    @property
    def html(self) -> str:
        return f"html-{self.seed}"


class Mould:
    """One message made ready for any number of recipients; all whose links are of one kind share one body."""

    def __init__(self, message: Message, letterhead: Letterhead) -> None:
        self.message = message
        self._letterhead = letterhead
        self._domain = domain(letterhead.sender)
        whole = f"{message.subject}\0{message.text}\0{message.html}".encode("utf-8", "replace")
        self._holes = _Holes(hashlib.sha256(whole + message.calendar).hexdigest()[:20])
        self._bodies: dict[str, bytes] = {}
        self.act = act_of(message)

    def payload(self, to: Recipient) -> Payload:
        """The shared body and what `to` has in its holes; filled it is the whole mail, lines ending in CRLF (RFC 5322)."""
        way, holes = to.unsubscribe.partition(":")[0], self._holes
        fillings = {holes.id: message_id(to.key, self._domain, to.proof), holes.list: list_id(to.subscription, self._domain)}
        if self.message.kind in _SERIES:
            fillings[holes.root] = f"{to.root or 'series'}.cgtwatch@{self._domain}"
            if self._letterhead.public_url:
                shared = str(self.message.data.get("whole") or "")  # the page of all who are told the same
                fillings[holes.page] = shared if 0 < len(shared) <= _LONGEST_LINK else to.page
        if way:
            links = [(name, link) for name, link in (("manage", to.manage), ("unsubscribe", to.unsubscribe)) if link]
            lines = [f"{say(self.message.language, f'{name}_line')}{link}\n" for name, link in links]
            fillings[holes.link] = to.unsubscribe
            fillings[holes.text] = base64_lines("\n" + "".join(lines))
            fillings[holes.html] = base64_lines(
                " · ".join(_anchor(say(self.message.language, name), link) for name, link in links)
            )
        fillings[holes.to] = to.address  # last: what a reader wrote is not searched for holes
        return Payload(self._body(way), "message/rfc822", fillings=fillings)

    def _body(self, way: str) -> bytes:
        """The mail with holes; `way` is the scheme of the unsubscribe link, empty where none is offered."""
        if way not in self._bodies:
            self._bodies[way] = _pressed(self.message, self._letterhead, self._holes, way)
        return self._bodies[way]


def _pressed(message: Message, letterhead: Letterhead, holes: _Holes, way: str) -> bytes:
    """The mail with its holes; those in the parts are lines of their own, so that any lines of base64 fit in."""
    head, found, tail = message.html.rpartition(ANCHOR)
    text = [base64_lines(message.text)]
    page = [base64_lines(part) for part in ((head, tail) if found else (message.html,))]
    if way:
        text.append(holes.text)
        page.insert(1, holes.html)
    language = header("Content-Language", "zh-CN" if message.language == "zh" else "en")
    parts = [
        leaf(f"text/{kind}; charset=utf-8", "\r\n".join(filter(None, one))) for kind, one in (("plain", text), ("html", page))
    ]
    if not message.calendar:
        return (_head(message, letterhead, holes, way) + multipart("alternative", f"=_{holes.seed}", parts, language)).encode(
            "ascii"
        )
    inner = multipart("alternative", f"=_a{holes.seed}", parts)
    file = attachment("text/calendar; method=PUBLISH; charset=utf-8", message.calendar, CALENDAR)
    return (_head(message, letterhead, holes, way) + multipart("mixed", f"=_m{holes.seed}", [inner, file], language)).encode(
        "ascii"
    )


def _head(message: Message, letterhead: Letterhead, holes: _Holes, way: str) -> str:
    lines = [
        mailbox("From", letterhead.sender),
        header("To", holes.to),
        mailbox("Reply-To", letterhead.reply_to) if letterhead.reply_to else "",
        unstructured("Subject", one_line(message.subject, 250) or "-"),
        header("Date", format_datetime(message.created_at)),
        header("Message-ID", f"<{holes.id}>"),
        # A series is one thread: a root that was never sent, which mail programs show as the place the series hangs from.
        *([header(name, f"<{holes.root}>") for name in ("In-Reply-To", "References")] if message.kind in _SERIES else []),
        header("List-Id", f"<{holes.list}>"),  # RFC 2919
        header("Auto-Submitted", "auto-generated"),  # RFC 3834
        header("X-Auto-Response-Suppress", "All"),
        header("List-Unsubscribe", f"<{holes.link}>") if way else "",  # RFC 2369
        # RFC 8058, for HTTPS alone
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") if way == "https" else "",
        header("Archived-At", f"<{holes.page}>") if letterhead.public_url and message.kind in _SERIES else "",  # RFC 5064
        header("MIME-Version", "1.0"),
    ]
    return "".join(lines)


def _anchor(label: str, link: str) -> str:
    return f'<a href="{html.escape(link)}" class="accent" style="color:#0b6b68;">{html.escape(label)}</a>'


def message_id(key: str, where: str, proof: str = "") -> str:
    """`ID@DOMAIN` of a delivery's mail, the same at every attempt; a key that is no plain word is hashed."""
    plain = key if _SAFE_KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"{plain}.{proof}.cgtwatch@{where}" if proof else f"{plain}.cgtwatch@{where}"


def act_of(message: Message) -> str:
    """The thread of the one act that an alert is about; empty for anything else."""
    threads = {str(event.get("thread") or "") for event in _events(message)} if message.kind == "event.alert" else set()
    return threads.pop() if len(threads) == 1 else ""


def root_id(act: str, subscription: Subscription) -> str:
    """What the mails of a subscription hang from, so that mail programs show them as one conversation (RFC 5322 3.6.4).

    Alerts about one `act` hang from that act: its draft, final text and amendments are one conversation.
    """
    return "series-" + hashlib.sha256(f"{member(subscription)}\n{act}".encode()).hexdigest()[:24]


def _events(message: Message) -> Iterable[Mapping[str, Any]]:
    return [one for one in message.data.get("events") or () if isinstance(one, Mapping)]


def list_id(subscription: str, where: str) -> str:
    """What a subscription's mails have in common, for readers who sort by it; alarms are the list `operator` (RFC 2919 3).

    Ids are compared without case, so a name that is no plain slug keeps what is plain of it and gets a hash of the whole.
    """
    if not subscription:
        return f"operator.cgtwatch.{where}"
    slug = re.sub(r"[^a-z0-9]+", "-", subscription.lower()).strip("-")[:40]
    if slug != subscription or slug == "operator":
        slug = f"{slug or 'list'}-{hashlib.sha256(subscription.encode()).hexdigest()[:8]}"
    return f"{slug}.cgtwatch.{where}"


def domain(mail_from: str) -> str:
    """The domain of the sender, for ids and greetings."""
    return parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"


class Press:
    """Freezes messages into mails for a channel; the mould of the last message is kept for its next recipient."""

    def __init__(self, parts: ChannelParts) -> None:
        address = parseaddr(parts.mail_from)[1]
        if not _ADDRESS.fullmatch(address):
            raise ConfigError([f"CGTWATCH_MAIL_FROM: {parts.mail_from!r} is no mail address; write NAME <watch@example.org>"])
        self._letterhead = Letterhead(parts.mail_from, parts.reply_to, parts.public_url)
        self._secret_key, self._public_url, self._address = parts.secret_key, parts.public_url, address
        self._last: Mould | None = None

    def payload(self, message: Message, subscription: Subscription, key: str) -> Payload:
        """The mail of one delivery. Alarms, and anything that is no part of what was subscribed to, offer no unsubscribing."""
        mould = self._last
        if mould is None or mould.message is not message:
            mould = self._last = Mould(message, self._letterhead)
        link, page, name = "", "", "" if message.kind == "source.alarm" else subscription.name
        if self._public_url and name and message.kind in _SERIES:
            link = unsubscribe_url(self._public_url, self._secret_key, subscription)
            page = manage_url(self._public_url, self._secret_key, subscription, message.created_at)
        address = subscription.target if "@" in subscription.target else self._address
        proof = id_proof(self._secret_key, key)
        own = digest_page(self._public_url, self._secret_key, key)
        return mould.payload(Recipient(address, key, link, page, name, root_id(mould.act, subscription), proof, own))
