"""Which addresses may stand in a message."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

_LONGEST = 2000
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")


def safe_link(url: str) -> str:
    """`url` as it may stand in a message: http or https with a host, in plain ASCII (RFC 3986); empty for anything else.

    Addresses with a user name are refused too: `https://nmpa.gov.cn@evil.example/` reads as what it is not.
    """
    url = url.strip()
    if len(url) > _LONGEST or _UNSAFE.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode() if not (parts.hostname or "").isascii() else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one too
        return ""
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        return ""
    where = f"[{host}]" if ":" in host else host
    kept = "%/:?@!$&()*+,;=~-._'"
    path, query, fragment = (quote(part, safe=kept).replace("'", "%27") for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme.lower(), where + port, path, query, fragment))
