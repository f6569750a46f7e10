"""Addresses: which links may be followed, and when two of them mean the same page (RFC 3986)."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_LONGEST = 4096
_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|_ga|_gl|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ttclid|mc_cid|mc_eid|"
    r"_hsenc|_hsmi|mkt_tok|vero_id|spm|scm|share_\w+|sharer?|wfr|xhsshare|sudaref|isappinstalled|nsukey|"
    r"phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|sessionid|session_id|session|sid|cfid|cftoken|zenid|"
    r"_t|_ts|timestamp|rand|random|nocache|cachebuster|cb)",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#;]*", re.IGNORECASE)
_DIRTY = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\u2028-\u202e\ufeff]+")
_UNSAFE = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
# An address as most are printed: nothing to resolve, to escape or to drop. `urlsplit` and back cost ten times this look.
_ADDRESS = r"https?://(?![^/]*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9](?::(?!80/|443/)(?:[1-5]\d{4}|[1-9]\d{0,3}))?/(?!\.)(?:[A-Za-z0-9_~.\-]|/(?!\.))*"
_PLAIN = re.compile(_ADDRESS)
_ASKED = re.compile(_ADDRESS + r"(?:\?[A-Za-z0-9_~.\-=&%+/]+)?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def join(base: str, link: str) -> str | None:
    """`link` as an absolute address, seen from `base`; None where it leads nowhere we would go.

    Only http and https are followed, and file from a file. Blanks and control characters are dropped at the ends and
    inside a scheme, as browsers do, so that `java\\nscript:` is seen for what it is.
    """
    link = link.strip().strip("\x00\u200b\ufeff")
    if len(link) <= _LONGEST and _ASKED.fullmatch(link):
        return link
    if not link or len(link) > _LONGEST:
        return None
    head, colon, tail = link.partition(":")
    if colon and "/" not in head:
        link = f"{_DIRTY.sub('', head)}:{tail}"
    link = re.sub(r"[\r\n\t]", "", link)
    try:
        parts = urlsplit(urljoin(base, link.replace("\\", "/")))
        base_scheme = urlsplit(base).scheme.lower()
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    if parts.scheme in _PORTS:
        if not parts.hostname or "@" in parts.netloc:
            return None
    elif parts.scheme != "file" or base_scheme != "file":
        return None
    return _UNSAFE.sub(lambda found: quote(found.group(), safe="", errors="replace"), urlunsplit(parts))


@lru_cache(maxsize=4096)  # an entry's address is looked at several times in one visit
def normalise(url: str) -> str:
    """The address by which a page is known again: tracking and session parameters gone, query sorted, fragment gone.

    A fragment that is itself an address (`#/detail/7`, `#!…`: pages drawn by script) stays. Idempotent; what is no
    address comes back stripped.
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return url.strip()
    if not parts.scheme or (not host and parts.scheme in _PORTS):
        return url.strip()
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None or port == _PORTS.get(parts.scheme) else f"{host}:{port}"
    path = _dotless(_even(_PATH_SESSION.sub("", parts.path))) or ("/" if netloc else "")
    fragment = _even(parts.fragment) if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit((parts.scheme, netloc, path, _query(parts.query), fragment))


def without_query(url: str) -> str:
    """The normalised address without its query and fragment."""
    url = normalise(url)
    if _PLAIN.fullmatch(url):
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def file_name(url: str) -> str:
    """The last part of the address's path, readable; empty where it ends in a slash."""
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""


def _query(query: str) -> str:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200, errors="surrogateescape")
    except ValueError:
        return query
    kept = sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0]))
    return urlencode(kept, errors="surrogateescape")


def _even(text: str) -> str:
    """Escapes in capitals, and none where none is needed (RFC 3986, 6.2.2)."""

    def one(found: re.Match[str]) -> str:
        octets = bytes.fromhex(found.group().replace("%", ""))
        return "".join(chr(o) if chr(o) in _UNRESERVED else f"%{o:02X}" for o in octets)

    return _UNSAFE.sub(lambda found: quote(found.group(), safe="", errors="replace"), _ESCAPE.sub(one, text))


def _dotless(path: str) -> str:
    """`.` and `..` resolved (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    out: list[str] = []
    steps = path.split("/")
    for step in steps:
        if step == "..":
            if len(out) > 1:
                out.pop()
        elif step != ".":
            out.append(step)
    if steps[-1] in (".", ".."):
        out.append("")
    return "/".join(out) or "/"
