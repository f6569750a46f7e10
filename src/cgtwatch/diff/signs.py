"""Signs that an answer with status 200 is no page of the source: challenges, log-in and maintenance pages, shells, foreign pages.

The words stand in `data/signs.tsv`; what is told by the shape of a page is told here.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cgtwatch.diff.looks import LOOKED_AT, asks_password, has_scripts, leads_on, led_to
from cgtwatch.model.fetch import Fetched

LITTLE = 700  # characters of visible text; the walls we have seen hold less, pages hold more
_OPENING = 300
_TERSE = 150
# Guides speak of passwords, and ordinary pages of old browsers in passing; a wall says little else.
_BY_THE_WAY = frozenset({"login", "browser"})
_HARDLY = 60
_NOTHING = 20
_BARE = 80  # characters of a page on which nothing stands
_SHORT = 200
_FORM = 2000  # characters around a log-in form
NAMES = {
    "challenge": "a challenge page",
    "login": "a log-in page",
    "maintenance": "a maintenance page",
    "lost": "a page that says it does not exist",
    "foreign": "a page of another owner",
    "shell": "a page that only scripts fill",
    "browser": "a page that wants another browser",
}
_HEADERS = {"x-amzn-waf-action": ("challenge", "captcha"), "cf-mitigated": (), "x-vercel-mitigated": (), "x-sucuri-block": ()}
_WORDS_OF_A_PATH = (
    (
        "login",
        re.compile(
            r"(?:^|[/._\-?=&])(?:log-?in|sign-?in|log-?on|sso|cas|oauth2?|saml2?|passport|idp|adfs|uaa|auth|authenticate|j_security)(?=$|[/._\-?=&;])"
        ),
    ),
    (
        "challenge",
        re.compile(
            r"(?:^|[/._\-?=&])(?:captcha|challenge|verify|verification|blocked|block|waf|denied|forbidden|punish|validate|40[13]|antispider|robot)(?=$|[/._\-?=&;])"
        ),
    ),
    (
        "maintenance",
        re.compile(r"(?:^|[/._\-])(?:maintenance|maintain|weihu|unavailable|offline|sorry|busy|50[0234]|down)(?=$|[/._\-?])"),
    ),
    ("lost", re.compile(r"(?:^|[/._\-])(?:404|410|not-?found|error|errors|err|errorpage|pagenotfound|error404)(?=$|[/._\-?])")),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as far as it takes part in the question whether it is a wall.

    `text` is what a reader sees of it beside the names of its rows and what was known; `content`: it carries what looks like
    content of its own; `history`: what stood there before is known, and none of it stands here.
    """

    title: str
    text: str
    body: str
    content: bool = False
    history: bool = False


def marked(visit: Fetched) -> str | None:
    """What the headers of an answer name it, or None."""
    for name, values in _HEADERS.items():
        value = visit.headers.get(name, "").strip().lower()
        if value and (not values or value in values):
            return NAMES["challenge"]
    return None


def wall(visit: Fetched, title: str, text: str) -> str | None:
    """What kind of page stands in the way of a document that was never read, or None. `text` is its main text."""
    return stands_before(visit, Seen(title, text, visit.body[:LOOKED_AT].decode("utf-8", "replace"), len(text) > 4 * LITTLE))


def stands_before(visit: Fetched, seen: Seen) -> str | None:
    """What kind of page stands in the way, or None. Words count only where they are few, or in the title."""
    if found := marked(visit):
        return found
    if seen.content and not seen.history:
        return None
    said = seen.title.strip()[:120]
    if said and (what := _first("title", said)):
        return NAMES[what]
    path = led_to(visit).lower()
    if path and (what := next((what for what, words in _WORDS_OF_A_PATH if words.search(path)), None)):
        return NAMES[what]
    if seen.content:
        return None
    return _by_little(visit, seen, said) or _by_shape(seen)


def _by_little(visit: Fetched, seen: Seen, said: str) -> str | None:
    if len(seen.text) >= LITTLE:
        return None
    if visit.status == 202:  # nobody answers a plain GET with "accepted" (RFC 9110 15.3.3) but a challenge
        return NAMES["challenge"]
    first = seen.text if seen.history else seen.text[:_OPENING]  # of what was never read only its beginning speaks for all of it
    for text in (said, first):
        for what, words in _table("text") if text else ():
            if (what not in _BY_THE_WAY or len(seen.text) < _TERSE) and words.search(text):
                return NAMES[what]
    if len(seen.text) >= (LITTLE if seen.history else _HARDLY):
        return None
    return NAMES["challenge"] if _table("body")[0][1].search(seen.body[:LOOKED_AT]) else None


def _by_shape(seen: Seen) -> str | None:
    """By what the page is made of, in any language."""
    length = len(seen.text)
    form, frame, bare = (_FORM, _SHORT, _BARE) if seen.history else (_OPENING, _NOTHING, _NOTHING)
    if length < form and asks_password(seen.body):
        return NAMES["login"]
    if length < frame and leads_on(seen.body):
        return NAMES["shell"]
    return NAMES["shell"] if length < bare and has_scripts(seen.body) else None


def says_empty(text: str) -> bool:
    """Whether a page tells its reader that there is nothing on it."""
    return any(words.search(text) for _, words in _table("empty"))


def _first(where: str, text: str) -> str | None:
    return next((what for what, words in _table(where) if words.search(text)), None)


@cache
def _table(where: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The patterns of one place, one for each kind of wall, made when the first page shows nothing known."""
    kinds: dict[str, list[str]] = {}
    for line in files("cgtwatch.diff").joinpath("data", "signs.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            what, place, pattern = line.split("\t")
            if place == where:
                kinds.setdefault(what, []).append(pattern)
    return tuple((what, re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)) for what, patterns in kinds.items())
