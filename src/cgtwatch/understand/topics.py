"""Which of the user's own topics a text speaks of, and on which words that rests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cgtwatch.model.classification import Span
from cgtwatch.model.own_rules import OwnTopic
from cgtwatch.understand.lexicon import Hit, Lexicon, Pattern

_SPANS = 6  # of one topic


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the things that a topic asks for: `all` has one for each of its groups."""

    topic: str
    of: str
    group: int = 0


class Topics:
    """The words of all topics in one automaton."""

    def __init__(self, topics: Iterable[OwnTopic], table: Mapping[int, str]) -> None:
        self._asked = {topic.id: _parts(topic) for topic in topics}
        patterns = [Pattern(word, part) for parts in self._asked.values() for part, words in parts.items() for word in words]
        self._lexicon = Lexicon(patterns, table)

    def find(self, text: str) -> dict[str, tuple[Span, ...]]:
        """The topics of `text` in the order of the file, each with the first words that speak for it."""
        met: dict[_Part, list[Hit]] = {}
        for hit in self._lexicon.find(text):
            met.setdefault(hit.meaning, []).append(hit)
        found: dict[str, tuple[Span, ...]] = {}
        for topic, parts in self._asked.items():
            asked = [part for part in parts if part.of != "none"]
            against = any(part in met for part in parts if part.of == "none")
            if not against and all(part in met for part in asked):
                hits = sorted({(hit.start, hit.end) for part in asked for hit in met[part]})
                found[topic] = tuple(Span(start, end, text[start:end]) for start, end in hits[:_SPANS])
        return found


def _parts(topic: OwnTopic) -> dict[_Part, tuple[str, ...]]:
    parts = {_Part(topic.id, "all", number): group for number, group in enumerate(topic.all)}
    if topic.any:
        parts[_Part(topic.id, "any")] = topic.any
    if topic.none:
        parts[_Part(topic.id, "none")] = topic.none
    return parts
