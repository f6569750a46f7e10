"""What may leave for whom, and when: secrets, proxies, bridges, crawl delays, hosts that want rest."""

import json
import logging
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from cgtwatch.acquire.http import HttpAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Bridge, Kind, Names, Preload, RequestRule, Source, Taken
from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from loopback import LOOPBACK, Asked, Site, pages, reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = {"API_KEY": "k3y/+ s=cret&1", "TOKEN": "Bearer t0ken-t0ken", "SESSION": "s3ss10n-s3ss10n", "SHORT": "ab"}
STATE = SourceState("x")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def monotonic(self):
        return self.now

    def clock(self):
        return NOW + timedelta(seconds=self.now - 100)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def make(time):
    """Acquirers by what differs."""
    nets = []

    def made(allowed=LOOPBACK, **parts):
        nets.append(Net(NetPolicy(allowed, "cgtwatch/test (+mail)")))
        pacing = Pacing(time.monotonic, time.sleep)
        return HttpAcquirer(AcquireParts(nets[-1], time.clock, pacing, secret=SECRETS.get, **parts))

    yield made
    for net in nets:
        net.close()


def source(url, **changes):
    plain = Source("x", Kind.API, url, Names("", ""), gap=timedelta(), robots="ignore", timeout=timedelta(seconds=5))
    return replace(plain, **changes)


def failed(visit) -> Failed:
    assert isinstance(visit, Failed), visit
    assert visit.message
    assert visit.hint
    return visit


def fetched(visit) -> Fetched:
    assert isinstance(visit, Fetched), visit
    return visit


def query(asked: Asked):
    return parse_qsl(urlsplit(asked.target).query, keep_blank_values=True)


CORES = {"k3y": "API_KEY", "t0ken-t0ken": "TOKEN", "s3ss10n": "SESSION"}


def leaks(*values):
    """The secrets that can be found in values, in any spelling."""
    return [name for core, name in CORES.items() if core in repr(values)]


# ---- secrets

RULE = RequestRule("GET", (("api_key", "env:API_KEY"), ("q", "a b")))


def test_secrets_are_put_in_at_the_very_last_and_nowhere_else(make):
    with Site(lambda asked: reply("x")) as site:
        one = source(
            site.url("/?key=env:SHORT"), request=RULE, headers=(("Authorization", "env:TOKEN"),), cookie=(("sid", "env:SESSION"),)
        )
        visit = fetched(make().visit(one, STATE))
        asked = site.asked[0]
        assert query(asked) == [("key", "ab"), ("api_key", SECRETS["API_KEY"]), ("q", "a b")]
        assert (asked.headers["authorization"], asked.headers["cookie"]) == (SECRETS["TOKEN"], "sid=" + SECRETS["SESSION"])
        assert leaks(visit) == []
        assert dict(parse_qsl(urlsplit(visit.url).query))["api_key"] == "env:API_KEY"
        assert visit.ask.url == visit.requested


def test_secrets_go_into_forms_and_json(make):
    with Site(lambda asked: reply("x")) as site:
        form = RequestRule("POST", form=(("key", "env:API_KEY"), ("q", "1")))
        assert leaks(fetched(make().visit(source(site.url(), request=form), STATE))) == []
        body = RequestRule("POST", json='{"auth": {"key": "env:API_KEY"}, "list": ["env:TOKEN", 1], "said": "in env:TOKEN"}')
        assert leaks(fetched(make().visit(source(site.url(), request=body), STATE))) == []
        assert dict(parse_qsl(site.asked[0].body.decode())) == {"key": SECRETS["API_KEY"], "q": "1"}
        assert json.loads(site.asked[1].body) == {
            "auth": {"key": SECRETS["API_KEY"]}, "list": [SECRETS["TOKEN"], 1], "said": "in env:TOKEN",
        }  # fmt: skip


@pytest.mark.parametrize("where", ["params", "form", "json", "url", "path"])
def test_a_page_that_names_a_variable_gets_nothing(make, where):
    rules = {
        "params": RequestRule("GET", (("s", "{SID}"), ("k", "env:TOKEN"))),
        "form": RequestRule("POST", form=(("s", "{SID}"), ("k", "env:TOKEN"))),
        "json": RequestRule("POST", json='{"s": "{SID}", "k": "env:TOKEN"}'),
    }
    urls = {"url": "/?{SID}", "path": "/{SID}"}
    with Site(lambda asked: reply("x")) as site:
        pick = {"url": "s=env:API_KEY"}.get(where, "env:API_KEY")
        first = Preload(site.url("/first"), set=(Taken("SID", regex="."),))
        one = source(site.url(urls.get(where, "/")), request=rules.get(where), preload=first, headers=(("X-Sid", "{SID}"),))
        fetched(make(pick=lambda *_: {"SID": pick}).visit(one, STATE))
        assert leaks(site.asked[-1]) == ([] if where in urls else ["TOKEN"])


