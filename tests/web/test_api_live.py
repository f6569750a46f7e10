"""Whoever listens hears each announcement once, in order; nobody holds the others up, and all go when the service stops."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from cgtwatch.compose.records import event_record
from cgtwatch.model.event import AnnouncementKind
from cgtwatch.store.records import EventQuery, ToAnnounce
from cgtwatch.web.api import hub as hubs
from cgtwatch.web.api.hub import Hub, News
from cgtwatch.web.forms import Refused
from web.api_kit import Programs, programs

ALL = EventQuery(relevant=True)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with programs(tmp_path_factory.mktemp("live")) as made:
        yield made


class Bell:
    """The hub's pause: it ends when the test rings."""

    def __init__(self) -> None:
        self._rung: asyncio.Queue[None] = asyncio.Queue()

    async def wait(self) -> None:
        await self._rung.get()

    def ring(self) -> None:
        self._rung.put_nowait(None)


def told(api: Programs, word: str = "CAR-T") -> int:
    """Tell of an event once more; the number of that."""
    cause = str(api.app.store.last_seq())
    api.app.store.announce([ToAnnounce(AnnouncementKind.REMINDER, api.watch.event(word), cause)], api.watch.bench.now)
    return api.app.store.last_seq()


def run(api: Programs, work: Callable[[Hub, Bell], Awaitable[None]], stopping: Callable[[], bool] = lambda: False) -> None:
    async def whole() -> None:
        bell = Bell()
        hub = Hub(lambda: api.app.store, stopping, bell.wait)
        await asyncio.wait_for(work(hub, bell), 20)

    asyncio.run(whole())


async def following(hub: Hub, query: EventQuery = ALL, after: int | None = None) -> Any:
    return hub.told(await hub.join(query, after))


def test_everybody_hears_what_is_announced_while_they_listen(api: Programs) -> None:
    async def work(hub: Hub, bell: Bell) -> None:
        both = [await following(hub), await following(hub)]
        seq = told(api)
        bell.ring()
        heard = [await anext(one) for one in both]
        event = api.app.store.event(api.watch.event("CAR-T"))
        assert heard == [News(seq, event_record(event))] * 2

    run(api, work)


def test_who_comes_back_hears_first_what_was_missed_each_event_once(api: Programs) -> None:
    async def work(hub: Hub, bell: Bell) -> None:
        before = api.app.store.last_seq()
        missed = [told(api), told(api, "gene therapy"), told(api)]
        one = await following(hub, after=before)
        assert [(await anext(one)).seq for _ in range(2)] == missed[1:]
        later = told(api)
        bell.ring()
        assert (await anext(one)).seq == later

    run(api, work)


def test_who_asks_for_some_hears_those_alone(api: Programs) -> None:
    async def work(hub: Hub, bell: Bell) -> None:
        none = await hub.join(EventQuery(jurisdictions=("JP",)), None)
        some = await following(hub, EventQuery(query="CAR-T"))
        seq = told(api)
        bell.ring()
        assert (await anext(some)).seq == seq
        assert none.waiting.empty()

    run(api, work)


