"""Addresses that open one thing without a log-in: a page that a message links to, and a feed that a user reads elsewhere."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request

from cgtwatch.app import App
from cgtwatch.deliver.tokens import is_view_key, read, sign
from cgtwatch.web.account.doors import MAILED, OWN
from cgtwatch.web.account.viewer import Viewer

PARAM = "key"
COOKIE = "cgtwatch_view"  # so that a page's frames and its own links open too; good below the page's path alone
_LONGEST = 200


def own_address(app: App, viewer: Viewer | None, address: str) -> str:
    """`address` (`/feed.atom?jurisdiction=CN`) as a feed reader of this user may ask for it; as it is where nobody is logged in.

    The key is the user's own and ends with the user. It opens that path alone, with any filter, since its user may read all of it.
    """
    path = urlsplit(address).path
    if viewer is None or not viewer.account or path not in OWN:
        return address
    key = sign(app.secret_key, "own", f"{viewer.account} {path}")
    return f"{address}{'&' if '?' in address else '?'}{PARAM}={key}"


def opens_own(app: App, request: Request, template: str) -> bool:
    """Whether the request brings a user's own key of that path, and there still is that user."""
    key = request.query_params.get(PARAM, "")
    subject = read(app.secret_key, "own", key, app.clock()) if 0 < len(key) <= _LONGEST else None
    who, _, path = (subject or "").partition(" ")
    return path == template and who.isdigit() and app.store.account(int(who)) is not None


def mailed_page(template: str, params: Mapping[str, str], request: Request) -> str:
    """The page whose key opens that address."""
    page = MAILED[template].format(**params)
    if page != "/told":
        return page
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != PARAM]
    return f"{page}?{urlencode(pairs)}"


def opens_mailed(app: App, request: Request, page: str) -> str | None:
    """The key that a request brings for that page, in its address or as a cookie; None where it brings none that fits."""
    for key in (request.query_params.get(PARAM, ""), request.cookies.get(COOKIE, "")):
        if 0 < len(key) <= _LONGEST and key.isascii() and is_view_key(app.secret_key, page, key):
            return key
    return None
