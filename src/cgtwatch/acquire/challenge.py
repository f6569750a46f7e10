"""Tell the wall that a firewall puts before a site from the site's own page."""

import re
from collections.abc import Mapping

LONGEST = 32768  # bytes; a wall is small
LITTLE_TEXT = 300  # bytes of visible text; a wall has nothing to say
NO_TEXT = 60  # bytes; what sets a cookie and loads again says at most "please wait"

HEADERS = {
    "cf-mitigated": "challenge",
    "x-amzn-waf-action": "challenge",
    "x-vercel-mitigated": "challenge",
}  # header: value that names one

# Words of the scripts that walls consist of. Some sites carry the same words on their ordinary pages, which is why a wall
# must also show next to no text and no list of links.
MARKS = (
    b"acw_sc__v2",  # Aliyun
    b"_____tmd_____",  # the same, with a slider
    b"aliyunwaf",
    b"__jsl_clearance",  # Jiasule, common before Chinese authorities
    b"$_ts",  # Ruishu, the same
    b"yunsuo_session",
    b"wzws",  # 360
    b"_cf_chl_opt",  # Cloudflare
    b"cf-browser-verification",
    b"challenges.cloudflare.com",
    b"ddos-guard",
    b"_incapsula_resource",
    b"sucuri_cloudproxy_js",
    b"awswafcookiedomainlist",
    b"gokuprops",  # AWS
    b"captcha-delivery.com",  # DataDome
    b"px-captcha",
    b"kpsdk",  # Kasada
    b"bobcmn",  # F5
    b"rbzns",  # Reblaze
    b"probe.js",
)
_SETS_COOKIE = re.compile(rb"document\s*\.\s*cookie\s*=")
_LOADS_AGAIN = re.compile(rb"location\s*(?:=|\.\s*(?:href|reload|replace|assign))")


def wall(headers: Mapping[str, str], body: bytes) -> str | None:
    """What gives an answer away as a challenge to browsers; None for an ordinary one."""
    for name, value in HEADERS.items():
        if headers.get(name, "").lower() == value:
            return f"header {name}"
    if len(body) > LONGEST or body.lstrip()[:1] != b"<":
        return None
    page = body.lower()
    if b"<script" not in page or page.count(b"<a ") > 3:
        return None
    text = len(_visible(page))
    if text > LITTLE_TEXT:
        return None
    for mark in MARKS:
        if mark in page:
            return f"script {mark.decode()}"
    if text <= NO_TEXT and _SETS_COOKIE.search(page) and _LOADS_AGAIN.search(page):
        return "script that sets a cookie and loads again"
    return None


def _visible(page: bytes) -> bytes:
    """A rough measure of the text a reader would see; one pass, so that no page makes it slow."""
    for name in (b"script", b"style", b"noscript", b"title"):
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
