"""Parts of a detail page that stand in a script: the source's pattern finds them, JSON and HTML are unwrapped."""

import json
import re
from dataclasses import dataclass
from itertools import islice

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Source
from cgtwatch.parse import Page
from cgtwatch.text.charset import decode
from cgtwatch.text.html import looks_like_html

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
    if not source.detail.script:
        return Scripted()
    try:
        pattern = re.compile(source.detail.script)
    except (re.error, OverflowError, RecursionError) as error:
        raise ParseError(f"{source.id}: detail.script is no regular expression: {error}") from error
    text = decode(page.body, page.charset, "html", source.encoding).text
    found: dict[str, str] = {}
    for match in islice(pattern.finditer(text), _MOST_FINDS):
        for name, value in match.groupdict().items():
            if value:
                found.setdefault(name, _unwrapped(value))
    return Scripted(found.get("title", ""), found.get("date", ""), found.get("body", ""))


def _unwrapped(value: str) -> str:
    r"""The text of a JavaScript string: `\u003C` and `\"` are undone, where it holds any."""
    if "\\" not in value:
        return value
    try:
        plain = json.loads('"' + re.sub(r'(?<!\\)"', r"\"", value) + '"', strict=False)
    except ValueError:
        plain = re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", _one, value, flags=re.DOTALL)
    return plain if not _escaped_twice(plain) else _unwrapped(plain)


def _escaped_twice(text: str) -> bool:
    return "\\u003" in text and not looks_like_html(text)


def _one(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else {"n": "\n", "r": "\n", "t": "\t"}.get(found[3], found[3])
