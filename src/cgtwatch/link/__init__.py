"""Says how one event stands to earlier ones: the same act, its final form, a change, a repeal, a reply, a citation, or nothing.

In: an event with its text and the candidates that share a number, a title key or an issuer with it. Out: links with their reasons.
Pure; it decides on two events at a time, never by title alone, and stores nothing.
"""

from cgtwatch.link.numbered import numbered_apart
from cgtwatch.link.relate import Candidate, relate
from cgtwatch.link.relation import relation
from cgtwatch.link.side import Judgement, Side

__all__ = ["Candidate", "Judgement", "Side", "numbered_apart", "relate", "relation"]
