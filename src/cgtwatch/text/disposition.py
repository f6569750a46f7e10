"""The file name that an answer gives itself: Content-Disposition (RFC 6266, RFC 8187)."""

import re
from urllib.parse import unquote_to_bytes

from cgtwatch.text.clean import one_line

_LONGEST = 200
_EXTENDED = re.compile(r"filename\*\s*=\s*(?P<charset>[\w\-]*)'[^']*'(?P<value>[^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"(?P<value>(?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r"filename\s*=\s*(?P<value>[^;]+)", re.IGNORECASE)


def offered_name(header: str | None) -> str:
    """The name in a header's value, without any path; empty where it offers none. Never raises.

    `filename*` counts before `filename` (RFC 6266, 4.3). Chinese servers send raw UTF-8 or GBK, which arrives as Latin-1, or
    percent-encode a plain `filename`; both are read as they are meant.
    """
    if not header:
        return ""
    extended = _EXTENDED.search(header)
    if extended:
        return _tidy(_decoded(unquote_to_bytes(extended["value"]), extended["charset"]))
    found = _QUOTED.search(header) or _BARE.search(header)
    if not found:
        return ""
    value = re.sub(r"\\(.)", r"\1", found["value"]).strip()
    if re.search(r"%[0-9A-Fa-f]{2}", value):
        return _tidy(_decoded(unquote_to_bytes(value), ""))
    try:
        return _tidy(_decoded(value.encode("latin-1"), ""))
    except UnicodeEncodeError:
        return _tidy(value)


def _decoded(raw: bytes, charset: str) -> str:
    for name in (charset, "utf-8", "gb18030"):
        try:
            return raw.decode(name) if name else raw.decode("utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _tidy(name: str) -> str:
    return one_line(re.split(r"[/\\]", name)[-1], _LONGEST).strip(". ")
