"""A review in the reader's words: every string ready, clean and bounded, the same for HTML, Markdown and Word."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cgtwatch.compose.assemble import Story
from cgtwatch.compose.card import Card, card
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.review import By, Period, Review, ReviewedAct
from cgtwatch.compose.thread import Step, day_of
from cgtwatch.compose.words import Words
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.item import Revision
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

LONGEST_TITLE = 300  # characters as a reader counts them
MOST_STEPS = 6
MOST_REPORTS = 8  # of one act; the appendix names them all


@dataclass(frozen=True, slots=True)
class Cited:
    """A document that an act is known from. `link` is http(s) or empty; `title` is empty where it is the act's own."""

    source: str
    title: str
    link: str
    on: str


@dataclass(frozen=True, slots=True)
class Related:
    """Another act: how it stands to this one, when it was, and where it is told (`anchor` in this review, else `link`)."""

    how: str
    title: str
    anchor: str
    link: str


@dataclass(frozen=True, slots=True)
class ActView:
    """One act in words; empty strings are what is not known."""

    anchor: str
    title: str
    link: str
    day: str
    issuers: str
    kind: str  # what it is · how far it has come · its number
    importance: str  # only what is highly important is said to be
    terms: tuple[str, ...]  # in force from, comments until
    topics: str
    evidence: str
    steps: tuple[Related, ...]
    sources: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The acts of one place. `title` is empty where the chapter has no other."""

    anchor: str
    title: str
    acts: tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """A chapter."""

    anchor: str
    title: str
    count: int
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Something counted: rows of a name and a number."""

    title: str
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with the documents of it that acts are known from."""

    name: str
    documents: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A whole review in words."""

    language: str
    title: str
    period: str
    made: str
    summary: str
    figures: tuple[tuple[int, str], ...]
    tables: tuple[Table, ...]
    parts: tuple[PartView, ...]
    sources: tuple[SourceView, ...]


def view(found: Review, documents: Mapping[str, Revision], context: DigestContext, words: Words) -> ReviewView:
    """`found` in the words of one language; `documents` are those behind its events, by item."""
    told = {act.lead.cluster: act.lead.id for act in found.acts}
    speaker = _Speaker(documents, context, words, told, found.as_of)
    period = said_period(found.period, words)
    return ReviewView(
        language=words.language,
        title=words.say("report_title", period=period),
        period=period,
        made=words.say("report_made", date=words.day(found.as_of)),
        summary=_summary(found, words),
        figures=_figures(found, words),
        tables=_tables(found, words),
        parts=tuple(_parts(found, speaker)),
        sources=_sources(found, speaker),
    )


def said_period(period: Period, words: Words) -> str:
    """A whole year or month by its name, anything else from day to day."""
    first, last = period.first, period.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return words.say("report_year", year=first.year)
    if (first.year, first.month, first.day, last.day) == (last.year, last.month, 1, monthrange(last.year, last.month)[1]):
        return words.say("report_month", year=first.year, month=words.tables["months"][first.month - 1])
    return words.day(first) if first == last else words.say("report_span", first=words.day(first), last=words.day(last))


def _summary(found: Review, words: Words) -> str:
    numbers = found.numbers
    said = words.count("report_acts", numbers.acts)
    levels = [words.say("report_each", n=n, name=words.name("levels", level)) for level, n in numbers.levels.items() if level]
    if levels:
        said = words.say("colon", a=said, b=words.say("comma").join(levels))
    return said + words.say("report_stop")


def _figures(found: Review, words: Words) -> tuple[tuple[int, str], ...]:
    numbers = found.numbers
    rows = (
        (numbers.acts, "report_n_acts"), (numbers.drafts, "report_n_drafts"), (numbers.open, "report_n_open"),
        (numbers.approvals, "report_n_approvals"), (numbers.high, "report_n_high"),
    )  # fmt: skip
    return tuple((n, words.count(phrase, n)) for n, phrase in rows)


def _tables(found: Review, words: Words) -> tuple[Table, ...]:
    numbers = found.numbers
    unknown = words.say("report_unknown")
    tables = (
        Table(
            words.say("report_by_level"), tuple((words.name("levels", key) or unknown, n) for key, n in numbers.levels.items())
        ),
        Table(words.say("report_by_place"), tuple((words.place(key) or unknown, n) for key, n in numbers.places.items())),
        Table(
            words.say("report_by_kind"), tuple((words.name("doc_types", key) or unknown, n) for key, n in numbers.kinds.items())
        ),
    )
    return tuple(table for table in tables if table.rows)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """What putting acts in words needs beside them."""

    documents: Mapping[str, Revision]
    context: DigestContext
    words: Words
    told: Mapping[str, str]  # the id under which a cluster is told in this review
    as_of: date

    def source(self, event: PolicyEvent) -> str:
        return self.words.pick(self.context.source_names.get(event.source), event.source)