def test_a_missing_variable_is_named_and_nothing_is_sent(make):
    with Site(lambda asked: reply("x")) as site:
        for changes in ({"headers": (("X", "env:NO_SUCH"),)}, {"proxy": "env:NO_SUCH"}, {"cookie": (("a", "env:NO_SUCH"),)}):
            visit = failed(make().visit(source(site.url(), **changes), STATE))
            assert (visit.error, "NO_SUCH" in visit.message, "NO_SUCH" in visit.hint, site.asked) == (
                ErrorClass.REFUSED,
                True,
                True,
                [],
            )


def test_what_a_site_repeats_of_a_secret_is_taken_out(make):
    def echo(asked: Asked) -> bytes:
        if asked.target.startswith("/?"):
            return reply("", 302, Location=f"/next{asked.target[1:]}")
        said = json.dumps(
            {"next": f"https://h{asked.target}", "key": dict(query(asked))["api_key"], "auth": asked.headers["authorization"]}
        )
        return reply(said, X_Echo=asked.headers["authorization"])

    with Site(echo) as site:
        one = source(site.url(), request=RULE, headers=(("Authorization", "env:TOKEN"),))
        visit = fetched(make().visit(one, STATE))
        assert leaks(visit) == []
        assert json.loads(visit.body)["key"] == "env:API_KEY"
        again = make().visit(one, SourceState("x", validators=visit.validators, full_fetch_at=NOW))
        assert isinstance(again, NotModified)


@pytest.mark.parametrize(
    "answer",
    [reply("no k3y%2F%2B%20s%3Dcret%261 for you", 403, X="k3y/+ s=cret&1"), b"", b"HTTP/9 no\r\n\r\n", reply("x", length=99)],
)
def test_no_failure_and_no_log_tells_a_secret(make, caplog, answer):
    with Site(lambda _: answer) as site, caplog.at_level(logging.DEBUG, "cgtwatch"):
        one = source(site.url(), request=RULE, headers=(("Authorization", "env:TOKEN"),), cookie=(("s", "env:SESSION"),))
        visit = failed(make().visit(replace(one, timeout=timedelta(seconds=0.5)), STATE))
        assert leaks(visit, [r.getMessage() for r in caplog.records]) == []


def test_secrets_stay_with_the_sources_own_site(make):
    with Site(lambda _: reply("x")) as other, Site(lambda _: reply("x")) as site:
        one = source(site.url(), request=RULE, headers=(("Referer", "env:SESSION"), ("Authorization", "env:TOKEN")))
        acquirer = make()
        at = fetched(acquirer.visit(one, STATE))
        fetched(acquirer.turn(one, at, Parsed((), next_url=site.url("/?p=2&api_key=env:API_KEY")), 2))
        fetched(acquirer.turn(one, at, Parsed((), next_url=other.url("/?p=2&api_key=env:API_KEY")), 2))
        fetched(acquirer.get(one, other.url("/a.pdf?api_key=env:API_KEY")))
        assert dict(query(site.asked[1])) == {"p": "2", "api_key": SECRETS["API_KEY"]}
        assert leaks(other.asked) == []


@pytest.mark.fault("H13")
def test_a_redirect_to_another_site_takes_no_secret_header_along(make):
    with Site(lambda _: reply("x")) as other, Site(lambda _: reply("", 302, Location=other.url())) as site:
        fetched(make().visit(source(site.url(), headers=(("X-Api-Key", "env:TOKEN"),), cookie=(("s", "env:SESSION"),)), STATE))
        assert (leaks(site.asked), leaks(other.asked)) == (["TOKEN", "SESSION"], [])


@pytest.mark.parametrize(
    "said",
    [
        "k3y%2f%2b+s%3dcret%261",
        "k3y\\/+ s\\u003dcret\\u00261",
        "k3y/+ s=cret&amp;1",
        "cut short within it: k3y/+ s=cr",
        "<OC>ab</OC> <input name='OC' value='ab'> /x?OC=ab&b=1 {'OC': 'ab'}",
    ],
)
def test_a_secret_is_taken_out_of_a_body_in_every_spelling(make, said):
    with Site(lambda _: reply(said)) as site:
        one = source(site.url(), request=RequestRule("GET", (("api_key", "env:API_KEY"), ("OC", "env:SHORT"))))
        body = fetched(make().visit(one, STATE)).body.decode()
        assert not any(part in body for part in ("k3y", "cret", ">ab<", "'ab'", "=ab"))
        assert "env:" in body


