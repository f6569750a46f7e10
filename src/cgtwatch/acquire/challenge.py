"""Tell the wall that a firewall puts before a site from the site's own page."""

from collections.abc import Mapping

LONGEST = 32768  # bytes; a wall is small
LITTLE_TEXT = 300  # bytes of visible text; a wall has nothing to say

HEADERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "challenge"}  # header: value that names a challenge

# Words of the scripts that walls consist of. Some sites carry the same words on their ordinary pages, which is why a wall
# must also show next to no text and no list of links.
MARKS = (
    b"acw_sc__v2",  # Aliyun
    b"__jsl_clearance",  # Jiasule, common before Chinese authorities
    b"$_ts",  # Ruishu, the same
    b"yunsuo_session",
    b"aliyunwaf",
    b"_cf_chl_opt",  # Cloudflare
    b"cf-browser-verification",
    b"ddos-guard",
    b"_incapsula_resource",
    b"sucuri_cloudproxy_js",
    b"awswafcookiedomainlist",
    b"probe.js",
)


def wall(headers: Mapping[str, str], body: bytes) -> str | None:
    """What gives an answer away as a challenge to browsers; None for an ordinary one."""
    for name, value in HEADERS.items():
        if headers.get(name, "").lower() == value:
            return f"header {name}"
    if len(body) > LONGEST or body.lstrip()[:1] != b"<":
        return None
    page = body.lower()
    if b"<script" not in page or page.count(b"<a ") > 3 or len(_visible(page)) > LITTLE_TEXT:
        return None
    for mark in MARKS:
        if mark in page:
            return f"script {mark.decode()}"
    if b"document.cookie" in page and b"location" in page:
        return "script that sets a cookie and loads again"
    return None


def _visible(page: bytes) -> bytes:
    """A rough measure of the text a reader would see; one pass, so that no page makes it slow."""
    for name in (b"script", b"style", b"noscript"):
        page = _without(page, b"<" + name, b"</" + name)
    return b" ".join(part.partition(b">")[2].strip() for part in page.split(b"<")).strip()


def _without(page: bytes, start: bytes, end: bytes) -> bytes:
    kept, at = [], 0
    while (begin := page.find(start, at)) >= 0:
        kept.append(page[at:begin])
        close = page.find(end, begin)
        if close < 0:
            return b"".join(kept)
        at = close
    kept.append(page[at:])
    return b"".join(kept)