def _parts(found: Review, speaker: _Speaker) -> list[PartView]:
    words, views = speaker.words, []
    for part in found.parts:
        national = part.key if found.by is By.JURISDICTION else None
        groups = tuple(
            GroupView(
                f"{part.key or 'none'}-{group.place or 'none'}",
                words.say("report_national")
                if group.place == national
                else words.place(group.place) or words.say("report_unknown"),
                tuple(_act(act, speaker) for act in group.acts),
            )
            for group in part.groups
        )
        if len(groups) == 1 and (part.key != "local"):
            groups = (GroupView(groups[0].anchor, "", groups[0].acts),)
        title = words.say(f"report_{part.key}") if found.by is By.LEVEL else words.place(part.key) or words.say("report_other")
        views.append(PartView(f"part-{part.key or 'none'}", title, part.count, groups))
    return views


def _act(act: ReviewedAct, speaker: _Speaker) -> ActView:
    words, lead, labels = speaker.words, act.lead, act.lead.labels
    shown = card(Story(lead, (), (), 0), speaker.context, words, speaker.as_of)
    kind = [shown.doc_type, shown.stage, cut(one_line(labels.document_number), 80) if labels.document_number else ""]
    return ActView(
        anchor=lead.id,
        title=shown.title,
        link=shown.link,
        day=words.day(lead.on) or words.say("report_seen", date=words.day(act.day)),
        issuers=shown.issuers,
        kind=" · ".join(filter(None, kind)),
        importance=words.say("section_high") if labels.importance == "high" else "",
        terms=tuple(_terms(lead, shown, words)),
        topics=shown.topics,
        evidence=" ".join(words.say("quote", text=quote) for quote in shown.quotes),
        steps=tuple(_related(step, speaker) for step in act.steps[:MOST_STEPS]),
        sources=tuple(_cited(event, speaker) for event in _distinct(act)[:MOST_REPORTS]),
    )


def _terms(lead: PolicyEvent, shown: Card, words: Words) -> list[str]:
    labels, terms = lead.labels, []
    if labels.comment_deadline:
        left = shown.days_left or words.say("closed")
        terms.append(words.say("until", date=words.day(labels.comment_deadline)) + words.say("bracket", text=left))
    if labels.effective_date:
        terms.append(words.say("from", date=words.day(labels.effective_date)))
    return terms


def _distinct(act: ReviewedAct) -> list[PolicyEvent]:
    """The reports of an act, each document once."""
    return list({event.item_id: event for event in (*reversed(act.reports), act.lead)}.values())[::-1]


def _cited(event: PolicyEvent, speaker: _Speaker) -> Cited:
    document = speaker.documents.get(event.item_id)
    title = cut(one_line(document.title), 160) if document and not event.main else ""
    return Cited(
        speaker.source(event), title, safe_link(event.url), speaker.words.day(document.published_on if document else None)
    )


def _related(step: Step, speaker: _Speaker) -> Related:
    words, event = speaker.words, step.event
    stage = words.name("stages", event.labels.stage)
    phrase = f"report_step_{step.relation}"
    how = words.say(
        phrase if phrase in words.tables["phrases"] else "report_step_other", date=words.day(day_of(event)), stage=stage
    )
    anchor = speaker.told.get(event.cluster, "")
    return Related(how, cut(one_line(event.title), LONGEST_TITLE), anchor, "" if anchor else safe_link(event.url))


def _sources(found: Review, speaker: _Speaker) -> tuple[SourceView, ...]:
    """Every document behind the acts, by source, in the order of its days."""
    events = {event.item_id: event for act in found.acts for event in (act.lead, *act.reports)}
    filed: dict[str, list[tuple[date, Cited]]] = {}
    for item_id, event in events.items():
        document = speaker.documents.get(item_id)
        title = cut(one_line(document.title if document else event.title), LONGEST_TITLE)
        on = (document.published_on if document else None) or event.published
        link = safe_link(document.url if document else event.url)
        filed.setdefault(speaker.source(event), []).append((on or date.max, Cited("", title, link, speaker.words.day(on))))
    return tuple(
        SourceView(name, tuple(cited for _, cited in sorted(filed[name], key=lambda pair: (pair[0], pair[1].title))))
        for name in sorted(filed)
    )
