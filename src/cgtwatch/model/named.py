"""Whom and what a text names, in whichever language: what a translation of it may name too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, half-open in characters. `kind` is body, place, product or therapy.

    `ids` are all that the name can stand for; `with_ids` those that go with them without being named (a centre's agency, the
    country of an authority).
    """

    start: int
    end: int
    kind: str
    ids: frozenset[str]
    with_ids: frozenset[str] = frozenset()
