"""One act told in two languages: the same authority, days, step and kind of paper, and each side's topics in the other by the glossary."""

from datetime import timedelta

from cgtwatch.link.glossary import SPECIFIC, Told, told
from cgtwatch.link.side import Judgement, Side
from cgtwatch.link.step import step
from cgtwatch.link.wording import fold
from cgtwatch.model.event import Relation

_WINDOW, _SAME_WEEK = timedelta(days=45), timedelta(days=10)
_ENOUGH, _ENOUGH_THAT_WEEK = 5, 4  # weight of what both tell
_UNEXPLAINED = 0.45  # share of a title without a row of the glossary above which it may be about anything
_THERAPIES = frozenset({"car_t", "gene_therapy", "cell_therapy", "cgt", "atmp"})


def one_act_in_two_languages(a: Side, b: Side) -> Judgement | None:
    """Whether two documents in different scripts are one act at one step; nothing where a specific topic of one is not in the other."""
    if a.script == b.script or not a.families & b.families or step(a) is not step(b):
        return None
    if a.day is None or b.day is None or abs(a.day - b.day) > _WINDOW:
        return None
    first, second = subject(a), subject(b)
    if max(first.unknown, second.unknown) > _UNEXPLAINED or (first.kinds and second.kinds and not first.kinds & second.kinds):
        return None
    if not _all_told(first, b) or not _all_told(second, a):
        return None
    shared = {idea: weight for idea, weight in first.ideas.items() if idea in second.ideas}
    weight = sum(shared.values()) + bool(first.kinds & second.kinds)
    enough = _ENOUGH_THAT_WEEK if abs(a.day - b.day) <= _SAME_WEEK else _ENOUGH
    if weight < enough or max(shared.values(), default=0) < SPECIFIC:
        return None
    return Judgement(Relation.SAME_ACT, "none", f"one act in two languages, both about {', '.join(sorted(shared))}")


def subject(side: Side) -> Told:
    """What a document is about: its title, or where that says nothing specific the first act that its opening names."""
    title = side.tells
    if side.names and max(title.ideas.values(), default=0) < SPECIFIC and side.script != "latin":
        named = told(fold(side.names[0]))
        return Told(
            {**title.ideas, **named.ideas},
            title.covered | named.covered,
            title.kinds | named.kinds,
            min(title.unknown, named.unknown),
        )
    return title


def _all_told(about: Told, other: Side) -> bool:
    """Whether `other` tells of every specific topic."""
    must = {idea for idea, weight in about.ideas.items() if weight >= SPECIFIC or idea in _THERAPIES}
    return must <= other.tells_at_all
