"""Requests from what a source says: placeholders, forms, JSON, and every way of paging."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.acquire.asking import asks, key_of, next_ask
from cgtwatch.acquire.filling import LONGEST, Unaskable
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import Ask
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Paging, RequestRule, Source

NOW = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
SITE = "https://wjw.example.gov.cn"
ANYTHING = st.text(max_size=40)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="{}"), max_size=40)


def source(url=SITE + "/list", **changes):
    return replace(Source("wjw", Kind.LIST, url, Names("", ""), timezone="Asia/Shanghai"), **changes)


def ask(given=None, values=(), term=None, last_ok=None, **changes):
    one = given or source(**changes)
    return asks(one, SourceState("wjw", last_ok=last_ok), NOW, dict(values), term)


def query(url):
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def test_a_plain_source_is_asked_as_it_stands():
    assert ask() == Ask(SITE + "/list")
    assert ask(url=SITE + "/a?b={c}&d=%7B", headers=(("Referer", SITE),)) == Ask(
        SITE + "/a?b={c}&d=%7B", headers=(("Referer", SITE),)
    )


def test_times_are_told_in_the_zone_of_the_source():
    url = SITE + "/?to={now:%Y%m%d}&at={now:%H:%M}&from={since}"
    assert query(ask(url=url).url) == [("to", "20260302"), ("at", "04:30"), ("from", "2026-01-31")]
    assert query(ask(url=url, last_ok=NOW - timedelta(days=3)).url)[2] == ("from", "2026-02-25")


def test_values_are_encoded_for_where_they_stand():
    one = source(
        SITE + "/s/{term}?q={term}",
        headers=(("Referer", SITE + "/{term}"),),
        request=RequestRule("POST", params=(("p", "{term}"),), form=(("q", "a {term}"), ("fixed", "{other}"))),
    )
    found = ask(one, term="细胞 & 基因/1")
    assert found.url.startswith(SITE + "/s/%E7%BB%86%E8%83%9E%20%26%20%E5%9F%BA%E5%9B%A0/1?q=")
    assert query(found.url) == [("q", "细胞 & 基因/1"), ("p", "细胞 & 基因/1")]
    assert parse_qsl(found.body.decode()) == [("q", "a 细胞 & 基因/1"), ("fixed", "{other}")]
    assert dict(found.headers) == {
        "Referer": SITE + "/%E7%BB%86%E8%83%9E & %E5%9F%BA%E5%9B%A0/1", "content-type": "application/x-www-form-urlencoded",
    }  # fmt: skip


def test_json_is_filled_inside_its_strings_alone():
    body = '{"q": "{term}", "list": ["{term}", 5144, null, true], "from": "{since:%Y}", "{term}": 1}'
    found = ask(request=RequestRule("POST", json=body), term='"}, "x": ["\\\n')
    assert json.loads(found.body) == {
        "q": '"}, "x": ["\\\n', "list": ['"}, "x": ["\\\n', 5144, None, True], "from": "2026", "{term}": 1,
    }  # fmt: skip
    assert dict(found.headers) == {"content-type": "application/json"}


@given(ANYTHING, ANYTHING)
def test_no_value_breaks_out_of_query_form_or_json(term, value):
    rule = RequestRule("POST", (("a", "{term}"), ("b", "{SID}")), (("c", "{SID}{term}"), ("d", "1")))
    found = ask(url=SITE + "/x?z={SID}&y=1#f", request=rule, term=term, values={"SID": value})
    parts = urlsplit(found.url)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "wjw.example.gov.cn", "/x", "f")
    assert query(found.url) == [("z", value), ("y", "1"), ("a", term), ("b", value)]
    assert parse_qsl(found.body.decode(), keep_blank_values=True) == [("c", value + term), ("d", "1")]
    sent = ask(request=RequestRule("POST", json='{"q": "x{SID}", "p": ["{term}"]}'), term=term, values={"SID": value})
    assert json.loads(sent.body) == {"q": "x" + value, "p": [term]}
    assert found.url.isascii()
    assert found.url.isprintable()


@given(ANYTHING)
def test_no_value_leads_to_another_site_or_out_of_its_folder(value):
    for url in (SITE + "/api/{SID}", SITE + "/api/a{SID}b", SITE + "/{SID}?x=1"):
        try:
            found = urlsplit(ask(url=url, values={"SID": value}).url)
        except Unaskable:
            assert {".", ".."} & set(value.split("/"))
            continue
        assert (found.scheme, found.netloc, found.fragment) == ("https", "wjw.example.gov.cn", "")
        assert found.path.startswith(urlsplit(url).path.partition("{")[0])
        assert value.lstrip("/") in unquote(found.path)


@pytest.mark.parametrize("value", ["evil.test", "@evil.test/", "evil.test#", ""])
def test_a_page_cannot_say_which_host_is_asked(value):
    for url in ("https://{SID}.gov.cn/", "https://{SID}/x", "https://wjw.gov.cn{SID}", "{SID}"):
        with pytest.raises(Unaskable):
            ask(url=url, values={"SID": value})


def test_a_term_may_be_part_of_the_host_if_it_is_a_plain_word():
    assert ask(url="https://{term}.gov.cn/", term="yjj").url == "https://yjj.gov.cn/"
    with pytest.raises(Unaskable):
        ask(url="https://{term}.gov.cn/", term="evil.test/")


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        ("{'webId':'8d','tagId':'右侧内容','n':1}", [("webId", "8d"), ("tagId", "右侧内容"), ("n", "1")]),
        ('{"a": {"b": "it\'s"}}', [("a", '{"b": "it\'s"}')]),
        ("?a=1&b=%E4%B8%AD&c=", [("a", "1"), ("b", "中"), ("c", "")]),
    ],
)
def test_a_value_in_the_place_of_a_pair_brings_its_pairs(value, pairs):
    assert query(ask(url=SITE + "/unit?{q}", values={"q": value}).url) == pairs
    assert query(ask(url=SITE + "/unit?x=1&{q}", values={"q": value}).url) == [("x", "1"), *pairs]
    assert query(ask(url=SITE + "/unit?x={q}", values={"q": value}).url) == [("x", value)]


@given(ANYTHING)
def test_pairs_of_a_page_stay_within_the_query(value):
    parts = urlsplit(ask(url=SITE + "/unit?x=1&{q}#f", values={"q": value}).url)
    assert (parts.netloc, parts.path, parts.fragment) == ("wjw.example.gov.cn", "/unit", "f")
    assert query(parts.geturl())[0] == ("x", "1")


def test_what_cannot_be_asked_says_why():
    for wrong in (
        {"url": SITE + "/?x={SID}", "values": {"SID": "x" * (LONGEST + 1)}},
        {"request": RequestRule("POST", json='{"a": {SID}}'), "values": {"SID": "1"}},
        {"request": RequestRule("POST", json="[" * 100_000)},
    ):
        with pytest.raises(Unaskable) as caught:
            ask(**wrong)
        assert str(caught.value)
        assert caught.value.hint


@given(ANYTHING, ANYTHING)
def test_requests_that_differ_have_different_keys(one, other):
    first, second = (ask(url=SITE + "/?q={term}", term=term) for term in (one, other))
    assert (key_of(first) == key_of(second)) == (first == second)
    assert key_of(Ask("u", "POST", b"")) != key_of(Ask("u"))


# ---- the pages after


def page(found, paging, number, answered=None, **parsed):
    parsed = {"drafts": (Draft("a"),) * 15, **parsed}
    return next_ask(source(paging=paging), found, answered or found.url, Parsed(**parsed), number)


def test_a_path_counts_on_from_the_number_of_the_second_page():
    paging = Paging("path", path="index_{n}.html", start=1)
    answered = SITE + "/tzgg/index.html"
    assert [page(Ask("x"), paging, n, answered).url for n in (2, 3)] == [SITE + "/tzgg/index_1.html", SITE + "/tzgg/index_2.html"]


def test_a_number_goes_where_the_first_request_has_it():
    paging = Paging("query", param="page", start=2)
    assert page(Ask(SITE + "/?page=1&sid=7"), paging, 2).url == SITE + "/?page=2&sid=7"
    assert page(Ask(SITE + "/?sid=7"), paging, 3).url == SITE + "/?sid=7&page=3"
    form = ask(request=RequestRule("POST", form=(("page", "1"), ("q", "细胞"))))
    assert parse_qsl(page(form, paging, 2).body.decode()) == [("page", "2"), ("q", "细胞")]
    body = ask(request=RequestRule("POST", json='{"page": 1, "q": "细胞", "at": {"page": "1"}}'))
    assert json.loads(page(body, paging, 2).body) == {"page": 2, "q": "细胞", "at": {"page": "1"}}
    assert json.loads(page(body, replace(paging, param="at.page"), 2).body)["at"] == {"page": "2"}
    assert page(body, replace(paging, param="p"), 2).url == SITE + "/list?p=2"
    assert page(body, replace(paging, param="p"), 2).body == body.body


def test_by_form_the_number_joins_the_form():
    paging = Paging("form", param="pageNum", start=2)
    form = ask(request=RequestRule("POST", form=(("q", "1"),)))
    assert parse_qsl(page(form, paging, 2).body.decode()) == [("q", "1"), ("pageNum", "2")]
    body = ask(request=RequestRule("POST", json='{"q": 1}'))
    assert json.loads(page(body, paging, 2).body) == {"q": 1, "pageNum": "2"}
    plain = page(Ask(SITE), paging, 2)
    assert (plain.method, plain.body, dict(plain.headers)) == (
        "POST",
        b"pageNum=2",
        {"content-type": "application/x-www-form-urlencoded"},
    )


def test_offsets_and_windows_count_records():
    offset = Paging("offset", param="start", start=0, size=20)
    assert [page(Ask(SITE + "/?start=0"), offset, n).url for n in (2, 3)] == [SITE + "/?start=20", SITE + "/?start=40"]
    window = Paging("window", param="startrecord,endrecord", start=1, size=45)
    first = ask(request=RequestRule("POST", (("startrecord", "1"), ("endrecord", "45"), ("perpage", "15")), (("col", "1"),)))
    second = page(first, window, 2)
    assert query(second.url) == [("startrecord", "46"), ("endrecord", "90"), ("perpage", "15")]
    assert (second.method, second.body, second.headers) == ("POST", b"col=1", first.headers)


@given(st.integers(1, 50), st.integers(0, 500), st.integers(0, 1), st.sampled_from(["offset", "window"]))
def test_windows_cover_every_record_once_up_to_the_total(size, total, start, by):
    paging = Paging(by, param="a,b" if by == "window" else "a", start=start, size=size, max_pages=1000)
    first = Ask(f"{SITE}/?a={start}&b={start + size - 1}")
    seen = list(range(start, start + size))
    for number in range(2, 1000):
        found = page(first, paging, number, total=total)
        if found is None:
            break
        at = dict(query(found.url))
        assert by == "offset" or int(at["b"]) - int(at["a"]) == size - 1
        seen += range(int(at["a"]), int(at["a"]) + size)
    assert seen == list(range(start, start + max(size, -(-total // size) * size)))


def test_a_cursor_is_carried_on_and_none_ends_it():
    paging = Paging("cursor", param="pageToken", next="nextPageToken")
    assert query(page(Ask(SITE + "/?q=1"), paging, 2, cursor="a&b=c").url) == [("q", "1"), ("pageToken", "a&b=c")]
    assert page(Ask(SITE + "/?q=1"), paging, 2) is None


def test_a_next_address_is_joined_to_the_answer():
    body = ask(request=RequestRule("POST", form=(("q", "1"),)), headers=(("Referer", SITE),))
    found = page(body, Paging("next", next="a.next@href"), 2, SITE + "/col/index.html", next_url="index_2.html")
    assert found == Ask(SITE + "/col/index_2.html", headers=(("Referer", SITE),))
    assert page(Ask(SITE), None, 2, next_url="http://[bad").url == "http://[bad"
    assert page(Ask(SITE), Paging("next", next="x"), 2) is None


def test_the_last_page_ends_it():
    paging = Paging("query", param="page", start=2, max_pages=3)
    assert page(Ask(SITE), paging, 4) is None
    assert page(Ask(SITE), paging, 2, total=15) is None  # fifteen stood on the page before
    assert page(Ask(SITE), replace(paging, size=10), 2, total=15) is not None
    assert page(Ask(SITE), None, 2) is None


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6), WORDS)
def test_turning_a_page_leaves_every_other_value_alone(pairs, param):
    rule = RequestRule("POST", form=tuple(pairs))
    first = ask(request=rule) if pairs else Ask(SITE, "POST", b"", (("Content-Type", "application/x-www-form-urlencoded"),))
    if not param:
        return
    second = parse_qsl(page(first, Paging("form", param=param, start=2), 2).body.decode(), keep_blank_values=True)
    assert [pair for pair in second if pair[0] != param] == [pair for pair in pairs if pair[0] != param]
    assert dict(second)[param] == "2"
