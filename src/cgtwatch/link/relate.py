"""Linking one new event to the earlier ones that the store offers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cgtwatch.link.relation import relation
from cgtwatch.link.side import Side
from cgtwatch.link.wording import core
from cgtwatch.model.event import Link, PolicyEvent, Relation
from cgtwatch.model.taxonomy import Stage

_TEXT = 20_000  # characters of a text that are looked at; names and citations stand in the opening and the closing article
_CLOSING = 3_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier event with the text of its item."""

    event: PolicyEvent
    text: str


def relate(event: PolicyEvent, text: str, candidates: Sequence[Candidate]) -> tuple[Link, ...]:
    """The links between `event` and earlier ones. `Link.event` is the one that acts: it finalises, repeals, cites `Link.other`.

    For `same_act` that is `event` itself. Order follows the candidates; look-alikes make no link.
    """
    mine = side_of(event, text)
    links = []
    for candidate in candidates:
        if candidate.event.id == event.id:
            continue
        judgement = relation(mine, side_of(candidate.event, candidate.text))
        if judgement.relation is Relation.NONE:
            continue
        acting, other = (candidate.event, event) if judgement.direction == "b->a" else (event, candidate.event)
        links.append(Link(acting.id, other.id, judgement.relation, judgement.reason))
    return tuple(links)


def side_of(event: PolicyEvent, text: str) -> Side:
    """What linking looks at of an event."""
    labels = event.labels
    shortened = text if len(text) <= _TEXT + _CLOSING else f"{text[:_TEXT]}\n{text[-_CLOSING:]}"
    if labels.document_number and labels.document_number not in text:
        shortened = f"{labels.document_number}\n{shortened}"
    draft = None if labels.stage not in (Stage.DRAFT, Stage.ISSUED, Stage.EFFECTIVE) else labels.stage is Stage.DRAFT
    return _side(event.title, shortened, event.url, event.on, labels.issuers, draft)


@lru_cache(maxsize=512)  # an event is compared with a hundred others, and they with the next one of their authorities
def _side(title: str, text: str, url: str, day: date | None, issuers: tuple[str, ...], draft: bool | None) -> Side:
    return Side(title, text, url, day, issuers, draft)


def title_key(title: str) -> str:
    """A key under which the titles of one act at its different steps fall together; empty where a title says too little."""
    key = re.sub(r"\s", "", core(title))
    return key if len(key) >= 6 else ""
