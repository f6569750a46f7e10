"""How an event is cited: who issued what, when, where it stands, and when it was read there."""

from datetime import date

from cgtwatch.compose.card import Card
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent


def citation(event: PolicyEvent, card: Card, read_on: date, said: Words) -> str:
    """One line for a footnote or a list of references: in Chinese as GB/T 7714-2015 writes an electronic announcement (`EB/OL`).

    `read_on` is the day on which the text was last found at its address. What is not known is left out.
    """
    number = event.labels.document_number or ""
    title = card.title if not number or number in card.title else said.say("cite_number", title=card.title, number=number)
    day, read = (_day(one, said) for one in (event.on, read_on))
    dated = said.say("cite_dated", day=day, read=read) if day else said.say("cite_undated", read=read)
    parts = (card.issuers or card.source, said.say("cite_title", title=title), dated)
    place = said.say("cite_place", link=card.link, read=read) if card.link else ""
    return said.say("cite_join").join(filter(None, (*parts, place))) + said.say("cite_end")


def _day(day: date | None, said: Words) -> str:
    """As a list of references writes it: ISO 8601 in Chinese, in words elsewhere."""
    if day is None:
        return ""
    return day.isoformat() if said.language == "zh" else said.day(day)
