"""What only a browser can read is read by one, and what a page tries there leads nowhere."""

import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from browser_site import NOW, ROWS, RegulatorsSite
from cgtwatch.acquire.browser import BrowserAcquirer
from cgtwatch.acquire.browser_api import installed
from cgtwatch.acquire.browser_page import Patience
from cgtwatch.acquire.browser_process import Bounds, size_of
from cgtwatch.acquire.browser_rules import program
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import ApiRule, Kind, ListRule, Names, Paging, Preload, RequestRule, Source
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from exchanges import names
from loopback import LOOPBACK

pytestmark = pytest.mark.skipif(
    not installed() or program(None) is None, reason="no Chromium or no Playwright on this machine: apt-get install chromium"
)
HOSTS = ("www.site.test", "third.test", "new.other.test")
AGENT = "cgtwatch/9 (policy change monitor)"
HASTE = Patience(quiet=0.2, challenge=0.7, restless=1.0, look=0.03, steady=1, close=0.3)
SMALL = Bounds(memory=800 * 1024 * 1024, grace=2.0)


@pytest.fixture(scope="module")
def site() -> Iterator[RegulatorsSite]:
    with RegulatorsSite() as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserAcquirer]:
    resolver, _ = names({name: ["127.0.0.1"] for name in HOSTS})
    net = Net(NetPolicy(LOOPBACK, AGENT), resolver)
    parts = AcquireParts(net, lambda: NOW, Pacing(sleep=lambda _: None), secret={"KEY": "s3cret", "LONG": "a-long-secret"}.get)
    acquirer = BrowserAcquirer(parts, HASTE, SMALL)
    yield acquirer
    acquirer.close()
    net.close()


def source(site: RegulatorsSite, path: str, **more: object) -> Source:
    given = {
        "kind": Kind.LIST,
        "via": "browser",
        "gap": timedelta(),
        "timeout": timedelta(seconds=6),
        "robots": "ignore",
        "list": ListRule(item="ul li"),
    }
    return Source(f"s{path.replace('/', '-')}", url=site.url(path), name=Names("站", "site"), **(given | more))


def fetched(visit: Visit | None) -> Fetched:
    assert isinstance(visit, Fetched), visit
    return visit


def failed(visit: Visit | None) -> Failed:
    assert isinstance(visit, Failed), visit
    assert visit.hint
    return visit


def look(browser: BrowserAcquirer, one: Source) -> Visit:
    return browser.visit(one, SourceState(one.id))


def text(visit: Fetched) -> str:
    return visit.body.decode()


@pytest.mark.parametrize("status", [412, 202, 403])
def test_a_challenge_that_sets_its_cookie_by_script_is_passed(browser, site, status) -> None:
    came = fetched(look(browser, source(site, f"/wall-{status}")))
    assert came.status == 200
    assert all(row in text(came) for row in ROWS)
    assert came.content_type == "text/html"


def test_a_cookie_once_given_is_brought_to_the_next_visit(browser, site) -> None:
    one = source(site, "/wall-428")
    look(browser, one)
    before = len(site.asked("/wall-428"))
    fetched(look(browser, one))
    assert len(site.asked("/wall-428")) == before + 1


@pytest.mark.chaos
def test_cookies_of_one_source_are_not_brought_to_another(browser, site) -> None:
    look(browser, source(site, "/wall-412"))
    look(browser, replace(source(site, "/given"), id="stranger"))
    assert site.asked("/given")[-1].headers.get("cookie") is None


def test_a_list_drawn_by_script_is_there(browser, site) -> None:
    assert all(row in text(fetched(look(browser, source(site, "/drawn")))) for row in ROWS)


def test_a_redirect_is_followed_with_the_cookie_that_it_sets(browser, site) -> None:
    came = fetched(look(browser, source(site, "/session")))
    assert "sid was sid=7" in text(came)
    assert came.url == site.url("/given")


def test_the_browser_says_on_whose_behalf_it_reads(browser, site) -> None:
    look(browser, source(site, "/plain"))
    agent = site.asked("/plain")[-1].headers["user-agent"]
    assert agent.startswith("Mozilla/5.0")
    assert agent.endswith(AGENT)


