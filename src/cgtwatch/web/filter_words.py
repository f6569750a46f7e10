"""What an address asks for, in the reader's words: what a value is called, a chip for each part, a title for all."""

from datetime import date

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.words import Words
from cgtwatch.store.records import EventQuery
from cgtwatch.text.clean import one_line
from cgtwatch.web.filters import day_of, pairs

_TABLES = {"doc_type": "doc_types", "stage": "stages", "level": "levels", "importance": "importances"}


def label_of(name: str, value: str, context: DigestContext, said: Words) -> str:
    """What a value is called, beneath a heading that says what it is."""
    if name == "jurisdiction":
        return said.place(value)
    if name == "issuer":
        return said.issuers([value], context.issuer_names)
    if name == "modality":
        return said.pick(context.topic_names.get(value), said.name("modalities", value))
    if name == "source":
        return said.pick(context.source_names.get(value), value)
    return said.name(_TABLES[name], value) if name in _TABLES else value


def chip(name: str, value: str, context: DigestContext, said: Words) -> str:
    """A part of what is asked for as it is called where it stands alone."""
    if name == "query":
        return said.say("quote", text=one_line(value, 60))
    if name in ("since", "until"):
        return said.say(f"chip_{name}", day=said.day(date.fromisoformat(value)))
    if name == "importance":
        return said.say("chip_importance", least=said.name("importances", value))
    if name == "open":
        return said.say("facet_open")
    if name == "relevant":
        return said.say("chip_any" if value == "any" else "chip_irrelevant")
    return one_line(label_of(name, value, context, said) or said.say("facet_none"), 60)


def title(query: EventQuery, context: DigestContext, said: Words) -> str:
    """All that is asked for in one line, for feeds; empty where nothing is."""
    found: dict[str, list[str]] = {}
    for name, value in pairs(query):
        if name != "sort":
            found.setdefault(said.name("filters", name), []).append(_told(name, value, context, said))
    parts = (said.say("colon", a=about, b=said.say("comma").join(values)) for about, values in found.items())
    return said.say("separator").join(parts)


def _told(name: str, value: str, context: DigestContext, said: Words) -> str:
    if name == "importance":
        return said.say("why_at_least", importance=said.name("importances", value))
    if name == "relevant":
        return said.name("filter_relevant", value)
    if name in ("since", "until", "open"):
        day = None if value == "1" else day_of(value, last=False)
        return said.day(day) if day else said.say("filter_today")
    return one_line(label_of(name, value, context, said), 80)
