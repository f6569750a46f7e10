"""What is told, as JSON: the records of a digest, which webhooks send and chat cards are made of."""

from collections.abc import Sequence
from typing import Any

from cgtwatch.compose.assemble import Story
from cgtwatch.compose.card import Card
from cgtwatch.compose.records import day, event_record
from cgtwatch.compose.thread import Step


def story_record(story: Story, section: str, shown: Card, steps: Sequence[Step] = ()) -> dict[str, Any]:
    """The event's record with what the digest says of it; `words` are the strings a chat card shows."""
    return {
        **event_record(story.event),
        "seq": story.seq,
        "section": section or "other",
        "kinds": [str(kind) for kind in story.kinds],
        "changes": list(shown.changes),
        "reports": [{"id": each.id, "source": each.source, "title": each.title, "url": each.url} for each in story.reports],
        "steps": [
            {"relation": step.relation, "event": step.event.id, "date": day(step.event.on), "title": step.event.title}
            for step in steps
        ],
        **({"translation": _translation(shown)} if shown.translated else {}),
        "words": {
            "title": shown.title,
            "link": shown.link or shown.stored,
            "stored": shown.stored,
            "meta": shown.meta,
            "issuers": shown.issuers,
            "stage": shown.stage,
            "doc_type": shown.doc_type,
            "place": shown.place,
            "facts": shown.facts,
            "deadline": shown.deadline,
            "days_left": shown.days_left,
            "reminder": shown.reminder,
            "badges": list(shown.badges),
            "steps": [{"how": each.how, "title": each.title, "link": each.link} for each in shown.steps],
        },
    }


def _translation(shown: Card) -> dict[str, str]:
    """What a machine made of it; never in the place of what the document says."""
    return {"by": "machine", "title": shown.translated, "summary": shown.translated_summary}
