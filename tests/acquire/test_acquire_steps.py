"""Sources that take more than one plain request: terms, preloaded pages, forms, cursors, alternates. Against sites of our own."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from cgtwatch.acquire.http import HttpAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Paging, Preload, RequestRule, Source, Taken
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from loopback import LOOPBACK, Asked, Site, pages, reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pick(source, fetched):
    """As the parse room does it, by patterns alone."""
    found = {}
    for taken in source.preload.set:
        match = re.search(taken.regex, fetched.body.decode())
        if match is None:
            raise ParseError(f"{source.id}: {taken.name}: {taken.regex} is not on the page")
        found[taken.name] = match[1].replace("&quot;", '"')
    return found


@pytest.fixture
def acquirer():
    net = Net(NetPolicy(LOOPBACK, "cgtwatch/test"))
    yield HttpAcquirer(AcquireParts(net, lambda: NOW, Pacing(), pick=pick))
    net.close()


def source(url, **changes):
    plain = Source("miit", Kind.LIST, url, Names("", ""), gap=timedelta(), robots="ignore", timeout=timedelta(seconds=5))
    return replace(plain, **changes)


def after(visit):
    """The state after a good visit."""
    return SourceState("miit", validators=visit.validators, full_fetch_at=NOW, last_ok=NOW)


def visited(acquirer, one, state=None):
    found = acquirer.visit(one, state or SourceState("miit"))
    assert not isinstance(found, Failed), found
    return found


def failed(visit) -> Failed:
    assert isinstance(visit, Failed), visit
    assert visit.message
    assert visit.hint
    return visit


def query(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(asked.target).query, keep_blank_values=True))


# ---- search terms


class Search:
    """Answers by term, with an ETag of what it says."""

    def __init__(self, **found: str) -> None:
        self.found = found

    def __call__(self, asked: Asked) -> bytes:
        said = self.found[query(asked)["q"]]
        etag = f'"{quote(said)}"'
        return reply("", 304) if asked.headers.get("if-none-match") == etag else reply(said, ETag=etag)


def test_every_term_is_asked_and_the_first_answer_carries_the_others(acquirer):
    with Site(Search(细胞="a", 基因="b")) as site:
        visit = visited(acquirer, source(site.url("/?q={term}"), terms=("细胞", "基因")))
    assert isinstance(visit, Fetched)
    assert ([visit.body, *(more.body for more in visit.more)], visit.requests) == ([b"a", b"b"], 2)
    assert [query(Asked("GET", one.ask.url, {}, b"", 0))["q"] for one in (visit, *visit.more)] == ["细胞", "基因"]
    assert len(visit.validators.others) == 2


def test_terms_without_news_are_no_change(acquirer):
    with Site(Search(a="1", b="2")) as site:
        one = source(site.url("/?q={term}"), terms=("a", "b"))
        first = visited(acquirer, one)
        second = visited(acquirer, one, after(first))
        assert isinstance(second, NotModified)
        assert (second.status, second.requests, second.validators) == (304, 2, first.validators)
        assert all("if-none-match" in asked.headers for asked in site.asked[2:])


def test_the_same_bytes_for_every_term_are_no_change(acquirer):
    with Site(lambda asked: reply(query(asked)["q"])) as site:
        one = source(site.url("/?q={term}"), terms=("a", "b"))
        second = visited(acquirer, one, after(visited(acquirer, one)))
        assert isinstance(second, NotModified)
        assert (second.status, second.size) == (200, 2)


def test_where_one_term_has_news_those_without_are_asked_again_in_full(acquirer):
    search = Search(a="1", b="2", c="3")
    with Site(search) as site:
        one = source(site.url("/?q={term}"), terms=("a", "b", "c"))
        first = visited(acquirer, one)
        search.found["b"] = "news"
        second = visited(acquirer, one, after(first))
        assert isinstance(second, Fetched)
        assert [second.body, *(more.body for more in second.more)] == [b"1", b"news", b"3"]
        assert second.requests == 5
        assert isinstance(visited(acquirer, one, after(second)), NotModified)


def test_a_new_term_is_news(acquirer):
    with Site(Search(a="1", b="2")) as site:
        first = visited(acquirer, source(site.url("/?q={term}"), terms=("a",)))
        second = visited(acquirer, source(site.url("/?q={term}"), terms=("a", "b")), after(first))
        assert isinstance(second, Fetched)
        assert len(second.more) == 1


def test_a_term_that_fails_fails_the_visit_and_is_named(acquirer):
    with Site(lambda asked: reply("", 500) if query(asked)["q"] == "基因" else reply("x")) as site:
        visit = failed(acquirer.visit(source(site.url("/?q={term}"), terms=("细胞", "基因", "c")), SourceState("miit")))
        assert (visit.error, "基因" in visit.message, visit.requests) == (ErrorClass.HTTP_5XX, True, 2)


def test_a_term_that_has_failed_three_times_no_longer_hides_what_the_others_bring(acquirer):
    with Site(lambda asked: reply("", 404) if query(asked)["q"] == "基因" else reply("x")) as site:
        one = source(site.url("/?q={term}"), terms=("细胞", "基因", "c"))
        visit = acquirer.visit(one, SourceState("miit", failures=3))
        assert isinstance(visit, Fetched)
        assert (visit.body, len(visit.more), len(visit.validators.others)) == (b"x", 1, 2)
        assert ["基因" in told and "404" in told for told in visit.lost] == [True]
        again = acquirer.visit(one, replace(after(visit), failures=3))
        assert isinstance(again, Fetched), "a term without an answer is no term without news"


def test_where_every_term_fails_the_visit_fails_however_often_it_did(acquirer):
    with Site(lambda asked: reply("", 404)) as site:
        visit = failed(acquirer.visit(source(site.url("/?q={term}"), terms=("a", "b")), SourceState("miit", failures=9)))
    assert "'a'" in visit.message


def test_the_time_of_a_visit_counts_for_each_term_and_is_bounded_for_all(acquirer):
    class Slow(Net):
        def exchange(self, request):
            limits.append(request.deadline)
            found = super().exchange(request)
            return replace(found, duration=timedelta(seconds=4))

    limits: list[timedelta] = []
    net = Slow(NetPolicy(LOOPBACK))
    slow = HttpAcquirer(AcquireParts(net, lambda: NOW, Pacing()))
    with Site(lambda asked: reply("x")) as site:
        one = source(site.url("/?q={term}"), terms=tuple("abcdefghijklmnop"))
        visit = failed(slow.visit(one, SourceState("miit")))
    net.close()
    assert visit.error is ErrorClass.TIMEOUT
    assert limits == [timedelta(seconds=5)] * 12 + [timedelta(seconds=2)]


# ---- placeholders of time


def test_an_address_with_a_date_is_compared_by_its_bytes_and_asked_conditionally_on_the_same_day(acquirer):
    with Site(lambda asked: reply("", 304) if "if-none-match" in asked.headers else reply("same", ETag='"1"')) as site:
        one = source(site.url("/?since={since}"))
        first = visited(acquirer, one)
        assert isinstance(first, Fetched)
        second = visited(acquirer, one, after(first))  # another `since`: nothing known of that address
        assert (isinstance(second, NotModified), second.status) == (True, 200)
        third = visited(acquirer, one, after(second))
        assert (isinstance(third, NotModified), third.status) == (True, 304)
        assert [query(asked)["since"] for asked in site.asked] == ["2026-01-30", "2026-02-27", "2026-02-27"]


# ---- forms and JSON


def test_a_form_is_sent_unconditionally_and_the_same_bytes_are_no_change(acquirer):
    with Site(lambda asked: reply(asked.body, ETag='"1"')) as site:
        one = source(site.url(), request=RequestRule("POST", form=(("col", "1"), ("webname", "卫健委"))))
        first = visited(acquirer, one)
        second = visited(acquirer, one, after(first))
        assert (isinstance(second, NotModified), second.status) == (True, 200)
        assert all(asked.headers["content-type"] == "application/x-www-form-urlencoded" for asked in site.asked)
        assert not any("if-none-match" in asked.headers for asked in site.asked)
        other = replace(one, request=RequestRule("POST", form=(("col", "2"),)))
        assert isinstance(visited(acquirer, other, after(second)), Fetched)


def records(first: int, last: int, total: int) -> str:
    rows = "".join(f"<record><![CDATA[<li>{n}</li>]]></record>" for n in range(first, min(last, total) + 1))
    return f"<datastore><totalrecord>{total}</totalrecord><recordset>{rows}</recordset></datastore>"


def test_a_window_of_records_is_moved_on_until_all_are_seen(acquirer):
    def dataproxy(asked: Asked) -> bytes:
        at = query(asked)
        assert (asked.method, asked.body) == ("POST", b"col=1&columnid=1229123469")
        return reply(records(int(at["startrecord"]), int(at["endrecord"]), 100))

    rule = RequestRule(
        "POST", (("startrecord", "1"), ("endrecord", "45"), ("perpage", "15")), (("col", "1"), ("columnid", "1229123469"))
    )
    paging = Paging("window", param="startrecord,endrecord", start=1, size=45, max_pages=9)
    with Site(dataproxy) as site:
        one = source(site.url("/module/jpage/dataproxy.jsp"), request=rule, paging=paging)
        at = visited(acquirer, one)
        seen = [at]
        while (turned := acquirer.turn(one, at, Parsed((Draft("x"),) * 45, total=100), len(seen) + 1)) is not None:
            seen.append(turned)
    found = [int(n) for visit in seen for n in re.findall(r"<li>(\d+)</li>", visit.body.decode())]
    assert (found, len(seen)) == (list(range(1, 101)), 3)


def test_a_cursor_in_a_json_body_leads_to_the_end(acquirer):
    def answer(asked: Asked) -> bytes:
        at = json.loads(asked.body)
        return reply(json.dumps({"rows": [at["cursor"]], "filter": at["filter"]}))

    with Site(answer) as site:
        one = source(
            site.url(), request=RequestRule("POST", json='{"cursor": "", "filter": {"q": "{term}"}}'), terms=("细胞",),
            paging=Paging("cursor", param="cursor", next="next"),
        )  # fmt: skip
        at = visited(acquirer, one)
        second = acquirer.turn(one, at, Parsed((), cursor="c2"), 2)
        assert json.loads(second.body) == {"rows": ["c2"], "filter": {"q": "细胞"}}
        assert acquirer.turn(one, at, Parsed(()), 3) is None


# ---- a page asked first


def test_cookie_and_query_of_the_first_page_lead_to_the_fragment(acquirer):
    unit = {"parseType": "buildstatic", "webId": "8d82", "tagId": "右侧内容"}

    def miit(asked: Asked) -> bytes:
        if asked.target == "/zwgk/index.html":
            script = "<script parseType='buildstatic' querydata=\"" + str(unit) + '"></script>'
            return reply(f"<html><body>{script}</body></html>", Set_Cookie="jsessionid=7; Path=/; HttpOnly")
        if "jsessionid=7" not in asked.headers.get("cookie", ""):
            return reply("", 403)
        assert query(asked) == unit
        assert asked.headers["referer"].endswith("/zwgk/index.html")
        return reply(json.dumps({"data": {"html": "<ul><li>公告</li></ul>"}}))

    with Site(miit) as site:
        page = site.url("/zwgk/index.html")
        first = Preload(page, cookies=True, set=(Taken("q", regex='querydata="([^"]+)"'),))
        one = source(site.url("/api-gateway/unit?{q}"), preload=first, headers=(("Referer", page),))
        visit = visited(acquirer, one)
        assert isinstance(visit, Fetched)
        assert (b"html" in visit.body, visit.requests) == (True, 2)
        again = visited(acquirer, one, after(visit))
        assert isinstance(again, NotModified)
        assert [asked.headers.get("cookie") for asked in site.asked] == [None, "jsessionid=7"] * 2  # a visit begins without
        turned = acquirer.get(one, visit.ask.url)
        assert isinstance(turned, Fetched)


def test_a_number_in_the_first_page_goes_into_the_address(acquirer):
    table = {
        "/gkmlpt/index": reply("<script>window._CONFIG = { SID: '755001', TREE: [] }</script>"),
        "/gkmlpt/api/all/0?page=1&sid=755001": reply('{"articles": [1]}'),
        "/gkmlpt/api/all/0?page=2&sid=755001": reply('{"articles": [2]}'),
    }
    with Site(pages(table)) as site:
        one = source(
            site.url("/gkmlpt/api/all/0"),
            request=RequestRule(params=(("page", "1"), ("sid", "{SID}"))),
            preload=Preload(site.url("/gkmlpt/index"), set=(Taken("SID", regex=r"SID:\s*'(\d+)'"),)),
            paging=Paging("query", param="page", start=2),
        )
        visit = visited(acquirer, one)
        assert visit.body == b'{"articles": [1]}'
        assert acquirer.turn(one, visit, Parsed((Draft("x"),)), 2).body == b'{"articles": [2]}'


FIRST: list[tuple[bytes, ErrorClass]] = [
    (reply("gone", 410), ErrorClass.GONE),
    (reply("", 200), ErrorClass.EMPTY),
    (reply("<html>without it</html>"), ErrorClass.PARSE),
    (reply("SID:'" + "1" * 5000 + "'"), ErrorClass.REFUSED),
    (reply("", 302, Location="http://10.0.0.1/"), ErrorClass.REFUSED),
    (reply("<script>window.x='acw_sc__v2'</script>"), ErrorClass.BLOCKED),
]


@pytest.mark.parametrize(("answer", "error"), FIRST)
def test_trouble_with_the_first_page_is_the_visits_and_is_named(acquirer, answer, error):
    with Site(lambda asked: answer if asked.target == "/first" else reply("never")) as site:
        first = Preload(site.url("/first"), set=(Taken("SID", regex=r"SID:'(\d+)'"),))
        visit = failed(acquirer.visit(source(site.url("/?s={SID}"), preload=first), SourceState("miit")))
        assert (visit.error, len(site.asked), visit.requests) == (
            error,
            1,
            1 if error is not ErrorClass.REFUSED else visit.requests,
        )
        assert "preload" in visit.message + visit.hint


HOSTILE = [
    "//evil.test/",
    "@evil.test",
    "x\r\nHost: evil.test",
    "env:HOME",
    "{term}{now}",
    "../../admin",
    "&sid=1#",
    "'\"<>",
    "%0d%0a",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_the_first_page_says_stays_a_value(acquirer, value):
    with Site(lambda asked: reply(f"SID:[{value}]", Set_Cookie=f"a={value}") if asked.target == "/first" else reply("x")) as site:
        first = Preload(site.url("/first"), cookies=True, set=(Taken("SID", regex=r"(?s)SID:\[(.*)\]"),))
        rule = RequestRule("POST", (("s", "{SID}"),), (("f", "{SID}"),))
        one = source(site.url("/x"), preload=first, request=rule, headers=(("X-Sid", "{SID}"),))
        visit = acquirer.visit(one, SourceState("miit"))
        sent = site.asked[-1]
        if not isinstance(visit, Failed):
            assert query(sent) == {"s": value}
            assert dict(parse_qsl(sent.body.decode())) == {"f": value}
            assert sent.headers["host"] == f"127.0.0.1:{site.port}"
        assert "evil.test" not in sent.headers["host"]


def test_the_first_page_is_asked_as_politely_as_any_other(acquirer):
    table = {"/robots.txt": reply("User-agent: *\nDisallow: /first\n"), "/": reply("x")}
    with Site(pages(table)) as site:
        one = source(site.url(), preload=Preload(site.url("/first"), cookies=True), robots="obey")
        visit = failed(acquirer.visit(one, SourceState("miit")))
        assert (visit.error, [asked.target for asked in site.asked]) == (ErrorClass.BLOCKED, ["/robots.txt"])


# ---- cookies


def test_cookies_are_kept_from_visit_to_visit_where_the_source_says_so(acquirer):
    with Site(lambda asked: reply("x", Set_Cookie="seen=1; Path=/")) as site:
        for cookies in (True, False):
            for _ in range(2):
                acquirer.visit(source(site.url(), cookies=cookies, id=f"a{cookies}"), SourceState("miit"))
        assert [asked.headers.get("cookie") for asked in site.asked] == [None, "seen=1", None, None]


def test_sources_do_not_share_cookies(acquirer):
    with Site(lambda asked: reply("x", Set_Cookie="seen=1; Path=/")) as site:
        for name in ("a", "b", "a"):
            acquirer.visit(source(site.url(), cookies=True, id=name), SourceState(name))
        assert [asked.headers.get("cookie") for asked in site.asked] == [None, None, "seen=1"]


def test_fixed_cookies_and_headers_stay_with_the_sources_own_site(acquirer):
    with Site(lambda _: reply("x")) as other, Site(lambda _: reply("x")) as site:
        headers = (("X-Key", "k"), ("Referer", "https://a/"), ("Cookie", "z=0"))
        one = source(site.url(), cookie=(("lang", "zh"), ("a", "b")), headers=headers)
        acquirer.visit(one, SourceState("miit"))
        acquirer.get(one, site.url("/detail"))
        acquirer.get(one, other.url("/detail"))
        assert [asked.headers.get("cookie") for asked in site.asked] == ["z=0; lang=zh; a=b"] * 2
        assert {"cookie", "x-key"}.isdisjoint(other.asked[0].headers)
        assert other.asked[0].headers["referer"] == "https://a/"


# ---- alternates


def test_an_alternate_is_asked_conditionally_with_what_is_known_of_it(acquirer):
    def answer(asked: Asked) -> bytes:
        if asked.target == "/":
            assert "if-none-match" not in asked.headers
            return reply("", 404)
        return reply("", 304) if asked.headers.get("if-none-match") == '"b"' else reply("feed", ETag='"b"')

    with Site(answer) as site:
        one = source(site.url(), alternates=(site.url("/b"),))
        first = visited(acquirer, one)
        assert (first.body, first.requested, first.ask.url) == (b"feed", site.url(), site.url("/b"))
        second = visited(acquirer, one, after(first))
        assert (isinstance(second, NotModified), second.status) == (True, 304)
        third = visited(acquirer, one, after(second))
        assert (isinstance(third, NotModified), third.status) == (True, 304)


def test_the_address_itself_is_taken_again_when_it_is_back(acquirer):
    table = {"/": reply("", 404), "/b": reply("feed", ETag='"b"')}
    with Site(lambda asked: table[asked.target]) as site:
        one = source(site.url(), alternates=(site.url("/b"),))
        first = visited(acquirer, one)
        table["/"] = reply("feed", ETag='"a"')
        second = visited(acquirer, one, after(first))
        assert isinstance(second, NotModified)
        assert (second.validators.etag, second.validators.others) == ('"a"', ())
