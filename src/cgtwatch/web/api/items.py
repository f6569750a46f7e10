"""`/api/items`: documents, their versions, and what changed between two of them."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cgtwatch.diff.compare import readable
from cgtwatch.errors import ConfigError
from cgtwatch.ops.listed import diff_record, item_row, item_rows, revision_record
from cgtwatch.web.api.asked import Flag
from cgtwatch.web.api.described import reads, router
from cgtwatch.web.api.filtering import ItemsAsked, asked_query, known_cursor, page_of, seen_between
from cgtwatch.web.api.here import Here, Reads
from cgtwatch.web.api.shapes import items as shapes


def item_routes() -> APIRouter:
    """The addresses of items."""
    to = router("items", "/items")
    to.add_api_route("", every, **reads("Documents, newest change first.", shapes.Items))
    to.add_api_route("/{id}", one, **reads("One document with its latest version.", shapes.Item))
    to.add_api_route("/{id}/revisions", revisions, **reads("All its versions.", shapes.Revisions))
    to.add_api_route("/{id}/diff", diff, **reads("What changed between two versions.", shapes.Diff))
    return to


def every(request: Request, here: Here, _grant: Reads, asked: Annotated[ItemsAsked, Query()]) -> Response:
    """As `items --json`; `next` is the `cursor` of the following page, or null."""
    store, query = here.app.store, seen_between(asked_query(here.app, request))
    query = replace(query, after=known_cursor(asked.cursor, store.item))
    rows, following = page_of(lambda wanted: [*item_rows(store, wanted)], query, asked.limit)
    return JSONResponse({"items": rows, "next": following})


def one(here: Here, _grant: Reads, id: str) -> Response:
    """With the labels that were read out of it."""
    return JSONResponse(item_row(here.app.store, id))


def revisions(here: Here, _grant: Reads, id: str, *, text: Flag = False) -> Response:
    """Oldest first; with `text` the whole of each."""
    found = here.app.store.revisions(id)
    return JSONResponse({"item": id, "revisions": [revision_record(each, text=text) for each in found]})


def diff(
    here: Here,
    _grant: Reads,
    id: str,
    old: Annotated[
        int | None, Query(alias="from", ge=1, lt=1 << 31, description="A revision; default: the last but one.")
    ] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, lt=1 << 31, description="A revision; default: the last.")] = None,
) -> Response:
    """Sentences, with their changed words marked. With one version there is nothing to compare: 422."""
    known = {each.number: each for each in here.app.store.revisions(id)}
    first = old if old is not None else (max(known) - 1 if new is None else new - 1)
    last = new if new is not None else max(known)
    if wrong := [number for number in (first, last) if number not in known]:
        raise ConfigError([f"there is no revision {number}; known: {', '.join(map(str, known))}" for number in wrong])
    return JSONResponse(diff_record(known[first], known[last], readable(known[first], known[last])))
