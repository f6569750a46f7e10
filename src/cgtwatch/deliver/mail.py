"""A message as mail: one body with holes for all its readers, and for each of them the few lines that fill these.

Building a digest with `email` takes milliseconds, the lines of a reader microseconds: a digest may go to thousands. Bodies are
base64, which is 1.45 times smaller than the standard library's choice for Chinese, has short lines and survives servers
without 8BITMIME.
"""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from cgtwatch.deliver.tokens import unsubscribe_url
from cgtwatch.deliver.wording import say
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import Message, Payload
from cgtwatch.model.subscription import Subscription
from cgtwatch.text.clean import one_line

ANCHOR = "<!--unsubscribe-->"  # where `compose` leaves room; nothing from a source can hold it, since all of that is escaped
_LINE = 57  # bytes that make a line of 76 characters (RFC 2045 6.8)
_SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """What differs between two copies of one mail."""

    address: str
    key: str  # of the delivery
    unsubscribe: str = ""  # link; empty: none is offered
    subscription: str = ""  # its name; empty: the operator's alarms


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
    def link(self) -> str:
        return f"https://{self.seed}.invalid/"

    @property
    def text(self) -> str:
        return f"text-{self.seed}"

    @property
    def html(self) -> str:
        return f"html-{self.seed}"


class Mould:
    """One message made ready for any number of recipients; all whose links are of one kind share one body."""

    def __init__(self, message: Message, mail_from: str) -> None:
        self.message = message
        self._domain = domain(mail_from)
        whole = f"{message.subject}\0{message.text}\0{message.html}".encode("utf-8", "replace")
        self._holes = _Holes(hashlib.sha256(whole + message.calendar).hexdigest()[:20])
        self._bodies: dict[str, bytes] = {}
        self._mail_from = mail_from
        self._label = html.escape(say(message.language, "unsubscribe"))
        self._line = say(message.language, "unsubscribe_line")

    def payload(self, to: Recipient) -> Payload:
        """The shared body and what `to` has in its holes; filled it is the whole mail, lines ending in CRLF (RFC 5322)."""
        way, holes = to.unsubscribe.partition(":")[0], self._holes
        fillings = {
            holes.id: message_id(to.key, self._domain),
            holes.list: list_id(to.subscription, self._domain),
        }
        if way:
            page = f'<a href="{html.escape(to.unsubscribe)}" class="accent" style="color:#0b6b68;">{self._label}</a>'
            fillings[holes.link] = to.unsubscribe
            fillings[holes.text] = _lines(f"\n{self._line}{to.unsubscribe}\n")
            fillings[holes.html] = _lines(page)
        fillings[holes.to] = to.address  # last: what a reader wrote is not searched for holes
        return Payload(self._body(way), "message/rfc822", fillings=fillings)

    def _body(self, way: str) -> bytes:
        """The mail with holes; `way` is the scheme of the unsubscribe link, empty where none is offered."""
        if way not in self._bodies:
            self._bodies[way] = _pressed(self.message, self._mail_from, self._holes, way)
        return self._bodies[way]


def _pressed(message: Message, mail_from: str, holes: _Holes, way: str) -> bytes:
    """Text and page stand in base64 around their holes, which are lines of their own, so that any lines of base64 fit in."""
    mail = _skeleton(message, mail_from, holes, way)
    text = _lines(message.text)
    head, found, tail = message.html.rpartition(ANCHOR)
    page = [_lines(part) for part in ((head, tail) if found else (message.html,))]
    if way:
        text = f"{text}\r\n{holes.text}"
        page.insert(1, holes.html)
    # The marks stand alone in their parts and nowhere else, see `_Holes`.
    mail = mail.replace(holes.html.encode(), "\r\n".join(filter(None, page)).encode())
    return mail.replace(holes.text.encode(), text.encode(), 1)


def message_id(key: str, where: str) -> str:
    """`ID@DOMAIN` of a delivery's mail, the same at every attempt; a key that is no plain word is hashed."""
    plain = key if _SAFE_KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"{plain}.cgtwatch@{where}"


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


def _skeleton(message: Message, mail_from: str, holes: _Holes, way: str) -> bytes:
    """The mail with holes; `way` is the scheme of the unsubscribe link. `email` refuses line breaks in headers by itself."""
    name, address = parseaddr(mail_from)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(one_line(name), addr_spec=address)
    mail["To"] = holes.to
    mail["Subject"] = one_line(message.subject, 250) or "-"
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{holes.id}>"
    mail["List-Id"] = f"<{holes.list}>"  # RFC 2919
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail["X-Auto-Response-Suppress"] = "All"
    if way:
        mail["List-Unsubscribe"] = f"<{holes.link}>"  # RFC 2369
    if way == "https":
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, for HTTPS alone
    mail.set_content(holes.text)
    mail.add_alternative(holes.html, subtype="html")
    mail["Content-Language"] = "zh-CN" if message.language == "zh" else "en"  # last: `email` moves Content- fields to parts
    mail.set_boundary(f"=_{holes.seed}")
    for part in mail.iter_parts():
        part.replace_header("Content-Transfer-Encoding", "base64")
        part.set_param("charset", "utf-8")
    return bytes(mail)


def _lines(text: str) -> str:
    """Lines of base64 that can stand between others: blanks fill up to a multiple of three bytes, so that no padding ends them."""
    canonical = text.replace("\r\n", "\n").replace("\n", "\r\n")  # RFC 2046 4.1.1
    data = canonical.encode("utf-8", "replace")
    data += b" " * (-len(data) % 3)
    return "\r\n".join(base64.b64encode(data[start : start + _LINE]).decode() for start in range(0, len(data), _LINE))


class Press:
    """Freezes messages into mails for a channel; the mould of the last message is kept for its next recipient."""

    def __init__(self, mail_from: str, secret_key: bytes, public_url: str | None) -> None:
        if "@" not in parseaddr(mail_from)[1]:
            raise ConfigError([f"CGTWATCH_MAIL_FROM: {mail_from!r} is no mail address; write NAME <watch@example.org>"])
        self._mail_from, self._secret_key, self._public_url = mail_from, secret_key, public_url
        self._last: Mould | None = None

    def payload(self, message: Message, subscription: Subscription, key: str) -> Payload:
        """The mail of one delivery. Alarms, and anything that belongs to no subscription, offer no unsubscribing."""
        mould = self._last
        if mould is None or mould.message is not message:
            mould = self._last = Mould(message, self._mail_from)
        link, name = "", "" if message.kind == "source.alarm" else subscription.name
        if self._public_url and name:
            link = unsubscribe_url(self._public_url, self._secret_key, subscription)
        address = subscription.target if "@" in subscription.target else parseaddr(self._mail_from)[1]
        return mould.payload(Recipient(address, key, link, name))
