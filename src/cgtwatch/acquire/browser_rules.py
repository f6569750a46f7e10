"""What the browser may load, what it says it is, and which programs it can be: pure rules."""

import os
import shutil
from urllib.parse import urlsplit

from cgtwatch.model.source import Kind, Source
from cgtwatch.text.hosts import host_of, site_of

INSTALL = "pip install 'cgtwatch[browser]', install Chromium, and name it with CGTWATCH_BROWSER where it is not found"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing of a page that only its looks need, and nothing that reports on who reads it.
LEFT_OUT = frozenset({"image", "media", "font", "stylesheet", "texttrack", "manifest", "eventsource", "ping"})
INNER = ("data:", "blob:", "about:")
DOCUMENTS = frozenset({".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".ofd", ".wps", ".zip", ".rar", ".7z", ".csv"})
PAGES = frozenset({"text/html", "application/xhtml+xml"})
DATA = frozenset({Kind.API, Kind.FEED, Kind.SITEMAP})  # kinds whose answer is no page that a browser draws


def wanted(url: str, kind: str, sites: set[str]) -> bool:
    """Whether a page may load `url`, which it asks for as `kind` (a resource type of the browser)."""
    if kind in LEFT_OUT:
        return False
    if url.startswith(INNER):
        return True
    return url.startswith(("http://", "https://")) and site_of(host_of(url)) in sites


def is_document(url: str) -> bool:
    """Whether an address names a file that no browser draws."""
    path = urlsplit(url).path
    return any(path.lower().endswith(suffix) for suffix in DOCUMENTS)


def agent(own: str, ours: str) -> str:
    """What the browser says it is: itself, and by name on whose behalf it reads."""
    return f"{own.replace('HeadlessChrome', 'Chrome')} {ours}"


def program(setting: str | None) -> str | None:
    """The path of a Chromium: the setting's, else the first that is installed; None where there is none."""
    return setting or next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def sandboxed() -> bool:
    """Whether Chromium's own sandbox is on: always, but for root, under whom Chromium refuses to start with it."""
    return os.geteuid() != 0


def reads_scripts(source: Source) -> bool:
    """Whether the source's rules look into scripts, so that a change of a script may be news."""
    return bool((source.list and source.list.script) or source.detail.script or source.preload)
