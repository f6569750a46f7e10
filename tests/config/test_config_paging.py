"""Further pages: each way, what it needs, what does not go with it, and where it starts."""

import pytest

from cgtwatch.model.source import ListRule, Paging
from sources_file import mistakes, one

LISTED = "kind: list, list: {item: li}"
RECORDS = "kind: api, api: {key: id}"


def file_of(rest: str) -> str:
    return f"sources:\n  - {{id: a, url: 'https://a.example.org/', {rest}}}\n"


RIGHT = {
    "path": (LISTED, "{by: path, path: 'p{n}.html'}", Paging("path", "p{n}.html", start=1)),
    "query": (LISTED, "{by: query, param: p, total: '.sum ~ (\\d+)', size: 15}", Paging("query", param="p", start=2, size=15, total=".sum ~ (\\d+)")),
    "form": ("kind: api, api: {key: id, form: {p: 0}}", "{by: form, param: p}", Paging("form", param="p", start=1)),
    "json": ("kind: api, api: {key: id, json: {p: 1}}", "{by: form, param: p}", Paging("form", param="p", start=2)),
    "offset": (RECORDS, "{by: offset, param: skip, size: 100, total: meta.total}", Paging("offset", param="skip", start=0, size=100, total="meta.total")),
    "offset from one": ("kind: api, api: {key: id, params: {from: 1}}", "{by: offset, param: from, size: 9}", Paging("offset", param="from", start=1, size=9)),
    "window": (LISTED, "{by: window, param: 'first,last', size: 45}", Paging("window", param="first,last", start=1, size=45)),
    "cursor": (RECORDS, "{by: cursor, param: token, next: nextToken}", Paging("cursor", param="token", next="nextToken")),
    "next": (RECORDS, "{by: next, next: links.next, max_pages: 9}", Paging("next", next="links.next", max_pages=9)),
    "own start": (RECORDS, "{by: query, param: p, start: 5}", Paging("query", param="p", start=5)),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "paging", "rule"), RIGHT.values(), ids=RIGHT)
def test_every_way_is_read_and_starts_where_its_request_says(kind, paging, rule, tmp_path):
    assert one(file_of(f"{kind}, paging: {paging}"), tmp_path).paging == rule


def test_a_next_link_given_as_paging_becomes_part_of_the_list_rule(tmp_path):
    source = one(file_of(f"{LISTED}, paging: {{by: next, next: a.next@href, max_pages: 9}}"), tmp_path)
    assert (source.list, source.paging) == (ListRule("li", next="a.next@href", max_pages=9), None)


WRONG = {
    "by": ("{by: paths}", "paging.by: 'paths' is not known (did you mean 'path'?)"),
    "offset without size": ("{by: offset, param: s}", "paging.size: is missing; by: offset needs it"),
    "window without pair": ("{by: window, param: s, size: 9}", "paging.param: 's' must name two parameters; write startrecord"),
    "cursor without next": ("{by: cursor, param: s}", "paging.next: is missing; by: cursor needs it"),
    "cursor with size": ("{by: cursor, param: s, next: a, size: 9}", "paging.size: does not go with by: cursor"),
    "next with param": ("{by: next, next: a, param: p}", "paging.param: does not go with by: next"),
    "path with param": ("{by: path, path: 'a{n}', param: p}", "paging.param: does not go with by: path"),
    "form without body": ("{by: form, param: p}", "paging.by: form needs a body; write api: {form: {…}}, or by: query"),
    "selector": ("{by: query, param: p, total: 'b['}", "paging.total: 'b[' is no CSS selector"),
    "size": ("{by: query, param: p, size: 0}", "paging.size: '0' is no whole number from 1"),
}


@pytest.mark.parametrize(("paging", "told"), WRONG.values(), ids=WRONG)
def test_what_a_way_lacks_or_cannot_use_is_told(paging, told, tmp_path):
    [found] = mistakes(file_of(f"{LISTED}, paging: {paging}"), tmp_path)
    assert found.startswith("2: sources[1] a: " + told)
