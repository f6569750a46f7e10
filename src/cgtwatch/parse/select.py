"""Where on a page something stands: `selector`, `selector@attribute`, `a | b`, `self`, `above selector`, `expr ~ regex`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cssselect.parser import SelectorError
from cssselect.xpath import ExpressionError, HTMLTranslator
from lxml import etree
from lxml.html import HtmlElement

from cgtwatch.text.clean import clean
from cgtwatch.text.html import to_text
from cgtwatch.text.patterns import pattern_problem

_ATTRIBUTE = re.compile(r"(?P<selector>.*?)@(?P<attribute>[A-Za-z_:][\w:.\-]*)")
_ABOVE = re.compile(r"above\s+(\S.*)")
_BETWEEN = re.compile(r"\s\|\s")
_PATTERN = re.compile(r"\s~\s")
_LONGEST_VALUE = 20_000  # characters given to a pattern: a date or a number stands at the head, but in a script


@dataclass(frozen=True, slots=True)
class Place:
    """One alternative: the elements it finds (the row itself for `self`), and the attribute it takes, or None for the text."""

    find: Callable[[HtmlElement], list[HtmlElement]] | None
    attribute: str | None

    def elements(self, row: HtmlElement) -> list[HtmlElement]:
        """The elements under `row`, in the order of the page."""
        return [row] if self.find is None else self.find(row)

    def value(self, element: HtmlElement) -> str:
        """What the element holds for this place; empty where it holds nothing."""
        return to_text(element) if self.attribute is None else clean(element.get(self.attribute) or "")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: `first` value that exists, or `every` one."""

    source: str
    places: tuple[Place, ...]
    pattern: re.Pattern[str] | None = None

    def first(self, row: HtmlElement) -> str:
        """The first value that is not empty, over the alternatives in order; empty where none is."""
        return next((found.value for found in self.every(row)), "")

    def every(self, row: HtmlElement) -> Iterator["Found"]:
        """All values that are not empty, with their elements: alternatives in order, elements in the order of the page."""
        for place in self.places:
            for element in place.elements(row):
                value = self._narrowed(place.value(element))
                if value:
                    yield Found(value, element)

    def elements(self, row: HtmlElement) -> list[HtmlElement]:
        """The elements of the first alternative that finds any."""
        return next((found for place in self.places if (found := place.elements(row))), [])

    def _narrowed(self, value: str) -> str:
        if self.pattern is None:
            return value
        found = self.pattern.search(value[:_LONGEST_VALUE])
        if not found:
            return ""
        return (found.group(1) if self.pattern.groups else found.group()) or ""


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the element it was taken from."""

    value: str
    element: HtmlElement


@lru_cache(maxsize=2048)
def compile_expression(text: str) -> Expression:
    """The expression that `text` spells. Raises `ValueError` that says what is wrong with it.

    `above SELECTOR` is the nearest such element before the row, as the day over the rows of a day. The first ` ~ ` with blanks
    around it starts the pattern, so CSS's sibling combinator is written without blanks (`h2~p`).
    """
    left, *pattern = _PATTERN.split(text, maxsplit=1)
    places = tuple(_place(part.strip()) for part in _BETWEEN.split(left))
    return Expression(text, places, compile_pattern(pattern[0].strip()) if pattern else None)


def check(text: str) -> str | None:
    """What is wrong with an expression, or None."""
    try:
        compile_expression(text)
    except ValueError as error:
        return str(error)
    return None


def _place(text: str) -> Place:
    if not text:
        raise ValueError("an empty selector; write a CSS selector, or self for the row")
    found = _ATTRIBUTE.fullmatch(text)
    selector, attribute = (found["selector"].strip(), found["attribute"]) if found else (text, None)
    if selector in ("self", ""):
        return Place(None, attribute)
    above = _ABOVE.fullmatch(selector)
    if above:
        before = _finder(above[1], "preceding::")
        return Place(lambda row: before(row)[-1:], attribute)
    return Place(_finder(selector), attribute)


def _finder(selector: str, axis: str = "descendant-or-self::") -> Callable[[HtmlElement], list[HtmlElement]]:
    try:
        path = etree.XPath(HTMLTranslator().css_to_xpath(selector, axis))
    except (SelectorError, ExpressionError, etree.XPathError, RecursionError) as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error

    def find(row: HtmlElement) -> list[HtmlElement]:
        found = path(row)
        return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []

    return find


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> re.Pattern[str]:
    """A regular expression that cannot take for ever. Raises `ValueError` that says what is wrong with it."""
    if problem := pattern_problem(text):
        raise ValueError(problem)
    return re.compile(text)
