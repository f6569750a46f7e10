"""The child processes."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.source import ApiRule, DetailMode, DetailRule, ListRule, Preload, Taken
from cgtwatch.parse.service import Limits, ParseService
from parse.parse_kit import fetched, item, rss, source

FEED = source("feed")
XML = "application/rss+xml"


@pytest.fixture(scope="module")
def service():
    with ParseService(workers=1) as service:
        yield service


def titles(service, body=None):
    return [draft.title for draft in service.parse(FEED, fetched(body or rss(item(1), item(2)), content_type=XML)).drafts]


def children(service):
    return [child for child in list(service._idle.queue) if child]


def test_a_feed_is_parsed_in_the_child(service):
    assert titles(service) == ["公告 1", "公告 2"]


def test_the_same_child_is_used_again(service):
    titles(service)
    before = children(service)[0].process.pid
    titles(service)
    assert children(service)[0].process.pid == before != os.getpid()


def test_the_charset_of_the_header_reaches_the_parser(service):
    body = "<rss><channel><item><title>細胞治療產品</title></item></channel></rss>".encode("big5")
    assert service.parse(FEED, fetched(body, content_type="text/xml; charset=big5")).encoding == "big5"


def test_an_article_is_read_in_the_child(service):
    article = service.article(
        source("list", detail=DetailRule(DetailMode.AUTO)), fetched("公告\n发布日期：2026-07-08\n正文", content_type="text/plain")
    )
    assert (article.title, str(article.published_on)) == ("公告", "2026-07-08")


def test_a_refusal_of_the_parser_comes_through(service):
    with pytest.raises(ParseError, match=r"src: expected a feed .* got an HTML page"):
        titles(service, "<html><title>x</title></html>")


@pytest.mark.fault("K4")
def test_a_killed_child_costs_nothing_but_itself(service):
    titles(service)
    child = children(service)[0]
    os.kill(child.process.pid, signal.SIGSEGV)
    child.process.wait()
    with pytest.raises(ParseError, match="signal 11"):
        titles(service)
    assert titles(service) == ["公告 1", "公告 2"]


@pytest.mark.fault("K4", "S2")
@pytest.mark.promise("P9")
def test_a_page_that_needs_too_much_memory_costs_its_own_job():
    with ParseService(workers=1, memory_bytes=120 * 1024 * 1024) as service:
        with pytest.raises(ParseError, match="src: expected a page that"):
            titles(service, rss(f"<item><title>{'x' * 20_000_000}</title></item>"))
        assert titles(service) == ["公告 1", "公告 2"]


@pytest.mark.promise("P8")
def test_a_page_that_takes_too_long_is_stopped():
    slow = rss("<item><description>" + "<a>" * 200_000 + "</description></item>")
    with ParseService(workers=1, wall_seconds=0.6) as service, pytest.raises(ParseError, match=r"took longer than 0\.6 s"):
        titles(service, slow)


@pytest.mark.fault("S2")
def test_a_page_that_uses_too_much_processor_time_is_stopped():
    slow = rss("<item><description>" + "<a>" * 200_000 + "</description></item>")
    with ParseService(workers=1, cpu_seconds=0) as service, pytest.raises(ParseError, match="processor time"):
        titles(service, slow)


def test_many_threads_share_two_children():
    with ParseService(workers=2) as service, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: titles(service), range(24))) == [["公告 1", "公告 2"]] * 24
        assert len(children(service)) == 2


def test_a_closed_service_refuses_and_leaves_no_child():
    service = ParseService(workers=1)
    titles(service)
    child = children(service)[0]
    service.close()
    assert child.process.returncode is not None
    with pytest.raises(ParseError, match="shut down"):
        titles(service)


def test_the_child_sees_nothing_of_our_environment(service, monkeypatch):
    monkeypatch.setenv("CGTWATCH_SECRET_KEY", "hush")
    with ParseService(workers=1) as fresh:
        titles(fresh)
        environment = Path(f"/proc/{children(fresh)[0].process.pid}/environ").read_bytes()
    assert b"hush" not in environment


def test_a_wrong_rule_is_told_as_it_is(service):
    with pytest.raises(ParseError, match=r"src: list\.item: .*no CSS selector"):
        service.parse(source("list", list=ListRule("ul[")), fetched("<ul></ul>"))


def test_values_of_a_preloaded_page_are_read_in_the_child(service):
    asking = source("api", preload=Preload("https://e.org", set=(Taken("sid", regex=r"SID:'(\d+)'"),)))
    assert service.pick(asking, fetched("<script>x={SID:'216'}</script>")) == {"sid": "216"}
    with pytest.raises(ParseError, match=r"preload\.set finds no sid in an HTML page"):
        service.pick(asking, fetched("<html></html>"))


def test_a_whole_file_of_many_records_comes_back_as_it_is(service):
    rows = [{"id": n, "name": f"Guideline {n}", "day": f"{n % 28 + 1:02d}/07/2026", "pad": "x" * 900} for n in range(3000)]
    rule = ApiRule(items="data[]", key="id", title="name", date="day", date_format="%d/%m/%Y", whole=True)
    parsed = service.parse(source("api", api=rule), fetched(json.dumps({"data": rows}), content_type="application/json"))
    assert (len(parsed.drafts), parsed.drafts[-1].title, parsed.drafts[-1].guid) == (3000, "Guideline 2999", "2999")


def test_a_source_that_may_send_more_is_given_more_within_bounds():
    ordinary, limits, mib = source("api"), Limits(), 1024 * 1024
    large = source("api", max_bytes=20 * mib)
    assert limits.of(ordinary, 8 * mib) is limits.of(large, mib) is limits
    assert limits.of(large, 16 * mib).memory_bytes == 512 * mib
    assert limits.of(large, 16 * mib).cpu.total_seconds() == 42
    assert limits.of(large, 500 * mib) == Limits(limits.most_cpu, limits.most_memory_bytes, limits.most_wall)


def test_a_source_that_was_changed_is_read_by_its_new_rule(service):
    body = fetched("<ul><li><a href='/1'>one</a></li></ul><ol><li><a href='/2'>two</a></li></ol>")
    rules = [ListRule("ul li"), ListRule("ol li"), ListRule("ul li")]
    read = [service.parse(source("list", list=rule), body).drafts[0].title for rule in rules]
    assert read == ["one", "two", "one"]
