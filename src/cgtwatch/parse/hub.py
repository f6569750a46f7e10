"""A feed's WebSub links: the hub that tells of news at once, and the address under which it knows the feed (W3C WebSub, 4)."""

import re
from dataclasses import dataclass
from html import unescape

from cgtwatch.text.urls import join

_NAMED = re.compile(r"rel\s*=\s*[\"']?[^\"'>]{0,80}\bhub\b", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:[\w.\-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LINK = re.compile(r"<(?:[\w.\-]+:)?link\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:.\-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_HEAD = 100_000  # characters; the links stand before the entries


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub's address and the feed's own; None where the feed names none."""

    url: str | None = None
    topic: str | None = None


def hub_of(markup: str, base: str) -> Hub:
    """The links `rel=hub` and `rel=self` of the feed itself, not those of its entries. Without a hub nothing is said."""
    head = markup[:_HEAD]
    if not _NAMED.search(head):
        return Hub()
    first = _ENTRY.search(head)
    links: dict[str, str] = {}
    for tag in _LINK.finditer(head, 0, first.start() if first else len(head)):
        said = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(tag[1])}
        url = join(base, said.get("href", ""))
        for word in said.get("rel", "").lower().split() if url else ():
            links.setdefault(word, url or "")
    return Hub(links["hub"], links.get("self", base)) if "hub" in links else Hub()