def test_the_store_is_asked_once_for_all(api: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[EventQuery] = []
    events = api.app.store.events
    monkeypatch.setattr(api.app.store, "events", lambda query: asked.append(query) or events(query))

    async def work(hub: Hub, bell: Bell) -> None:
        many = [await following(hub) for _ in range(10)]
        told(api)
        bell.ring()
        for one in many:
            await anext(one)
        assert len([one for one in asked if one.seq is not None]) == 1

    run(api, work)


def test_who_cannot_keep_up_is_let_go_and_the_others_hear_on(api: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_WAITING", 2)

    async def work(hub: Hub, bell: Bell) -> None:
        slow, quick = await hub.join(ALL, None), await following(hub)
        for _ in range(3):
            told(api)
            bell.ring()
            await anext(quick)
        assert hub.count == 1
        assert [news async for news in hub.told(slow)][-1].seq == api.app.store.last_seq() - 1

    run(api, work)


def test_no_more_than_so_many_may_listen(api: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_LISTENERS", 2)

    async def work(hub: Hub, _bell: Bell) -> None:
        first = await hub.join(ALL, None)
        await hub.join(ALL, None)
        with pytest.raises(Refused) as refused:
            await hub.join(ALL, None)
        assert refused.value.status == 503
        hub.leave(first)
        await hub.join(ALL, None)

    run(api, work)


def test_no_more_than_so_many_listen_when_many_come_at_once(api: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_LISTENERS", 2)

    async def work(hub: Hub, _bell: Bell) -> None:
        found = await asyncio.gather(*(hub.join(ALL, None) for _ in range(10)), return_exceptions=True)
        assert (hub.count, sum(isinstance(one, Refused) for one in found)) == (2, 8)

    run(api, work)


def test_who_comes_second_takes_no_news_from_who_came_first(api: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(hub: Hub, bell: Bell) -> None:
        asked, goes_on = asyncio.Event(), asyncio.Event()

        async def last_seq(work: Callable[..., Any], *args: Any) -> Any:
            """The store's answer to the second of both, which comes late and knows of more."""
            if not asked.is_set():
                asked.set()
                await goes_on.wait()
            return work(*args)

        monkeypatch.setattr(hubs, "run_in_threadpool", last_seq)
        second = asyncio.create_task(hub.join(ALL, None))
        await asked.wait()
        first = await following(hub)
        seq = told(api)
        goes_on.set()
        await second
        bell.ring()
        assert (await anext(first)).seq == seq

    run(api, work)


def test_all_go_when_the_service_stops(api: Programs) -> None:
    stopping: list[bool] = []

    async def work(hub: Hub, bell: Bell) -> None:
        one = await following(hub)
        stopping.append(True)
        bell.ring()
        assert [news async for news in one] == []
        assert hub.count == 0

    run(api, work, lambda: bool(stopping))


@asynccontextmanager
async def listening(api: Programs, path: str, **headers: str) -> Any:
    """What comes over the wire, a message at a time; it is hung up at the end."""
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    gone, where, query = asyncio.Event(), *path.split("?")
    given = {"host": "watch.example.org", **api.root.headers, **headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https", "path": where, "raw_path": where.encode(),
        "query_string": query.encode(), "root_path": "", "client": ("203.0.113.7", 4), "server": ("watch.example.org", 443),
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    task = asyncio.create_task(api.site(scope, receive, sent.put))
    try:
        yield sent
    finally:
        gone.set()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(task, 10)


def test_a_browser_reads_the_stream_and_resumes_where_it_was(api: Programs) -> None:
    async def work() -> None:
        before, seq = api.app.store.last_seq(), told(api)
        async with listening(api, "/api/live?modality=car_t", **{"Last-Event-ID": str(before)}) as sent:
            start = await asyncio.wait_for(sent.get(), 10)
            headers = dict(start["headers"])
            assert (start["status"], headers[b"content-type"][:17]) == (200, b"text/event-stream")
            assert b"no-" in headers[b"cache-control"]
            text = b""
            while text.count(b"\n\n") < 2:
                text += (await asyncio.wait_for(sent.get(), 10))["body"]
            hello, news = text.decode().split("\n\n")[:2]
            assert hello.startswith(": listening")
            lines = dict(line.split(": ", 1) for line in news.splitlines())
            assert (lines["event"], lines["id"]) == ("announcement", str(seq))
            assert json.loads(lines["data"]) == event_record(api.app.store.event(api.watch.event("CAR-T")))

    asyncio.run(work())


@pytest.mark.parametrize(
    ("query", "headers", "status"), [("stage=x", {}, 422), ("after_seq=x", {}, 400), ("", {"Last-Event-ID": "x"}, 400)]
)
def test_a_wrong_wish_is_told_before_the_stream_begins(api: Programs, query: str, headers: dict[str, str], status: int) -> None:
    answer = api.root.get(f"/api/live?{query}", headers=headers)
    assert (answer.status_code, next(iter(answer.json()))) == (status, "error")
    assert api.open.get("/api/live").status_code == 401
