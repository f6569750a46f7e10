"""Visits over HTTP to a site of our own: conditions, statuses, alternates, robots, walls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch import registry
from cgtwatch.acquire import ACQUIRERS
from cgtwatch.acquire.http import HttpAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Validators
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Source
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from loopback import CUT, LOOPBACK, Site, Slowly, pages, reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def acquirer(clock):
    net = Net(NetPolicy(LOOPBACK, "cgtwatch/test (+mail)"))
    yield HttpAcquirer(AcquireParts(net, clock, Pacing()))
    net.close()


def source(url, **changes):
    plain = Source("nmpa", Kind.LIST, url, Names("药监局", "NMPA"), gap=timedelta(), robots="ignore")
    return replace(plain, timeout=timedelta(seconds=5), **changes)


def state(**changes):
    return SourceState("nmpa", **changes)


def remembered(visit, at=NOW):
    """The state after a good visit."""
    return state(validators=visit.validators, full_fetch_at=at)


def failed(visit) -> Failed:
    assert isinstance(visit, Failed), visit
    assert visit.message
    assert visit.hint
    return visit


def test_the_table_names_parts_that_exist():
    for name in ACQUIRERS:
        assert hasattr(registry.load(ACQUIRERS, name, what="via"), "visit")


def test_a_first_visit_asks_without_condition_and_brings_everything(acquirer):
    with Site(lambda _: reply("<li>公告</li>", ETag='"1"', Last_Modified="Sun, 01 Feb 2026 00:00:00 GMT")) as site:
        visit = acquirer.visit(source(site.url("/list"), language="zh", headers=(("X-Key", "k"),)), state())
    assert isinstance(visit, Fetched)
    assert (visit.body, visit.url, visit.fetched_at) == ("<li>公告</li>".encode(), site.url("/list"), NOW)
    assert (visit.validators.etag, visit.validators.last_modified) == ('"1"', "Sun, 01 Feb 2026 00:00:00 GMT")
    sent = site.asked[0].headers
    assert not {"if-none-match", "if-modified-since"} & set(sent)
    assert (sent["user-agent"], sent["accept-language"], sent["x-key"]) == ("cgtwatch/test (+mail)", "zh,en;q=0.5", "k")


def test_a_second_visit_asks_conditionally_and_304_is_no_change(acquirer):
    def answer(asked):
        return reply("", 304, ETag='"2"') if asked.headers.get("if-none-match") == '"1"' else reply("x", ETag='"1"')

    with Site(answer) as site:
        first = acquirer.visit(source(site.url()), state())
        second = acquirer.visit(source(site.url()), remembered(first))
    assert isinstance(second, NotModified)
    assert (second.status, second.validators.etag, second.validators.body_sha256) == (304, '"2"', first.validators.body_sha256)


@pytest.mark.fault("H10")
def test_the_same_bytes_again_are_no_change_whatever_the_validators_say(acquirer):
    with Site(lambda asked: reply("same", ETag=f'"{asked.at}"')) as site:
        first = acquirer.visit(source(site.url()), state())
        second = acquirer.visit(source(site.url()), remembered(first))
    assert isinstance(second, NotModified)
    assert (second.status, second.size) == (200, 4)
    assert second.validators.etag != first.validators.etag


@pytest.mark.promise("P2")
@pytest.mark.fault("H9")
def test_a_server_that_says_unchanged_for_ever_is_read_in_full_once_a_day(acquirer, clock):
    with Site(lambda asked: reply("", 304) if "if-none-match" in asked.headers else reply(str(asked.at), ETag='"stuck"')) as site:
        first = acquirer.visit(source(site.url()), state())
        clock.now = NOW + timedelta(hours=23)
        assert isinstance(acquirer.visit(source(site.url()), remembered(first)), NotModified)
        clock.now = NOW + timedelta(hours=24)
        assert isinstance(acquirer.visit(source(site.url()), remembered(first)), Fetched)


@pytest.mark.fault("H8")
def test_a_304_to_a_question_without_condition_is_asked_again_past_the_cache(acquirer):
    with Site(lambda asked: reply("fresh") if "cache-control" in asked.headers else reply("", 304)) as site:
        visit = acquirer.visit(source(site.url()), state())
        assert isinstance(visit, Fetched)
        assert visit.requests == 2
    with Site(lambda _: reply("", 304)) as site:
        assert failed(acquirer.visit(source(site.url()), state())).error is ErrorClass.PROTOCOL


@pytest.mark.parametrize(
    ("validators", "sent"),
    [
        (Validators(last_modified="Thu, 31 Dec 2099 00:00:00 GMT"), set()),
        (Validators(last_modified="soon"), set()),
        (Validators(etag='"a\rb"'), set()),
        (Validators(etag='"中"'), set()),
        (Validators(etag='W/"x"', last_modified="Sun, 01 Feb 2026 00:00:00 GMT"), {"if-none-match", "if-modified-since"}),
    ],
)
@pytest.mark.fault("H10")
def test_only_validators_that_make_sense_are_sent_back(acquirer, validators, sent):
    with Site(lambda _: reply("x")) as site:
        acquirer.visit(source(site.url()), state(validators=validators, full_fetch_at=NOW))
        assert {"if-none-match", "if-modified-since"} & set(site.asked[0].headers) == sent


@pytest.mark.fault("H3")
def test_an_etag_that_cannot_be_repeated_is_not_kept(acquirer):
    with Site(lambda _: reply("x", ETag='"\xe4\xb8\xad"')) as site:
        assert acquirer.visit(source(site.url()), state()).validators.etag is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (204, ErrorClass.EMPTY), (206, ErrorClass.PROTOCOL), (202, ErrorClass.PROTOCOL), (300, ErrorClass.REDIRECT),
        (400, ErrorClass.HTTP_4XX), (401, ErrorClass.BLOCKED), (403, ErrorClass.BLOCKED), (404, ErrorClass.HTTP_4XX),
        (410, ErrorClass.GONE), (412, ErrorClass.BLOCKED), (429, ErrorClass.BLOCKED), (500, ErrorClass.HTTP_5XX),
        (503, ErrorClass.HTTP_5XX), (599, ErrorClass.HTTP_5XX),
    ],
)  # fmt: skip
@pytest.mark.fault("H5", "H7")
def test_a_status_becomes_its_class_of_failure_with_message_and_hint(acquirer, status, error):
    with Site(lambda _: reply("why", status, Retry_After="7")) as site:
        visit = failed(acquirer.visit(source(site.url()), state()))
    assert (visit.error, visit.status, visit.retry_after) == (error, status, timedelta(seconds=7))
    assert visit.body == (b"" if status == 204 else b"why")


@pytest.mark.parametrize("body", ["", " \r\n\t "])
@pytest.mark.fault("H8")
def test_a_page_without_content_is_empty(acquirer, body):
    with Site(lambda _: reply(body)) as site:
        assert failed(acquirer.visit(source(site.url()), state())).error is ErrorClass.EMPTY


def test_trouble_of_the_network_keeps_its_class_and_what_was_read(acquirer):
    with Site(lambda _: reply("x" * 500)) as site:
        visit = failed(acquirer.visit(source(site.url(), max_bytes=100), state()))
        assert (visit.error, visit.status) == (ErrorClass.TOO_BIG, 200)
    with Site(lambda _: CUT) as site:
        assert failed(acquirer.visit(source(site.url()), state())).error is ErrorClass.CONNECT


WALLS = [
    "<html><body onload='go()'><script>function go(){set('acw_sc__v2',sign(seed))}</script></body></html>",
    "<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>",
    "<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
]


@pytest.mark.parametrize("page", WALLS)
@pytest.mark.parametrize("status", [200, 202, 403, 503, 521])
@pytest.mark.fault("F16")
def test_a_challenge_is_blocked_whatever_its_status(acquirer, page, status):
    with Site(lambda _: reply(page, status, Content_Type="text/html")) as site:
        assert failed(acquirer.visit(source(site.url()), state())).error is ErrorClass.BLOCKED


def test_a_challenge_named_by_a_header_is_blocked(acquirer):
    with Site(lambda _: reply("<html>..</html>", cf_mitigated="challenge")) as site:
        assert failed(acquirer.visit(source(site.url()), state())).error is ErrorClass.BLOCKED


def test_a_real_page_with_the_words_of_a_wall_in_its_scripts_is_a_page(acquirer):
    rows = "".join(f"<li><a href='/{n}'>关于发布细胞治疗产品指导原则的通告 {n}</a></li>" for n in range(10))
    with Site(lambda _: reply(WALLS[0] + rows, Content_Type="text/html")) as site:
        assert isinstance(acquirer.visit(source(site.url()), state()), Fetched)


@pytest.mark.parametrize("status", [404, 410])
def test_alternates_are_tried_in_order_when_the_page_is_lost(acquirer, status):
    with Site(pages({"/": reply("", status), "/a": reply("", 500), "/b": reply("here")})) as site:
        visit = acquirer.visit(source(site.url(), alternates=(site.url("/a"), site.url("/b"))), state())
        assert isinstance(visit, Fetched)
        assert (visit.requested, visit.url, visit.requests) == (site.url(), site.url("/b"), 3)


def test_the_first_answer_counts_when_no_alternate_helps_either(acquirer):
    with Site(pages({"/": reply("", 410), "/a": reply("", 500)})) as site:
        visit = failed(acquirer.visit(source(site.url(), alternates=(site.url("/a"),)), state()))
        assert (visit.error, visit.requests) == (ErrorClass.GONE, 2)


def test_a_site_in_trouble_is_no_reason_to_try_alternates(acquirer):
    with Site(pages({"/": reply("", 503), "/a": reply("here")})) as site:
        assert failed(acquirer.visit(source(site.url(), alternates=(site.url("/a"),)), state())).status == 503


def test_redirects_are_followed_and_told(acquirer):
    with Site(pages({"/": reply("", 308, Location="/new"), "/new": reply("x")})) as site:
        visit = acquirer.visit(source(site.url()), state())
        assert (visit.url, visit.redirects, visit.requests) == (site.url("/new"), ((308, site.url("/new")),), 2)


def test_the_whole_visit_ends_at_the_sources_timeout(acquirer):
    with Site(lambda _: Slowly(b"HTTP/1.1 200 OK\r\n\r\n", b"x")) as site:
        visit = failed(acquirer.visit(replace(source(site.url()), timeout=timedelta(seconds=0.3)), state()))
        assert visit.error is ErrorClass.TIMEOUT
        assert visit.duration < timedelta(seconds=1)


def test_another_page_is_read_without_condition_and_with_its_own_limit(acquirer):
    with Site(lambda _: reply("x" * 500, ETag='"1"')) as site:
        assert isinstance(acquirer.get(source(site.url(), max_bytes=100), site.url("/a.pdf"), 1000), Fetched)
        assert failed(acquirer.get(source(site.url(), max_bytes=100), site.url("/a.pdf"))).error is ErrorClass.TOO_BIG


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://10.0.0.1/", "javascript:1", "http://[bad", ""])
@pytest.mark.fault("S6")
def test_a_link_to_where_we_may_not_go_is_refused(acquirer, url):
    assert failed(acquirer.get(source("http://site.test/"), url)).error is ErrorClass.REFUSED


# ---- robots.txt

RULES = "User-agent: *\nDisallow: /private\n\nUser-agent: cgtwatch\nDisallow: /not-for-us\n"


def obeying(site, path):
    return replace(source(site.url(path)), robots="obey")


def test_robots_are_obeyed_and_asked_for_once_a_day(acquirer, clock):
    with Site(lambda asked: reply(RULES) if asked.target == "/robots.txt" else reply("page")) as site:
        assert isinstance(acquirer.visit(obeying(site, "/private"), state()), Fetched)  # our own group counts, not `*`
        visit = failed(acquirer.visit(obeying(site, "/not-for-us"), state()))
        assert (visit.error, "robots" in visit.hint, visit.requests) == (ErrorClass.BLOCKED, True, 0)
        assert [asked.target for asked in site.asked] == ["/robots.txt", "/private"]
        clock.now += timedelta(days=1)
        acquirer.visit(obeying(site, "/private"), state())
        assert [asked.target for asked in site.asked].count("/robots.txt") == 2


def test_robots_are_not_asked_for_when_the_source_ignores_them(acquirer):
    with Site(lambda _: reply("User-agent: *\nDisallow: /\n")) as site:
        assert isinstance(acquirer.visit(source(site.url()), state()), Fetched)
        assert len(site.asked) == 1


@pytest.mark.parametrize("robots", [reply("", 404), reply("", 403), reply("<html>Disallow: /</html>"), reply("", 500), CUT])
def test_everything_is_allowed_where_robots_cannot_be_had(acquirer, robots):
    with Site(lambda asked: robots if asked.target == "/robots.txt" else reply("page")) as site:
        assert isinstance(acquirer.visit(obeying(site, "/"), state()), Fetched)


def test_unreachable_robots_are_asked_for_again_after_ten_minutes(acquirer, clock):
    with Site(lambda asked: reply("", 503) if asked.target == "/robots.txt" else reply("page")) as site:
        for minutes in (0, 9, 10):
            clock.now = NOW + timedelta(minutes=minutes)
            acquirer.visit(obeying(site, "/"), state())
        assert [asked.target for asked in site.asked].count("/robots.txt") == 2
