"""Parts of a detail page that stand in a script: the source's pattern finds them."""

from dataclasses import dataclass
from itertools import islice

from cgtwatch.model.source import Source
from cgtwatch.parse import Page
from cgtwatch.parse.compiled import compiled
from cgtwatch.parse.literals import unescaped
from cgtwatch.parse.select import compile_pattern
from cgtwatch.text.charset import decode

_MOST_FINDS = 200


@dataclass(frozen=True, slots=True)
class Scripted:
    """What the pattern's groups hold; `body` may be HTML. Empty where the page does not have it."""

    title: str = ""
    date: str = ""
    body: str = ""


def scripted(source: Source, page: Page) -> Scripted:
    """The groups `title`, `date` and `body` of `detail.script`, each as first found anywhere on the page.

    Raises `ParseError` where the pattern cannot be used.
    """
    pattern = compiled(compile_pattern, source, "detail.script", source.detail.script)
    if pattern is None:
        return Scripted()
    text = decode(page.body, page.charset, "html", source.encoding).text
    found: dict[str, str] = {}
    for match in islice(pattern.finditer(text), _MOST_FINDS):
        for name, value in match.groupdict().items():
            if value:
                found.setdefault(name, unescaped(value))
    return Scripted(found.get("title", ""), found.get("date", ""), found.get("body", ""))
