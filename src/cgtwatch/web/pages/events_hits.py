"""Events as a list shows them: what was searched for is marked in their titles and in a line of their texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cgtwatch.app import App
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.view import alone
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.taxonomy import Importance
from cgtwatch.store.passages import Company
from cgtwatch.text.clean import one_line
from cgtwatch.text.found import Piece, marked, snippet, wanted

_SNIPPET = 170  # characters
_STEM = 5  # letters of a word that a text is searched for: the rest may be an ending


@dataclass(frozen=True, slots=True)
class Hit:
    """A card with its title and a line of the text in pieces; `high` is for what is highly important."""

    card: Card
    title: tuple[Piece, ...]
    passage: tuple[Piece, ...]
    language: str
    high: bool
    relevant: bool
    company: Company


def hits(app: App, events: Sequence[PolicyEvent], query: str, context: DigestContext, said: Words) -> list[Hit]:
    """The events in their order; the texts of all are looked up at once."""
    today, words = app.today(), wanted(query)
    texts = app.store.passages(events, [_stem(word) for word in words]) if words else {}
    around = app.store.company(events) if events else {}
    context = replace(context, translated=app.translated(said.language, events))
    found = []
    for event in events:
        shown = card(alone(event), context, said, today)
        title, passage = _marked(event, shown, query if words else "", texts.get(event.id, ""))
        high = event.labels.importance is Importance.HIGH
        found.append(Hit(shown, title, passage, event.language, high, event.labels.relevant, around[event.id]))
    return found


def _marked(event: PolicyEvent, shown: Card, query: str, text: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The title, and a line of the text."""
    title = marked(shown.title, query) if query else (Piece(shown.title),)
    passage = snippet(one_line(text), query, _SNIPPET) if text and query else ()
    if not passage and event.main and shown.summary and shown.summary != shown.title:  # another act's summary is its document's
        passage = marked(shown.summary, query) if query else (Piece(shown.summary),)
    return title, passage


def _stem(word: str) -> str:
    """What a text surely holds where it holds a form of the word: endings of English words may differ."""
    head = word.split(maxsplit=1)[0] if word.split() else word
    return head[: max(_STEM, len(head) - 3)] if head.isascii() and head.isalpha() else head
