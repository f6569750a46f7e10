"""The subject line: what is inside, in one glance."""

from collections.abc import Sequence
from datetime import date

from cgtwatch.compose.assemble import Section, Story, is_open
from cgtwatch.compose.card import badges, title
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.words import Words
from cgtwatch.text.clean import one_line
from cgtwatch.text.graphemes import cut_to_width

_COLUMNS = 110  # mail lists show 40 to 70 columns; the counts stand first


def digest_subject(parts: Sequence[Section], context: DigestContext, words: Words, today: date) -> str:
    """Of one event why it is told, until when it is open, issuer and title; of several how many, how many are open or important, and the first one.

    Reminders are counted apart: they are no news.
    """
    told = [story for part in parts for story in part.stories]
    if not told:
        return words.count("subject_count", 0)
    lead, near = _lead(told[0], context, words), [story for story in told if not story.news]
    if len(told) == 1:
        signs = [_reminder(near[0], words, today)] if near else _signs(told[0], context, words, today)
        return _line(words.say("subject_lead", counts=words.say("subject_join").join(signs), lead=lead) if signs else lead)
    if len(near) == len(told):
        counts = [words.count("subject_only_reminders", len(near)), *_open(parts, words)[1:]]
    else:
        reminders = [words.count("subject_reminders", len(near))] if near else []
        news = words.count("subject_count", len(told) - len(near))
        counts = [news, *_open(parts, words), *_high(parts, words), *reminders]
    return _line(words.say("subject_lead", counts=words.say("subject_join").join(counts), lead=lead))


def nothing_subject(still_open: int, words: Words) -> str:
    """That nothing is new, and how much is still open for comment."""
    return words.count("nothing_subject", still_open)


def _signs(story: Story, context: DigestContext, words: Words, today: date) -> list[str]:
    """Why one event is told again, or that it is open; then the last day for comments."""
    deadline = story.event.labels.comment_deadline if is_open(story.event, today) else None
    told = list(badges(story, context, words, _reminder(story, words, today) if story.reminded else ""))
    if deadline is None:
        return told
    return [*(told or [words.say("section_consultations")]), words.say("subject_closes", date=_short(deadline, words))]


def _reminder(story: Story, words: Words, today: date) -> str:
    deadline = story.event.labels.comment_deadline
    return words.count("reminder", max(0, (deadline - today).days)) if deadline else words.name("kinds", "reminder")


def _line(text: str) -> str:
    return cut_to_width(one_line(text), _COLUMNS)


def _lead(story: Story, context: DigestContext, words: Words) -> str:
    issuers = words.issuers(story.event.labels.issuers[:1], context.issuer_names)
    name = title(story.event)
    return words.say("subject_title", issuer=issuers, title=name) if issuers and issuers not in name else name


def _open(parts: Sequence[Section], words: Words) -> list[str]:
    deadlines: list[date] = [
        story.event.labels.comment_deadline
        for part in parts
        if part.key == "consultations"
        for story in part.stories
        if story.event.labels.comment_deadline
    ]
    if not deadlines:
        return []
    soonest = words.say("subject_next", date=_short(min(deadlines), words))
    return [words.count("subject_open", len(deadlines)), soonest]


def _high(parts: Sequence[Section], words: Words) -> list[str]:
    high = sum(len(part.stories) for part in parts if part.key == "high")
    return [words.count("subject_high", high)] if high else []


def _short(day: date, words: Words) -> str:
    return words.say("short_date", month=words.tables["months"][day.month - 1], day=day.day)
