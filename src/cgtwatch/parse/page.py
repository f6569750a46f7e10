"""One page watched as a whole: its text and links as a single draft, without chrome, counters and clocks."""

import re

from lxml.html import HtmlElement

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.source import PageRule, Source, Watch
from cgtwatch.parse import Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.drafts import LONGEST_TITLE, language_of
from cgtwatch.parse.markup import Markup, read_markup
from cgtwatch.parse.select import compile_expression
from cgtwatch.text.canonical import without_noise
from cgtwatch.text.clean import clean, one_line
from cgtwatch.text.html import to_text
from cgtwatch.text.urls import join, normalise

# What frames the content on nearly every site. Words of class and id are compared whole, so that `header-note` stays.
_CHROME_TAGS = frozenset(
    {"nav", "aside", "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "button"}
)
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
_CHROME_WORDS = frozenset(
    [
        "nav",
        "navbar",
        "navigation",
        "menu",
        "topbar",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "sidebar",
        "footer",
        "foot",
        "copyright",
        "cookie",
        "cookies",
        "cookie-banner",
        "share",
        "sharebar",
        "social",
        "search",
        "searchbar",
        "skip-link",
        "pagination",
        "weather",
        "visitor",
        "counter",
        "ad",
        "ads",
        "advert",
        "bdsharebuttonbox",
    ]
)
_FRAMES = frozenset({"header", "footer"})
_WORD = re.compile(r"[A-Za-z][\w\-]*")


def parse(source: Source, page: Page) -> Parsed:
    """The page as one draft, known again by the source's address.

    With `part` only that part counts, as it stands; without it everything but the frame of the site does. Raises `ParseError`
    where the bytes are no HTML, where `part` finds nothing (a new layout is no removal), or where no text is left.
    """
    rule = source.page or PageRule()
    markup = read_markup(source, page)
    parts = _parts(source, rule, markup)
    whole = without_noise(clean("\n".join(to_text(part) for part in parts)))
    for part in parts:
        _drop(source, rule, part, chrome=rule.part is None)
    # Where everything stands inside what looks like the frame of a site, the frame is the page.
    text = without_noise(clean("\n".join(to_text(part) for part in parts))) or ("" if rule.ignore else whole)
    links = _links(markup, parts)
    if not text and not links:
        raise ParseError(
            f"{source.id}: expected a page with text, got one titled {markup.title!r} without any; it may be drawn by script"
        )
    listed = "\n".join(f"{label} <{url}>" for url, label in links.items())
    draft = Draft(
        title=markup.title or one_line(text, 120) or source.name.en,
        url=source.url or page.url,
        guid=source.url or page.url,
        text=listed if rule.watch is Watch.LINKS else text,
        links=() if rule.watch is Watch.TEXT else tuple(links),
        language=language_of(text, source.language),
    )
    return Parsed((draft,), None, markup.title, markup.warnings, markup.encoding, markup.cut)


def _parts(source: Source, rule: PageRule, markup: Markup) -> list[HtmlElement]:
    if rule.part is None:
        body = markup.root.find(".//body")
        return [markup.root if body is None else body]
    found = compiled(compile_expression, source, "page.part", rule.part).elements(markup.root)
    if not found:
        raise ParseError(
            f"{source.id}: page.part {rule.part!r} finds nothing on the page titled {markup.title!r}; the layout may be new"
        )
    return found


def _drop(source: Source, rule: PageRule, part: HtmlElement, *, chrome: bool) -> None:
    """Takes what does not count out of the tree."""
    doomed = [
        element
        for number, spelled in enumerate(rule.ignore)
        for element in compiled(compile_expression, source, f"page.ignore[{number}]", spelled).elements(part)
    ]
    if chrome:
        doomed += [element for element in part.iterdescendants() if _is_chrome(element)]
    for element in doomed:
        if element.getparent() is not None:
            element.drop_tree()


def _is_chrome(element: HtmlElement) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return False
    if tag in _CHROME_TAGS or (element.get("role") or "").lower() in _CHROME_ROLES:
        return True
    if tag in _FRAMES:  # an article has a header of its own, with its title and date
        return not any(isinstance(up.tag, str) and up.tag in ("article", "main") for up in element.iterancestors())
    if tag in ("body", "main", "article", "html"):
        return False
    words = set(_WORD.findall(f"{element.get('class') or ''} {element.get('id') or ''}".lower()))
    return bool(words & _CHROME_WORDS)


def _links(markup: Markup, parts: list[HtmlElement]) -> dict[str, str]:
    """Address → label of every link that may be followed, first label first, without what changes at each visit."""
    links: dict[str, str] = {}
    for part in parts:
        for element in part.iter("a"):
            url = join(markup.base, element.get("href") or "")
            if url and not (element.get("href") or "").startswith("#"):
                links.setdefault(normalise(url), one_line(to_text(element), LONGEST_TITLE))
    return links
