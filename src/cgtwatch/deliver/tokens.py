"""Signed links: tokens that say one thing for one purpose, and nothing to anybody who holds another."""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

from cgtwatch.model.subscription import Subscription

# Whoever holds the link to manage a subscription sees what it asks for and may end it: a forwarded mail shall not open it for ever.
MANAGED_FOR = timedelta(days=366)
CONFIRMED_WITHIN = timedelta(hours=48)
_MAC_BYTES = 18  # 144 bits, and no padding in base64
_KEY, _KEY_BYTES = re.compile(r"msg_([0-9a-f]{32})"), 16  # a delivery's key
_BOUNCE_MAC = 10  # bytes; a local part has 64 characters at most (RFC 5321 4.5.3.1.1)


def sign(secret_key: bytes, purpose: str, subject: str, expires: datetime | None = None) -> str:
    """A token for `subject` (such as a subscription's name) that `read` accepts for `purpose` alone; safe in a URL.

    Without `expires` it is good for ever, as unsubscribing must be (RFC 8058).
    """
    until = str(int(expires.timestamp())) if expires else ""
    body = f"{until}|{subject}".encode()
    return f"{_encode(body)}.{_encode(_mac(secret_key, purpose, body))}"


def read(secret_key: bytes, purpose: str, token: str, now: datetime) -> str | None:
    """The subject that a token was signed for; None where it is forged, damaged, for another purpose or expired at `now`."""
    coded, _, mac = token.partition(".")
    try:
        body, given = _decode(coded), _decode(mac)
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(given, _mac(secret_key, purpose, body)):
        return None
    until, _, subject = body.decode().partition("|")
    if until and now.astimezone(UTC).timestamp() >= int(until):
        return None
    return subject


def member(subscription: Subscription) -> str:
    """What an unsubscribe link speaks of: this subscription, and not a namesake made after it was removed."""
    born = int(subscription.created_at.timestamp()) if subscription.created_at else 0
    return f"{subscription.name} {born}"


def unsubscribe_url(public_url: str, secret_key: bytes, subscription: Subscription) -> str:
    """The address that ends a subscription: by POST at once (RFC 8058), by GET after asking."""
    return f"{public_url.rstrip('/')}/unsubscribe/{quote(sign(secret_key, 'unsubscribe', member(subscription)), safe='.-_')}"


def manage_url(public_url: str, secret_key: bytes, subscription: Subscription, now: datetime) -> str:
    """The page on which the reader sees and changes this subscription; good for a year from `now`."""
    return f"{public_url.rstrip('/')}/manage/{sign(secret_key, 'manage', member(subscription), now + MANAGED_FOR)}"


def confirm_url(public_url: str, secret_key: bytes, subscription: Subscription, now: datetime) -> str:
    """The page that asks whether a sign-up was meant; good for two days from `now`."""
    return f"{public_url.rstrip('/')}/confirm/{sign(secret_key, 'confirm', member(subscription), now + CONFIRMED_WITHIN)}"


def feed_url(public_url: str, secret_key: bytes, subscription: Subscription, form: str) -> str:
    """Where a subscription is read as a feed; `form` is `rss`, `atom` or `json`. Good until the subscription is removed."""
    return f"{public_url.rstrip('/')}/feeds/{sign(secret_key, 'feed', member(subscription))}.{form}"


def view_key(secret_key: bytes, page: str) -> str:
    """What opens one page (`/events/ID`, `/told?…`) to whoever has a mail with its link: the same for all readers, and for ever."""
    path, _, query = page.partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return _encode(_mac(secret_key, "view", f"{path}?{urlencode(pairs)}".encode()))


def view_page(secret_key: bytes, page: str) -> str:
    """The page with its key, as it stands in messages."""
    return f"{page}{'&' if '?' in page else '?'}key={view_key(secret_key, page)}"


def digest_page(public_url: str | None, secret_key: bytes, key: str, path: str = "/digests") -> str:
    """Where the digest of the delivery `key` is shown to whoever got it; empty where there is no page."""
    if not public_url:
        return ""
    return f"{public_url.rstrip('/')}{path}/{quote(key, safe='')}?key={view_key(secret_key, f'/digests/{key}')}"


def is_view_key(secret_key: bytes, page: str, key: str) -> bool:
    """Whether `key` is the one of that page."""
    return hmac.compare_digest(key.encode(), view_key(secret_key, page).encode())


def bounce_sender(address: str, secret_key: bytes, key: str) -> str:
    """The envelope's sender of a delivery's mail, `NAME+TOKEN@HOST`: whoever reports about the mail sends the token back.

    The token holds the key and is signed; in base32, since servers may change the case of an address. `address` itself for a
    key that is none of ours.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return address
    name, _, host = address.rpartition("@")
    digits = bytes.fromhex(found[1])
    token = base64.b32encode(digits + _mac(secret_key, "bounce", digits)[:_BOUNCE_MAC]).rstrip(b"=").decode().lower()
    return f"{name}+{token}@{host}"


def bounced_key(secret_key: bytes, token: str) -> str | None:
    """The delivery that a token of `bounce_sender` was made for; None where it is forged or damaged."""
    try:
        data = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (ValueError, binascii.Error):
        return None
    digits, given = data[:-_BOUNCE_MAC], data[-_BOUNCE_MAC:]
    good = len(digits) == _KEY_BYTES and hmac.compare_digest(given, _mac(secret_key, "bounce", digits)[:_BOUNCE_MAC])
    return f"msg_{digits.hex()}" if good else None


def id_proof(secret_key: bytes, key: str) -> str:
    """What a mail's Message-ID holds beside the delivery's key, which others may work out: it shows that somebody has the mail."""
    return base64.b32encode(_mac(secret_key, "message-id", key.encode())[:_BOUNCE_MAC]).decode().lower()


def _mac(secret_key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.new(secret_key, b"token:" + purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC_BYTES]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)