def test_the_same_page_with_other_scripts_is_not_modified(browser, site) -> None:
    one = source(site, "/plain")
    first = fetched(look(browser, one))
    again = browser.visit(one, SourceState(one.id, validators=first.validators))
    assert isinstance(again, NotModified)


def test_a_page_with_one_more_row_is_news(browser, site) -> None:
    one = source(site, "/plain")
    first = fetched(look(browser, one))
    site.extra = "<ul><li><a href='/d/6'>A sixth guideline</a></li></ul>"
    again = browser.visit(one, SourceState(one.id, validators=first.validators))
    site.extra = ""
    assert "A sixth guideline" in text(fetched(again))


def test_a_page_that_never_rests_is_taken_as_it_is(browser, site) -> None:
    assert ROWS[0] in text(fetched(look(browser, source(site, "/restless", list=None, kind=Kind.PAGE))))


def test_dialogs_and_popups_hold_nothing_up(browser, site) -> None:
    assert ROWS[0] in text(fetched(look(browser, source(site, "/popups"))))


def test_a_challenge_that_stays_is_told_as_blocked(browser, site) -> None:
    came = failed(look(browser, source(site, "/stubborn")))
    assert (came.error, came.status) == (ErrorClass.BLOCKED, 412)
    assert b"document.cookie" in came.body


def test_a_page_that_loads_itself_for_ever_is_told_as_blocked(browser, site) -> None:
    came = failed(look(browser, source(site, "/loop")))
    assert came.error is ErrorClass.BLOCKED
    assert "loaded itself" in came.message


@pytest.mark.chaos
def test_a_page_that_takes_all_memory_costs_only_its_own_visit(browser, site) -> None:
    came = failed(look(browser, source(site, "/greedy", list=ListRule(item="ul li"))))
    assert came.error is ErrorClass.TOO_BIG
    fetched(look(browser, source(site, "/plain")))


@pytest.mark.chaos
def test_a_page_that_goes_on_for_ever_ends_at_a_limit(browser, site) -> None:
    came = failed(look(browser, source(site, "/endless")))
    assert came.error in (ErrorClass.TOO_BIG, ErrorClass.TIMEOUT)


def test_a_script_that_never_returns_costs_only_its_own_visit(browser, site) -> None:
    came = failed(look(browser, source(site, "/busy", timeout=timedelta(seconds=2))))
    assert came.error is ErrorClass.TIMEOUT
    fetched(look(browser, source(site, "/plain")))


def test_a_page_over_its_limit_is_refused(browser, site) -> None:
    assert failed(look(browser, source(site, "/plain", max_bytes=200))).error is ErrorClass.TOO_BIG


def test_a_page_reaches_nothing_inside_no_file_and_no_third_party(browser, site) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", site.third.port))
        datagrams.setblocking(False)
        came = fetched(look(browser, source(site, "/reaching", list=None, kind=Kind.PAGE)))
        with pytest.raises(BlockingIOError):
            datagrams.recv(1)
    assert '<pre id="got"></pre>' in text(came)
    assert site.third.asked == []
    assert {one.target for one in site.site.asked} & {"/picture.png", "/look.css", "/font.woff2", "/sw.js"} == set()


def test_a_page_that_has_moved_to_another_site_is_followed(browser, site) -> None:
    assert fetched(look(browser, source(site, "/moved"))).url.startswith("http://new.other.test")


def test_a_page_is_not_followed_elsewhere_with_a_header_that_may_be_secret(browser, site) -> None:
    before = len(site.asked("/new-home"))
    came = failed(look(browser, source(site, "/moved", headers=(("x-key", "env:KEY"),))))
    assert came.error is ErrorClass.REFUSED
    assert site.asked("/moved")[-1].headers["x-key"] == "s3cret"
    assert len(site.asked("/new-home")) == before


def test_a_secret_that_a_page_repeats_is_taken_out(browser, site) -> None:
    came = fetched(look(browser, source(site, "/given", cookie=(("key", "env:LONG"),))))
    assert "a-long-secret" in site.asked("/given")[-1].headers["cookie"]
    assert "a-long-secret" not in text(came)


