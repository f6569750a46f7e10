"""Mails signed by ourselves (DKIM, RFC 6376), for servers that do not sign on the way out; needs the extra `dkim`."""

from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import dkim

from cgtwatch.errors import ConfigError

# What a reader sees, what sorts mails, and the pair by which RFC 8058 4 asks for a signature.
SIGNED = (
    *("from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type"),
    *("content-language", "auto-submitted", "list-id", "list-unsubscribe", "list-unsubscribe-post", "archived-at"),
)
_ONCE_MORE = frozenset({"from", "to", "reply-to", "subject", "date", "message-id", "content-type"})  # RFC 6376 8.15: a second one
_CANONICAL = (b"relaxed", b"simple")  # bodies are short ASCII lines, which no server has a reason to touch


class Signer:
    """Signs for one domain. Raises `ConfigError` where the key is none."""

    def __init__(self, domain: str, selector: str, key: Path) -> None:
        self._domain, self._selector = domain.encode("ascii"), selector.encode("ascii")
        try:
            self._key = key.read_bytes()
            self.signed(b"From: a@b\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n\r\n")
        except OSError as error:
            raise ConfigError([f"CGTWATCH_DKIM_KEY: {key} cannot be read ({error.strerror}); mend its path or rights"]) from error
        except (dkim.DKIMException, ValueError, KeyError, IndexError, TypeError) as error:
            mend = "make one with `openssl genrsa -out dkim.pem 2048`, and publish its public half"
            raise ConfigError([f"CGTWATCH_DKIM_KEY: {key} holds no RSA key in PEM form without a password; {mend}"]) from error

    def signed(self, mail: bytes) -> bytes:
        """The mail below its signature. The time of signing is the mail's own date, so every attempt has the same bytes."""
        signing = _Dated(mail)
        there = Counter(name.decode("ascii", "replace").lower() for name, _ in signing.headers)
        names = [name for name in SIGNED for _ in range(there[name] + (name in _ONCE_MORE))]
        signature: bytes = signing.sign(
            self._selector, self._domain, self._key, canonicalize=_CANONICAL, include_headers=[name.encode() for name in names]
        )
        return signature + mail


class _Dated(dkim.DKIM):  # type: ignore[misc,unused-ignore]
    """Signs as of the mail's date; the library takes the clock's."""

    def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any, **more: Any) -> bytes:  # noqa: ANN401 - as the library has it
        when = str(int(_date(self.headers).timestamp())).encode("ascii")
        fields = [(name, when if name == b"t" else value) for name, value in fields]
        made: bytes = super().gen_header(fields, *rest, **more)
        return made


def _date(headers: list[tuple[bytes, bytes]]) -> datetime:
    found = next(value for name, value in headers if name.lower() == b"date")
    return parsedate_to_datetime(found.decode("ascii").strip()).astimezone(UTC)
