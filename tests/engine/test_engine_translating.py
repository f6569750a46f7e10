"""The line of translations: trouble pauses it and loses nothing, and what was made is not made again."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from cgtwatch.engine.translating import FIRST_PAUSE, Translating
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest
from cgtwatch.pipeline.translating import Endpoint, TranslateParts
from cgtwatch.store import Store, open_store
from store.store_kit import NOW, news, source

ZH = "某某指导原则"


class Bench:
    """A store with announced events, a clock that is moved, and an endpoint that answers as told."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.asked = store, datetime(2026, 7, 8, 2, tzinfo=UTC), 0
        self.down = False
        self.stopping = threading.Event()
        endpoint = Endpoint("http://127.0.0.1:9/v1", "m", ("zh",))
        self.translate_parts: TranslateParts | None = TranslateParts(
            store, self.exchange, endpoint, lambda: lambda _: (), lambda: self.now
        )
        app = SimpleNamespace(store=store, clock=lambda: self.now, stopping=self.stopping, translate_parts=self.translate_parts)
        self.translating = Translating(app)

    def exchange(self, _: NetRequest) -> NetAnswer | NetFailure:
        self.asked += 1
        if self.down:
            return NetFailure(ErrorClass.TIMEOUT, "nobody answers", "")
        body = json.dumps({"choices": [{"message": {"content": json.dumps({"title": ZH, "summary": ""})}}]}).encode()
        return NetAnswer("u", 200, {}, body, (), timedelta(), 1)


@pytest.fixture
def bench() -> Iterator[Bench]:
    store = open_store("sqlite://")
    store.sync_sources([source()], NOW)
    store.record_visit(news("a", "b", "c"))
    yield Bench(store)
    store.close()


def test_what_was_announced_is_asked_for_once(bench: Bench) -> None:
    bench.translating.work()
    bench.translating.work()
    assert bench.asked == 3


def test_trouble_pauses_the_line_and_loses_nothing(bench: Bench) -> None:
    bench.down = True
    bench.translating.work()
    bench.translating.work()
    assert bench.asked == 1
    bench.now += FIRST_PAUSE
    bench.translating.work()
    assert bench.asked == 2
    bench.now += FIRST_PAUSE  # the second pause is longer
    bench.translating.work()
    assert bench.asked == 2
    bench.down = False
    bench.now += 2 * FIRST_PAUSE
    bench.translating.work()
    assert bench.asked == 5


def test_a_clock_that_was_set_back_does_not_pause_for_ever(bench: Bench) -> None:
    bench.down = True
    bench.translating.work()
    bench.down = False
    bench.now -= timedelta(days=3)
    bench.translating.work()
    assert bench.asked == 4


def test_nothing_begins_when_the_process_ends(bench: Bench) -> None:
    bench.stopping.set()
    bench.translating.work()
    assert bench.asked == 0
    assert bench.translating.stop(1)
