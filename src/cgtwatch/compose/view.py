"""What templates are given: plain dictionaries, lists and strings; `docs/templates.md` is their contract."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cgtwatch.compose.assemble import Section, Story
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent

# Gmail hides what is behind the first 102 KB of a mail's HTML; a full card takes up to 3 KB, a short one 0.9 KB, a title 0.3 KB.
MOST_FULL_CARDS = 16
MOST_BRIEF_CARDS = 32
LARGEST_HTML = 100_000  # bytes
_MOST_TITLES = 60
_MOST_STILL_OPEN = 10


def frame(context: DigestContext, said: Words, today: date, why: str) -> dict[str, Any]:
    """What every message begins and ends with."""
    home = safe_link(context.public_url) if context.public_url else ""
    return {"brand": said.say("brand"), "today": said.day(today), "home": home, "why": why, "page": context.unlimited}


@dataclass(frozen=True, slots=True)
class Room:
    """How many events are told in full and in short."""

    full: int = MOST_FULL_CARDS
    brief: int = MOST_BRIEF_CARDS


ROOMS = (Room(), Room(8, 16), Room(4, 8))  # the next one where the one before makes more HTML than Gmail shows
PAGE = Room(200, 800)  # of the web, which also tells a backlog of years


def section_views(
    parts: Sequence[Section], shown: Mapping[str, Card], room: Room, most: int | None, whole: str, said: Words
) -> list[dict[str, Any]]:
    """The sections with the first events told in full, the next in short, others by title; how many are `left` is counted.

    `most` events are told at most. The others are counted where `whole` says where all of them stand, else listed by title: nothing
    is ever missing.
    """
    told = room.full + room.brief if most is None else min(most, room.full + room.brief)
    full = min(room.full, told)
    titles = sum(map(len, (part.stories for part in parts)))  # all of them
    if whole:
        titles = 0 if most is not None else _MOST_TITLES
    views, place = [], 0
    for part in parts:
        cards = [shown[story.event.id] for story in part.stories]
        first, last = max(0, full - place), max(0, told - place)
        listed = cards[last:][:titles]
        titles, place = titles - len(listed), place + len(cards)
        views.append(
            {
                "key": part.key or "other",
                "title": heading(part.key, said),
                "count": len(cards),
                "full": [asdict(each) for each in cards[:first]],
                "brief": [asdict(each) for each in cards[first:last]],
                "rest": [
                    {"title": each.title, "link": each.link or each.stored, "days_left": each.days_left, "urgent": each.urgent}
                    for each in listed
                ],
                "left": len(cards[last:]) - len(listed),
            }
        )
    return views


def left_out(views: Sequence[Mapping[str, Any]], said: Words) -> str:
    """How many events of which sections are only counted; empty where all are told."""
    counts = [said.say("left_of", title=view["title"], n=view["left"]) for view in views if view["left"]]
    return said.say("left_out", counts=said.say("comma").join(counts)) if counts else ""


def open_views(events: Sequence[PolicyEvent], context: DigestContext, said: Words, today: date, most: int = 0) -> dict[str, Any]:
    """Consultations that are open beside what is told: the first in short, the others counted."""
    most = most or _MOST_STILL_OPEN
    spare = len(events) - most
    return {
        "others": [asdict(card(alone(event), context, said, today)) for event in events[:most]],
        "others_count": len(events),
        "others_more": said.count("more", spare) if spare > 0 else "",
    }


def heading(key: str, said: Words) -> str:
    """A section's heading."""
    if key in {"consultations", "high"}:
        return said.say(f"section_{key}")
    return said.place(key) or said.say("elsewhere")


def alone(event: PolicyEvent) -> Story:
    """An event that is shown without having been announced."""
    return Story(event, (), (), event.seq)
