"""Which service reads a site for us: an RSSHub, or one that returns a page as a browser draws it."""

from urllib.parse import quote, urlsplit

from cgtwatch.acquire.filling import Unaskable
from cgtwatch.model.fetch import Ask
from cgtwatch.model.source import Source

# What no browser draws; such files are asked for directly.
FILES = (
    ".pdf",
    ".doc",
    ".docx",
    ".wps",
    ".xls",
    ".xlsx",
    ".et",
    ".ppt",
    ".pptx",
    ".ofd",
    ".zip",
    ".rar",
    ".7z",
    ".csv",
    ".txt",
    ".jpg",
    ".png",
)


def bridge_of(source: Source, ask: Ask, rsshub: str | None) -> str | None:
    """The address that is asked instead of the source's own; None: that itself. Raises `Unaskable` where no RSSHub is named."""
    rule = source.bridge
    if rule is None:
        return None
    if rule.rsshub is not None:
        if not rsshub:
            raise Unaskable("it is read over an RSSHub and none is named", "set CGTWATCH_RSSHUB_URL to the address of one")
        return rsshub.rstrip("/") + "/" + rule.rsshub.lstrip("/")
    return page_through(source, ask.url)


def page_through(source: Source, url: str) -> str | None:
    """The address that renders another page of the source's site; None where it is asked directly.

    Only the site itself is asked for this way: the service stands inside, and a link to its neighbours must not reach them.
    """
    template = source.bridge.render if source.bridge else None
    if template is None or not _same_site(source.url, url):
        return None
    page = quote(url, safe="")
    if "{url}" in template:
        return template.replace("{url}", page)
    return f"{template}{'&' if '?' in template else '?'}url={page}"


def _same_site(own: str, url: str) -> bool:
    try:
        here, there = urlsplit(own), urlsplit(url)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        return False
    return same and there.username is None and "\\" not in url and not there.path.lower().endswith(FILES)