def test_one_secret_that_begins_as_another_hides_all_of_both(make, monkeypatch):
    monkeypatch.setitem(SECRETS, "LONGER", SECRETS["SESSION"] + "-and-more")
    with Site(lambda asked: reply(asked.headers["x-b"] + " " + asked.headers["x-a"])) as site:
        one = source(site.url(), headers=(("X-A", "env:SESSION"), ("X-B", "env:LONGER")))
        assert fetched(make().visit(one, STATE)).body == b"env:LONGER env:SESSION"


def test_a_page_that_another_request_told_a_secret_is_kept_without_it(make):
    with (
        Site(lambda _: reply(f"you searched with {SECRETS['API_KEY']}")) as site,
        Site(lambda _: reply(SECRETS["TOKEN"])) as other,
    ):
        one = source(site.url(), request=RULE, headers=(("Authorization", "env:TOKEN"),))
        assert leaks(fetched(make().get(one, site.url("/detail"))), fetched(make().get(one, other.url("/detail")))) == []


def test_the_page_asked_first_gets_no_secret_where_it_is_another_site(make):
    with Site(lambda _: reply("x")) as other, Site(lambda _: reply("x")) as site:
        told = {"headers": (("X-Api-Key", "env:TOKEN"),), "cookie": (("s", "env:SESSION"),)}
        fetched(make().visit(source(site.url(), preload=Preload(other.url(), cookies=True), **told), STATE))
        assert (leaks(site.asked), leaks(other.asked)) == (["TOKEN", "SESSION"], [])
        fetched(make().visit(source(site.url(), preload=Preload(site.url("/first"), cookies=True), **told), STATE))
        assert leaks(site.asked[1]) == ["TOKEN", "SESSION"]


# ---- proxies


