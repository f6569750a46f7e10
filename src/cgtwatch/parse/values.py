"""Values that a preloaded page holds for the request after it: ids in scripts, query data in attributes."""

import re

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Source, Taken
from cgtwatch.parse import Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.markup import magic, read_markup
from cgtwatch.parse.select import compile_expression, compile_pattern
from cgtwatch.parse.xmltidy import described
from cgtwatch.text.charset import decode
from cgtwatch.text.html import to_text

_LONGEST = 10_000


def pick(source: Source, page: Page) -> dict[str, str]:
    """The values of `preload.set` by their names. Raises `ParseError` that names what is missing and says what the page was.

    `regex` searches the whole text of the page, scripts included; with `css` what the first such element, or its attribute
    `attr`, holds.
    """
    wanted = source.preload.set if source.preload else ()
    other = magic(page.body)
    if other:
        raise ParseError(f"{source.id}: expected a page to take {_names(wanted)} from, got {other} from {page.url}")
    text = decode(page.body, page.charset, "html", source.encoding).text
    found = {taken.name: _value(source, page, taken, text) for taken in wanted}
    missing = [taken for taken in wanted if not found[taken.name]]
    if missing:
        raise ParseError(
            f"{source.id}: preload.set finds no {_names(missing)} in {described(text)} of {len(page.body)} bytes from {page.url}; "
            "the page may be another than it was"
        )
    return found


def _names(wanted: list[Taken] | tuple[Taken, ...]) -> str:
    return ", ".join(taken.name for taken in wanted) or "values"


def _value(source: Source, page: Page, taken: Taken, text: str) -> str:
    places = _places(source, page, taken) if taken.css else [text]
    values = (_narrowed(source, taken, place) for place in places)
    return next((value for value in values if value), "")


def _places(source: Source, page: Page, taken: Taken) -> list[str]:
    """What the elements of the selector hold; an attribute as it stands, for it may be JSON."""
    selected = compiled(compile_expression, source, f"preload.set.{taken.name}.css", taken.css or "self")
    root = read_markup(source, page).root
    elements = selected.elements(root)
    if taken.attr:
        return [(element.get(taken.attr.lower()) or "").strip() for element in elements]
    return [found.value for found in selected.every(root)] or [to_text(element) for element in elements]


def _narrowed(source: Source, taken: Taken, text: str) -> str:
    if taken.regex is None:
        return text[:_LONGEST].strip()
    pattern = compiled(compile_pattern, source, f"preload.set.{taken.name}.regex", taken.regex)
    found: re.Match[str] | None = pattern.search(text)
    if not found:
        return ""
    return ((found.group(1) if pattern.groups else found.group()) or "")[:_LONGEST].strip()
