"""Everything that an event's own page shows, gathered once."""

from collections.abc import Mapping
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.card import card
from cgtwatch.compose.links import safe_link
from cgtwatch.compose.view import alone
from cgtwatch.compose.words import Words
from cgtwatch.model.item import Revision
from cgtwatch.store.records import Explanation
from cgtwatch.text.clean import one_line
from cgtwatch.web.naming import context_of
from cgtwatch.web.pages.copies import copies
from cgtwatch.web.pages.event_citing import citation
from cgtwatch.web.pages.event_fields import FIELDS, LONGEST_TEXT, field_lines, shown_text
from cgtwatch.web.pages.event_history import history
from cgtwatch.web.pages.event_thread import relative, reports, timeline

_MOST_SIBLINGS, _MOST_VISITS = 40, 12


def event_page(app: App, event_id: str, asked: Mapping[str, str], said: Words) -> dict[str, Any]:
    """What is known of an event, for the template. `asked` is the query: the `field` whose words are marked, the revisions `old` and
    `new` to compare, `text=all` for the whole of a long one. Raises `NotFound`.
    """
    store = app.store
    found, context = store.explain(event_id, readers=False), context_of(app, said)
    event, today = found.event, app.today()
    thread = store.thread(event_id)
    links = store.thread_links(event_id) if len(thread) > 1 else ()
    revision = read_from(found)
    field = asked.get("field") if asked.get("field") in FIELDS else None
    siblings = [one for one in store.events_of(event.item_id) if one.id != event.id]
    kept = copies(found.revisions)
    shown = card(alone(event), context, said, today)
    return {
        "found": found,
        "event": event,
        "card": shown,
        "citation": citation(event, shown, found.item.last_seen.date(), said),
        "fields": field_lines(event, context, said),
        "field": field,
        "revision": revision,
        "shown": shown_text(event, revision, field, everything=asked.get("text") == "all"),
        "limit": LONGEST_TEXT,
        "copies": kept,
        "linked": _linked(revision, {one.key for one in kept}),
        "history": history(found.revisions, asked),
        "visits": found.fetches[-_MOST_VISITS:],
        "earlier": max(0, len(found.fetches) - _MOST_VISITS),
        "thread": timeline(event, thread, links, context, said),
        "reports": reports(event, thread, context, said),
        "siblings": [relative(one, context, said) for one in siblings[:_MOST_SIBLINGS]],
        "more_siblings": max(0, len(siblings) - _MOST_SIBLINGS),
        "said": said.say("comma").join(said.name("labels", name) for name in found.mark.fields) if found.mark else "",
        "titles": {one.id: one_line(one.title, 120) for one in thread},
    }


def read_from(found: Explanation) -> Revision:
    """The revision that the event was read from: its evidence counts in that text."""
    own = [one for one in found.revisions if one.number == found.event.revision]
    return own[0] if own else found.item.latest


def _linked(revision: Revision, kept: set[str]) -> list[tuple[str, str]]:
    """Attachments of which nothing is kept: their names and where they are."""
    return [(one_line(one.name, 200) or one.url, safe_link(one.url)) for one in revision.attachments if one.sha256 not in kept]
