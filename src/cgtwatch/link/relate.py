"""Linking one new event to the earlier ones that share a key with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cgtwatch.link.keys import Keys, keys_of
from cgtwatch.link.relation import relation
from cgtwatch.link.side import Side
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.taxonomy import Stage

_TEXT = 6_000  # characters of a text that are looked at; names and citations stand in the opening and the closing article
_CLOSING = 1_500
_BEGINS = {"start"}


@dataclass(frozen=True)
class Candidate:
    """An event with the text of its item; what linking looks at is read once, when it is first asked for.

    `found`: the keys under which a candidate was found for the event in hand; None where it was not looked up.
    """

    event: PolicyEvent
    text: str
    found: frozenset[str] | None = None

    @cached_property
    def side(self) -> Side:
        """What linking looks at."""
        return side_of(self.event, self.text)

    @cached_property
    def keys(self) -> Keys:
        """Under which keys it is found, and for which it asks."""
        return keys_of(self.side)

    def found_by(self, keys: frozenset[str]) -> "Candidate":
        """The same, found under `keys`; what was read of it is not read again."""
        return self._with(found=keys)

    def joined(self, event: PolicyEvent) -> "Candidate":
        """The same event in its cluster and thread."""
        return self._with(event=event)

    def _with(self, **changes: object) -> "Candidate":
        copy = object.__new__(Candidate)
        copy.__dict__.update(self.__dict__ | changes)
        return copy


def relate(new: Candidate, candidates: Iterable[Candidate]) -> tuple[Link, ...]:
    """The links between `new` and earlier events. `Link.event` is the one that acts: it finalises, repeals, cites `Link.other`.

    For `same_act` that is the new event itself. Order follows the candidates; look-alikes make no link.
    """
    links = []
    for candidate in candidates:
        if candidate.event.id == new.event.id:
            continue
        shared = None if candidate.found is None else {key.partition(":")[0] for key in candidate.found}
        if shared == _BEGINS and not _named_in_title(new.side, candidate.side):
            continue
        judgement = relation(new.side, candidate.side, shared)
        if judgement.relation is Relation.NONE:
            continue
        pair = (candidate.event, new.event) if judgement.direction == "b->a" else (new.event, candidate.event)
        links.append(Link(pair[0].id, pair[1].id, judgement.relation, judgement.reason))
    return tuple(links)


def _named_in_title(new: Side, known: Side) -> bool:
    """Whether one names the other as a whole, where all that was known is that a name begins so."""
    return any(name in new.head_letters for name in known.names) or any(name in known.head_letters for name in new.names)


def side_of(event: PolicyEvent, text: str) -> Side:
    """What linking looks at of an event."""
    labels = event.labels
    shortened = text if len(text) <= _TEXT + _CLOSING else f"{text[:_TEXT]}\n{text[-_CLOSING:]}"
    if labels.document_number and labels.document_number not in text[:_TEXT]:
        shortened = f"{labels.document_number}\n{shortened}"
    draft = None if labels.stage not in (Stage.DRAFT, Stage.ISSUED, Stage.EFFECTIVE) else labels.stage is Stage.DRAFT
    return Side(event.title, shortened, event.url, event.on, labels.issuers, draft)