def test_no_secret_goes_along_to_a_page_of_another_site(browser, site) -> None:
    one = source(site, "/plain", headers=(("x-key", "env:KEY"),), cookie=(("key", "env:LONG"),))
    one = replace(one, request=RequestRule("GET", (("k", "env:LONG"),)))
    browser.get(one, site.url("/given?k=env:LONG").replace("www.site.test", "new.other.test"))
    asked = site.asked("/given")[-1]
    assert asked.headers["host"].startswith("new.other.test")
    assert [secret for secret in ("s3cret", "a-long-secret") if secret in repr(asked)] == []


@pytest.mark.chaos
def test_an_alternate_is_read_where_the_page_is_gone(browser, site) -> None:
    came = fetched(look(browser, source(site, "/nowhere", alternates=(site.url("/gone"), site.url("/plain")))))
    assert (came.requested, came.url) == (site.url("/nowhere"), site.url("/plain"))


@pytest.mark.chaos
def test_every_search_term_is_asked_for(browser, site) -> None:
    one = replace(source(site, "/given", terms=("cell", "gene")), url=site.url("/given?q={term}"))
    came = fetched(look(browser, one))
    assert [page.url for page in (came, *came.more)] == [site.url("/given?q=cell"), site.url("/given?q=gene")]
    assert isinstance(browser.visit(one, SourceState(one.id, validators=came.validators)), NotModified)


def test_robots_are_obeyed_before_a_browser_is_asked(browser, site) -> None:
    came = failed(look(browser, source(site, "/forbidden", robots="obey")))
    assert "robots" in came.message
    assert site.asked("/forbidden") == []


def test_a_page_that_leads_inside_is_refused(browser, site) -> None:
    came = failed(look(browser, source(site, "/inside")))
    assert came.error is ErrorClass.REFUSED
    assert "10.0.0.1" in came.message


def test_a_missing_page_is_told_by_its_status(browser, site) -> None:
    came = failed(look(browser, source(site, "/nowhere")))
    assert (came.error, came.status) == (ErrorClass.HTTP_4XX, 404)


def test_a_detail_page_is_read_like_the_list(browser, site) -> None:
    assert "Text of the guideline" in text(fetched(browser.get(source(site, "/drawn"), site.url("/d/1"))))


def test_a_document_is_read_with_the_cookies_of_the_page(browser, site) -> None:
    one = source(site, "/wall-412")
    look(browser, one)
    assert fetched(browser.get(one, site.url("/d/notice.pdf"))).body == b"%PDF-1.4"


def test_a_download_is_read_as_a_document(browser, site) -> None:
    assert fetched(browser.get(source(site, "/drawn"), site.url("/download"))).body.startswith(b"PK")


def test_a_form_is_sent_by_a_page_of_the_site(browser, site) -> None:
    rule = RequestRule("POST", form=(("page", "1"),))
    one = source(
        site, "/api", kind=Kind.API, request=rule, list=None, api=ApiRule(items="rows"), preload=Preload(site.url("/wall-412"))
    )
    said = json.loads(fetched(look(browser, one)).body)
    assert (said["method"], said["body"], said["rows"]) == ("POST", "page=1", ROWS)


@pytest.mark.chaos
def test_the_next_page_of_a_form_is_asked_for(browser, site) -> None:
    one = source(
        site, "/api", kind=Kind.API, request=RequestRule("POST", form=(("page", "1"),)), list=None, api=ApiRule(items="rows"),
        paging=Paging("form", param="page", start=2), preload=Preload(site.url("/wall-412")),
    )  # fmt: skip
    first = fetched(look(browser, one))
    assert json.loads(fetched(browser.turn(one, first, Parsed(()), 2)).body)["body"] == "page=2"


def test_one_browser_serves_all_visits_and_leaves_nothing_behind(site, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    resolver, _ = names({name: ["127.0.0.1"] for name in HOSTS})
    net = Net(NetPolicy(LOOPBACK, AGENT), resolver)
    acquirer = BrowserAcquirer(AcquireParts(net, lambda: NOW, Pacing(sleep=lambda _: None)), HASTE, Bounds(pages=2, idle=0.2))
    groups = []
    for _ in range(2):
        fetched(look(acquirer, source(site, "/plain")))
        groups.append(acquirer.chromium.group)
    assert groups[0] is not None
    assert groups[1] is None  # closed after two pages
    acquirer.close()
    net.close()
    assert size_of(groups[0]) == 0
    assert not list(tmp_path.glob("cgtwatch-browser-*"))
