"""One event as a reader sees it: every string ready, clean, bounded and in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from cgtwatch.compose.assemble import Story, is_open
from cgtwatch.compose.changes import extends, said_change
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.thread import day_of
from cgtwatch.compose.why import why_event
from cgtwatch.compose.words import Words
from cgtwatch.model.event import AnnouncementKind, PolicyEvent, Relation
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut

LONGEST_TITLE = 300  # characters as a reader counts them
_LONGEST_SUMMARY = 160
_LONGEST_QUOTE = 40
_MOST_QUOTES = 4
_MOST_REPORTS = 5
_MOST_STEPS = 4
_STEP_RANK = {"finalises": 0, "amends": 0, "repeals": 0, "replies_to": 0, "cites": 2}
_URGENT_DAYS = 7
_QUOTED = ("comment_deadline", "effective_date", "document_number", "stage", "modalities", "cgt", "relevant", "importance")


@dataclass(frozen=True, slots=True)
class Report:
    """Another report of the same act."""

    source: str
    title: str
    link: str
    on: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step before or after the act: how it stands to it, and what it is."""

    how: str
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class Card:
    """An event in words. Empty strings are what is not known; links are http(s) or empty."""

    id: str
    title: str
    link: str
    stored: str
    badges: tuple[str, ...]
    meta: str  # issuer · stage · kind · place · own topics
    issuers: str
    stage: str
    doc_type: str
    place: str
    facts: str  # number · date · in force from
    deadline: str  # until when comments are taken, while they are
    days_left: str
    urgent: bool
    topics: str
    summary: str
    because: str
    source: str
    changes: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    reports: tuple[Report, ...] = field(default=())
    more_reports: str = ""
    translated: str = ""  # title and summary by a machine, in the reader's language
    translated_summary: str = ""
    reminder: str = ""  # "reminder: 7 days left", where that is why it is told
    steps: tuple[StepLine, ...] = ()


def card(story: Story, context: DigestContext, words: Words, today: date) -> Card:
    """The story in words, as of `today` in the reader's zone."""
    event, labels = story.event, story.event.labels
    issuers = words.issuers(labels.issuers, context.issuer_names)
    stage, doc_type, place = (
        words.name("stages", labels.stage),
        words.name("doc_types", labels.doc_type),
        words.place(labels.jurisdiction),
    )
    source = words.pick(context.source_names.get(event.source), event.source)
    deadline = labels.comment_deadline if is_open(event, today) else None
    own = [words.pick(context.topic_names.get(topic), topic) for topic in labels.topics]
    machine = context.translated(event)
    reminder = words.count("reminder", (deadline - today).days) if deadline and story.reminded else ""
    spare = len(story.reports) - _MOST_REPORTS
    return Card(
        id=event.id,
        title=title(event),
        link=safe_link(event.url),
        stored=stored_link(event, context),
        badges=tuple(badges(story, context, words, reminder)),
        meta=" · ".join(filter(None, [issuers or source, stage, doc_type, place, *own])),
        issuers=issuers,
        stage=stage,
        doc_type=doc_type,
        place=place,
        facts=" · ".join(filter(None, _facts(event, words))),
        deadline=words.say("until", date=words.day(deadline)) if deadline else "",
        days_left=words.days_left(deadline, today) if deadline else "",
        urgent=deadline is not None and (deadline - today).days <= _URGENT_DAYS,
        topics=words.say("comma").join([*(words.name("modalities", modality) for modality in labels.modalities), *own]),
        summary=cut(one_line(event.summary), _LONGEST_SUMMARY),
        because=why_event(context.why.get(event.id, ()), words, context.issuer_names, context.topic_names),
        source=source,
        changes=tuple(cut(one_line(said_change(change, words)), LONGEST_TITLE) for change in story.changes),
        quotes=tuple(_quotes(event)),
        reports=tuple(_report(report, context, words) for report in story.reports[:_MOST_REPORTS]),
        more_reports=words.count("more", spare) if spare > 0 else "",
        translated=cut(one_line(machine.title), LONGEST_TITLE) if machine else "",
        translated_summary=cut(one_line(machine.summary), 2 * _LONGEST_SUMMARY) if machine else "",
        reminder=reminder,
        steps=tuple(_steps(event, context, words)),
    )


def title(event: PolicyEvent) -> str:
    """The event's title on one line, cut between characters."""
    return cut(one_line(event.title), LONGEST_TITLE) or event.id


def stored_link(event: PolicyEvent, context: DigestContext) -> str:
    """The event's own page, which shows the stored copy; empty where there is no web page."""
    if not context.public_url:
        return ""
    return safe_link(context.public_url.rstrip("/") + context.keyed(f"/events/{event.id}"))


def badges(story: Story, context: DigestContext, words: Words, reminder: str) -> Iterable[str]:
    """Why it is told again, and that it is the final form of a draft."""
    for kind in story.kinds:
        if kind is AnnouncementKind.REMINDER:
            yield from filter(None, [reminder])  # nothing once the deadline is over
        elif kind is AnnouncementKind.REVISED and any(map(extends, story.changes)):
            yield words.say("extended")
        elif kind is not AnnouncementKind.NEW:
            yield words.name("badges", kind)
    if any(step.relation == Relation.FINALISES for step in context.steps.get(story.event.id, ())):
        yield words.say("now_final")


def _steps(event: PolicyEvent, context: DigestContext, words: Words) -> Iterable[StepLine]:
    """What it finalises, amends, repeals or answers before the rest of its thread; in the order of their days."""
    known = context.steps.get(event.id, ())
    kept = sorted(known, key=lambda step: _STEP_RANK.get(step.relation.removesuffix("_by"), 1))[:_MOST_STEPS]
    for step in (step for step in known if step in kept):
        phrase = f"step_{step.relation}"
        how = words.say(
            phrase if phrase in words.tables["phrases"] else "step_other",
            date=words.day(day_of(step.event)),
            stage=words.name("stages", step.event.labels.stage),
        )
        yield StepLine(how, cut(one_line(step.event.title), 120), stored_link(step.event, context) or safe_link(step.event.url))


def _facts(event: PolicyEvent, words: Words) -> Iterable[str]:
    labels = event.labels
    yield words.say("number", number=cut(one_line(labels.document_number), 60)) if labels.document_number else ""
    yield words.day(event.on)
    yield words.say("from", date=words.day(labels.effective_date)) if labels.effective_date else ""


def _quotes(event: PolicyEvent) -> Iterable[str]:
    """The document's own words that the values rest on; not those that the title or a longer quotation shows anyway."""
    shown = one_line(event.title)
    spans = [span for name in _QUOTED for span in event.evidence.get(name, ()) if span.of == "document"]
    texts = dict.fromkeys(cut(one_line(span.text), _LONGEST_QUOTE) for span in spans)
    kept = [text for text in texts if text and text not in shown]
    return [text for text in kept if not any(text in other and text != other for other in kept)][:_MOST_QUOTES]


def _report(event: PolicyEvent, context: DigestContext, words: Words) -> Report:
    source = words.pick(context.source_names.get(event.source), event.source)
    return Report(source, cut(one_line(event.title), 120), safe_link(event.url), words.day(event.published))
