"""`/api/events`: searched, followed by number, looked at, explained, and told what was read wrongly of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from cgtwatch.compose.records import event_record, instant
from cgtwatch.errors import ConfigError
from cgtwatch.model.event import Link
from cgtwatch.model.user import Role, Scope
from cgtwatch.ops.explained import explained, explanation_record
from cgtwatch.ops.listed import event_rows, in_pieces
from cgtwatch.store import Store
from cgtwatch.store.records import EventQuery, Sort
from cgtwatch.web.api.asked import Limit, Seq
from cgtwatch.web.api.described import also, reads, router, writes
from cgtwatch.web.api.filtering import EventsAsked, Filters, asked_query, known_cursor, page_of
from cgtwatch.web.api.here import Given, Here, Marks, Reads, Sent
from cgtwatch.web.api.shapes import events as shapes

LINES = "application/x-ndjson"
_SAID = frozenset({"relevant", "fields", "note"})


def event_routes() -> APIRouter:
    """The addresses of events."""
    to = router("events")
    listed = reads("Search events, or follow what is announced.", shapes.Events, media=also(LINES))
    to.add_api_route("/events", every, **listed)
    counted = reads("How many events each further choice would leave.", shapes.Facets)
    to.add_api_route("/events/facets", facets, **counted)
    to.add_api_route("/events/{id}", one, **reads("One event.", shapes.Event))
    to.add_api_route("/events/{id}/explain", explain, **reads("Why it is known and told.", shapes.Explanation))
    to.add_api_route("/events/{id}/thread", thread, **reads("The life of its act, from draft to repeal.", shapes.Thread))
    marked = writes("Say what was read wrongly of it.", shapes.Marked, Scope.EVENTS, body=shapes.MarkAsked)
    to.add_api_route("/events/{id}/mark", mark, **marked)
    unmarked = writes("Forget what was said of it.", shapes.Marked, Scope.EVENTS, method="DELETE")
    to.add_api_route("/events/{id}/mark", unmark, **unmarked)
    told = reads("Everything that was told, in the order in which it was.", shapes.Announcements)
    to.add_api_route("/announcements", announcements, **told)
    return to


def every(request: Request, here: Here, _grant: Reads, asked: Annotated[EventsAsked, Query()]) -> Response:
    """With the fields of `events --json`.

    `next` is the `cursor` of the following page, or null. A program that follows the news asks with `after_seq` (0 at first) and
    then with the `seq` of each answer: every event that was announced since, once, as it is now; nothing is missed.
    With `Accept: application/x-ndjson` all that is found comes at once, an event a line.
    """
    store, query = here.app.store, replace(asked_query(here.app, request), since=asked.changed_since, seq=asked.after_seq)
    if asked.after_seq is not None:
        query = replace(query, sort=Sort.SEQ)
    query = replace(query, after=known_cursor(asked.cursor, store.event))
    if LINES in request.headers.get("accept", ""):
        return StreamingResponse(_lines(store, query), media_type=LINES)
    latest = store.last_seq()  # before the page is read: what comes meanwhile comes with the next one
    rows, following = page_of(lambda wanted: [*event_rows(store, wanted)], query, asked.limit)
    seq = latest if asked.after_seq is None or not following else rows[-1]["seq"]
    return JSONResponse({"events": rows, "next": following, "seq": max(seq, asked.after_seq or 0)})


def facets(request: Request, here: Here, _grant: Reads, asked: Annotated[Filters, Query()]) -> Response:  # noqa: ARG001 - it checks
    """By the names of the query, most first; of a name that is asked for, what its other values would bring."""
    found = here.app.store.browse(replace(asked_query(here.app, request), limit=0))
    total = found.total if found.total is not None else 0
    counts = {
        name: [{"value": value, "count": count} for value, count in sorted(values.items(), key=lambda each: (-each[1], each[0]))]
        for name, values in found.counts.items()
    }
    return JSONResponse({"total": total, "facets": counts})


def one(here: Here, _grant: Reads, id: str) -> Response:
    """Also one that was withdrawn, because its document no longer tells of it."""
    return JSONResponse(event_record(here.app.store.event(id)))


def explain(here: Here, grant: Reads, id: str) -> Response:
    """As `explain --json`: source, visits, revisions, evidence, and, for operators, who got it or not."""
    record = explanation_record(*explained(here.app, id))
    return JSONResponse(record if grant.role is Role.OPERATOR else {**record, "told": [], "waiting": []})


def thread(here: Here, _grant: Reads, id: str) -> Response:
    """All its events by day, and the links that hold them together."""
    store = here.app.store
    links = [_link(each) for each in store.thread_links(id)]
    return JSONResponse(
        {"thread": store.event(id).thread, "events": [event_record(each) for each in store.thread(id)], "links": links}
    )


def mark(here: Here, grant: Marks, id: str, given: Sent) -> Response:
    """Lists, digests, reports and searches follow, also when its document is read again. What is marked as not relevant is told no more."""
    args = {"event": id, "relevant": given.get("relevant"), "fields": _fields(given), "note": given.get("note"), "by": grant.name}
    return JSONResponse(here.run("events.mark", args))


def unmark(here: Here, _grant: Marks, id: str) -> Response:
    """The event is as it was read."""
    return JSONResponse(here.run("events.clear", {"event": id}))


def announcements(here: Here, _grant: Reads, after_seq: Seq = 0, limit: Limit = 100) -> Response:
    """An event stands here as often as it was told, with what changed, and as it is now."""
    found = here.app.store.announcements(after_seq, None, limit + 1)
    rows = [
        {
            "seq": each.seq,
            "kind": each.kind.value,
            "at": instant(each.at),
            "change": each.change,
            "event": event_record(each.event),
        }
        for each in found[:limit]
    ]
    return JSONResponse({"announcements": rows, "seq": rows[-1]["seq"] if rows else after_seq, "more": len(found) > limit})


def _lines(store: Store, query: EventQuery) -> Iterator[bytes]:
    for found in in_pieces(store, query):
        yield b"".join(json.dumps(event_record(one), ensure_ascii=False).encode() + b"\n" for one in found)


def _link(one: Link) -> dict[str, Any]:
    return {"event": one.event, "other": one.other, "relation": one.relation.value, "reason": one.reason}


def _fields(given: Given) -> list[str]:
    """`{"stage": "issued"}` as the operation takes it, `NAME=VALUE`. Raises `ConfigError` with every mistake of form."""
    problems = [f"{name} cannot be given here; leave it out" for name in sorted(given.keys() - _SAID)]
    fields = given.get("fields") or {}
    if not isinstance(given.get("relevant"), bool | None):
        problems.append("relevant: write true or false")
    if not isinstance(given.get("note"), str | None):
        problems.append("note: write a line of text")
    if not isinstance(fields, dict):
        problems.append('fields: write an object, such as {"stage": "issued"}')
        fields = {}
    texts = [_text(name, value) for name, value in fields.items()]
    problems += [
        f"fields: {name[:40]!r} takes a text, a list of texts, true, false or null"
        for name, text in zip(fields, texts, strict=True)
        if text is None
    ]
    if problems:
        raise ConfigError(problems)
    return [text for text in texts if text is not None]


def _text(name: str, value: object) -> str | None:
    if "=" in name:
        return None
    if isinstance(value, bool):
        return f"{name}={'yes' if value else 'no'}"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ",".join(value)
    return f"{name}={value or ''}" if isinstance(value, str | None) else None
