"""One answer for several sources of one address."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch.acquire.http import HttpAcquirer
from cgtwatch.acquire.pacing import Pacing
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.shared import LARGEST, LASTS, MOST, SharedAnswers
from cgtwatch.model.fetch import Failed, Fetched, NotModified, Validators
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Kind, Names, Preload, RequestRule, Source
from cgtwatch.net.request import NetAnswer, NetPolicy, NetRequest
from cgtwatch.net.session import Net
from loopback import LOOPBACK, Asked, Site, reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "<p>news</p>"

pytestmark = pytest.mark.fault("C12")


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acquirer(clock: Clock) -> Iterator[HttpAcquirer]:
    net = Net(NetPolicy(LOOPBACK, "cgtwatch/test"))
    yield HttpAcquirer(AcquireParts(net, clock, Pacing(), shared=lambda _: True))
    net.close()


def source(name: str, url: str) -> Source:
    return Source(name, Kind.PAGE, url, Names("", ""), gap=timedelta(), robots="ignore", timeout=timedelta(seconds=5))


def known(tag: str) -> SourceState:
    return SourceState("x", validators=Validators(etag=tag), full_fetch_at=NOW)


def conditional(asked: Asked) -> bytes:
    return reply(status=304) if asked.headers.get("if-none-match") == '"new"' else reply(PAGE, ETag='"new"')


def test_sources_of_one_address_visited_at_once_ask_it_once(acquirer: HttpAcquirer) -> None:
    with Site(conditional) as site:
        first, second = (acquirer.visit(source(name, site.url()), SourceState(name)) for name in "ab")
        assert isinstance(first, Fetched)
        assert isinstance(second, Fetched)
        assert (first.body, first.validators, first.requests) == (second.body, second.validators, 1)
        assert (second.requests, len(site.asked)) == (0, 1)


def test_an_answer_is_judged_by_what_each_source_knows(acquirer: HttpAcquirer) -> None:
    with Site(conditional) as site:
        first = acquirer.visit(source("a", site.url()), SourceState("a"))
        assert isinstance(first, Fetched)
        state = SourceState("b", validators=first.validators, full_fetch_at=NOW)
        assert isinstance(acquirer.visit(source("b", site.url()), state), NotModified)
        assert len(site.asked) == 1


def test_that_nothing_changed_is_shared_by_those_who_know_the_same(acquirer: HttpAcquirer) -> None:
    with Site(conditional) as site:
        visits = [acquirer.visit(source(name, site.url()), known('"new"')) for name in "ab"]
        assert [(type(visit), visit.requests) for visit in visits] == [(NotModified, 1), (NotModified, 0)]
        assert isinstance(acquirer.visit(source("c", site.url()), known('"old"')), Fetched)
        assert isinstance(acquirer.visit(source("d", site.url()), SourceState("d")), Fetched)
        assert len(site.asked) == 2


def test_nobody_is_given_what_he_has_had(acquirer: HttpAcquirer) -> None:
    """A hub that tells of news brings a visit forward: it must not be answered from memory."""
    with Site(conditional) as site:
        for name in "abba":
            assert isinstance(acquirer.visit(source(name, site.url()), SourceState(name)), Fetched)
        assert len(site.asked) == 2  # b asks again, and then a has what b was answered


def test_an_answer_lasts_a_minute(acquirer: HttpAcquirer, clock: Clock) -> None:
    with Site(conditional) as site:
        for name, later in (("a", timedelta()), ("b", LASTS), ("c", timedelta(seconds=1))):
            clock.now += later
            acquirer.visit(source(name, site.url()), SourceState(name))
        assert len(site.asked) == 2


def test_trouble_is_nobodys_but_whose_request_met_it(acquirer: HttpAcquirer) -> None:
    answers = iter([reply("no", 500), reply(PAGE)])
    with Site(lambda _: next(answers)) as site:
        assert isinstance(acquirer.visit(source("a", site.url()), SourceState("a")), Failed)
        assert isinstance(acquirer.visit(source("b", site.url()), SourceState("b")), Fetched)


@pytest.mark.parametrize("other", ["headers", "language", "form", "cookies", "size"])
def test_what_is_asked_otherwise_is_asked_apart(acquirer: HttpAcquirer, other: str) -> None:
    with Site(conditional) as site:
        changes = {
            "headers": {"headers": (("X-Part", "2"),)},
            "language": {"language": "zh"},
            "form": {"request": RequestRule("POST", form=(("q", "1"),))},
            "cookies": {"preload": Preload(site.url("/first"), cookies=True)},
            "size": {"max_bytes": 4},
        }[other]
        plain = source("a", site.url())
        assert isinstance(acquirer.visit(plain, SourceState("a")), Fetched)
        acquirer.visit(replace(plain, id="b", **changes), SourceState("b"))
        assert len([asked for asked in site.asked if asked.target == "/"]) == 2


def test_who_asks_the_same_meanwhile_waits_for_the_answer(clock: Clock) -> None:
    answers, asking, go = SharedAnswers(clock), threading.Event(), threading.Event()
    asked: list[str] = []

    def exchange(request: NetRequest) -> NetAnswer:
        asked.append(request.url)
        asking.set()
        assert go.wait(20)
        return NetAnswer(request.url, 200, {}, b"x", (), timedelta(), 1)

    threads = [threading.Thread(target=answers.answer, args=(name, NetRequest("http://a/"), exchange)) for name in "ab"]
    threads[0].start()
    assert asking.wait(20)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(20)
    assert asked == ["http://a/"]


def test_only_so_many_answers_are_remembered(clock: Clock) -> None:
    answers = SharedAnswers(clock)
    asked: list[str] = []

    def exchange(request: NetRequest) -> NetAnswer:
        asked.append(request.url)
        return NetAnswer(request.url, 200, {}, b"x", (), timedelta(), 1)

    urls = [f"http://a/{number}" for number in range(MOST + 1)]
    for name in "ab":
        for url in urls if name == "a" else urls[:1] + urls[-1:]:
            answers.answer(name, NetRequest(url), exchange)
    assert asked == [*urls, urls[0]]


def test_no_large_answer_is_remembered(clock: Clock) -> None:
    answers = SharedAnswers(clock)
    asked: list[str] = []

    def exchange(request: NetRequest) -> NetAnswer:
        asked.append(request.url)
        return NetAnswer(request.url, 200, {}, b"x" * (LARGEST + len(asked) - 1), (), timedelta(), 1)

    for name in "abc":
        answers.answer(name, NetRequest("http://a/small"), exchange)
    for name in "abc":
        answers.answer(name, NetRequest("http://a/large"), exchange)
    assert asked == ["http://a/small", *["http://a/large"] * 3]