class Proxy:
    """A forward proxy for plain HTTP: sends each request on by its absolute address."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                with client, suppress(OSError, ValueError):
                    self._one(client)

    def _one(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        first, *lines = head.decode().partition("\r\n\r\n")[0].split("\r\n")
        method, url, _ = first.split()
        headers = dict(line.lower().split(": ", 1) for line in lines)
        self.asked.append((url, headers))
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port)) as site:
            site.sendall(f"{method} {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            client.sendall(site.recv(65536))

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()


def test_a_proxy_is_asked_in_place_of_the_site_and_its_password_stays_hidden(make, monkeypatch):
    with Site(lambda _: reply("x", Connection="close")) as site, Proxy() as proxy:
        monkeypatch.setitem(SECRETS, "PROXY", f"http://me:p4ssw0rd@127.0.0.1:{proxy.port}")
        visit = fetched(make(()).visit(source(site.url("/a?b=1"), proxy="env:PROXY"), STATE))
        assert (visit.body, visit.url) == (b"x", site.url("/a?b=1"))
        (url, headers), *_ = proxy.asked
        assert (url, headers["proxy-authorization"]) == (site.url("/a?b=1"), "basic bwu6cdrzc3cwcmq=")


@pytest.mark.parametrize(
    "proxy", ["http://me:p4ssw0rd@127.0.0.1:1", "http://me:p4ssw0rd@[bad", "socks5://me:p4ssw0rd@127.0.0.1:1", "://p4ssw0rd"]
)
def test_a_proxy_that_cannot_be_used_does_not_tell_its_password(make, monkeypatch, proxy):
    monkeypatch.setitem(SECRETS, "PROXY", proxy)
    visit = failed(make(()).visit(source("http://127.0.0.1/", proxy="env:PROXY"), STATE))
    assert "p4ssw0rd" not in repr(visit)


def test_the_password_of_a_proxy_that_stands_in_the_file_is_not_told_either(make):
    with Site(lambda _: reply("denied: me:p4ssw0rd", 407)) as site:
        visit = failed(make(()).visit(source("http://127.0.0.1/", proxy=f"http://me:p4ssw0rd@127.0.0.1:{site.port}"), STATE))
        assert "p4ssw0rd" not in repr(visit)


# ---- bridges


def test_a_route_of_an_rsshub_is_read_as_the_sources_feed(make):
    with Site(pages({"/hub/gov/nmpa/x?limit=9": reply("feed", ETag='"1"')})) as hub:
        one = source(
            "https://www.nmpa.example/x/", bridge=Bridge(rsshub="/gov/nmpa/x?limit=9"), robots="obey", headers=(("X", "1"),)
        )
        visit = fetched(make((), rsshub=hub.url("/hub/")).visit(one, STATE))
        assert (visit.body, visit.url, visit.requested) == (b"feed", one.url, one.url)
        assert "x" not in hub.asked[0].headers
        again = make((), rsshub=hub.url("/hub")).visit(one, SourceState("x", validators=visit.validators, full_fetch_at=NOW))
        assert isinstance(again, NotModified)


def test_without_an_rsshub_the_setting_is_named(make):
    visit = failed(make().visit(source("https://www.nmpa.example/", bridge=Bridge(rsshub="/gov/x")), STATE))
    assert (visit.error, "CGTWATCH_RSSHUB_URL" in visit.hint) == (ErrorClass.REFUSED, True)


@pytest.mark.parametrize("template", ["/render", "/render?wait=1", "/render?wait=1&url={url}"])
def test_a_rendering_service_gives_the_pages_of_the_site_and_of_no_other(make, template):
    with Site(lambda asked: reply("drawn: " + dict(query(asked))["url"])) as service:
        acquirer = make(())
        one = source("https://www.cde.example/list?a=1&b=2", bridge=Bridge(render=service.url(template)))
        visit = fetched(acquirer.visit(one, STATE))
        assert (visit.body.decode(), visit.url) == ("drawn: " + one.url, one.url)
        page = "https://www.cde.example/detail/1"
        assert fetched(acquirer.get(one, page)).body.decode() == "drawn: " + page
        served = len(service.asked)
        for elsewhere in (
            "http://10.0.0.1/",
            "http://127.0.0.1/",
            service.url("/"),
            "https://me@www.cde.example/",
            "https://www.cde.example\\@10.0.0.1/",
        ):
            failed(acquirer.get(one, elsewhere))
        assert len(service.asked) == served


def test_a_bridge_may_stand_inside_and_its_neighbours_may_not(make):
    with Site(lambda _: reply("inner")) as other, Site(lambda _: reply("", 302, Location=other.url())) as service:
        visit = failed(make(()).visit(source("https://www.cde.example/", bridge=Bridge(render=service.url("/"))), STATE))
        assert (visit.error, other.asked) == (ErrorClass.REFUSED, [])


# ---- hosts that want rest


@pytest.mark.promise("P13")
@pytest.mark.parametrize(("status", "error"), [(429, ErrorClass.BLOCKED), (503, ErrorClass.HTTP_5XX)])
def test_a_host_that_asks_for_rest_is_not_asked_by_any_source_until_then(make, time, status, error):
    answers = [reply("", status, Retry_After="120")]
    with Site(lambda _: answers.pop() if answers else reply("x")) as site:
        acquirer = make()
        assert failed(acquirer.visit(source(site.url("/a")), STATE)).retry_after == timedelta(seconds=120)
        time.now += 20
        for other in (acquirer.visit(source(site.url("/b"), id="y"), STATE), acquirer.get(source(site.url()), site.url("/c"))):
            visit = failed(other)
            assert (visit.error, visit.retry_after, visit.requests) == (error, timedelta(seconds=100), 0)
            assert str(status) in visit.message
        assert (len(site.asked), time.slept) == (1, [])
        time.now += 100
        fetched(acquirer.visit(source(site.url("/b"), id="y"), STATE))


def test_rest_is_asked_for_by_date_too_and_lasts_an_hour_at_most(make, time):
    answers = [reply("", 429, Retry_After="Sun, 01 Mar 2026 18:00:00 GMT")]
    with Site(lambda _: answers.pop() if answers else reply("x")) as site:
        acquirer = make()
        assert failed(acquirer.visit(source(site.url()), STATE)).retry_after == timedelta(hours=6)
        assert failed(acquirer.visit(source(site.url()), STATE)).retry_after == timedelta(hours=1)
        time.now += 3600
        fetched(acquirer.visit(source(site.url()), STATE))


def test_a_refusal_that_names_no_time_holds_nobody_else(make):
    answers = [reply("", 429)]
    with Site(lambda _: answers.pop() if answers else reply("x")) as site:
        acquirer = make()
        failed(acquirer.visit(source(site.url()), STATE))
        fetched(acquirer.visit(source(site.url()), STATE))


# ---- robots.txt


@pytest.mark.parametrize(("delay", "least"), [("7", 7), ("0.5", 2), ("86400", 60), ("-1", 2), ("x", 2), ("inf", 2), ("nan", 2)])
def test_a_crawl_delay_raises_the_gap_within_bounds(make, time, delay, least):
    rules = f"User-agent: *\nCrawl-delay: {delay}\nSitemap: http://10.0.0.1/\nDisallow: /private\n"
    with Site(lambda asked: reply(rules) if asked.target == "/robots.txt" else reply("x")) as site:
        acquirer = make()
        for _ in range(3):
            fetched(acquirer.visit(source(site.url(), robots="obey", gap=timedelta(seconds=2)), STATE))
        assert [asked.target for asked in site.asked] == ["/robots.txt", "/", "/", "/"]
        assert least - 0.1 <= time.slept[-1] <= least * 1.25
