"""One budget of requests per host, over several processes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cgtwatch.acquire.pacing import LOOK, MARGIN, Pacing, Rest, Shared
from cgtwatch.errors import StoreError

START = datetime(2026, 3, 1, tzinfo=UTC)
GAP, LASTS = timedelta(seconds=2), timedelta(seconds=30)


class Time:
    """The clock of all processes; sleeping moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Noted:
    """A book in memory, as the database keeps it."""

    def __init__(self) -> None:
        self.free: dict[str, datetime] = {}
        self.held: dict[str, tuple[datetime, int]] = {}
        self.broken = False

    def take_turn(self, name: str, until: datetime, now: datetime) -> datetime | None:
        if self.broken:
            raise StoreError("the database is away")
        if (taken := self.free.get(name, now)) > now:
            return taken
        self.free[name] = until
        return None

    def end_turn(self, name: str, until: datetime, free_at: datetime) -> None:
        if self.broken:
            raise StoreError("the database is away")
        if self.free[name] == until:
            self.free[name] = free_at

    def hold_server(self, name: str, until: datetime, status: int) -> None:
        self.held[name] = until, status

    def held_servers(self, now: datetime) -> Mapping[str, tuple[datetime, int]]:
        return {name: one for name, one in self.held.items() if one[0] > now}


def two(time: Time, book: Noted) -> tuple[Pacing, Pacing]:
    shared = Shared(book, time.now)
    return Pacing(time.monotonic, time.sleep, shared), Pacing(time.monotonic, time.sleep, shared)


def test_a_worker_waits_for_the_gap_after_a_request_of_another() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    with one.turn("h", 1, GAP, LASTS):
        time.seconds += 5
    with other.turn("h", 1, GAP, LASTS):
        assert 7 <= time.seconds <= 7 + LOOK


def test_a_worker_gets_the_turn_of_one_that_died_when_its_exchange_must_have_ended() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    one.turn("h", 1, GAP, LASTS).__enter__()
    with other.turn("h", 1, GAP, LASTS):
        limit = (LASTS + MARGIN).total_seconds()
        assert limit <= time.seconds <= limit + LOOK


def test_a_worker_that_was_stopped_does_not_end_the_turn_of_another() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    late = one.turn("h", 1, GAP, LASTS)
    late.__enter__()
    time.seconds += 120
    with other.turn("h", 1, GAP, LASTS):
        mine = book.free["h"]
        late.__exit__(None, None, None)
        assert book.free["h"] == mine


def test_a_host_that_bears_two_connections_is_asked_by_two_workers() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    with one.turn("h", 2, GAP, LASTS), other.turn("h", 2, GAP, LASTS):
        assert time.seconds == 0


def test_what_a_server_asked_of_one_worker_the_others_learn_within_a_second() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    assert other.nobody_rests
    one.hold("h:443", timedelta(minutes=5), 429, time.now())
    time.seconds += LOOK
    assert not other.nobody_rests
    assert other.rest("h:443", time.now()) == Rest(timedelta(minutes=5) - timedelta(seconds=LOOK), 429)


def test_a_turn_ends_by_itself_where_it_cannot_be_given_back() -> None:
    time, book = Time(), Noted()
    one, other = two(time, book)
    with one.turn("h", 1, GAP, LASTS):
        book.broken = True
    book.broken = False
    with other.turn("h", 1, GAP, LASTS):
        assert time.seconds >= LASTS.total_seconds()


def test_what_a_server_asks_of_us_holds_for_us_though_the_book_could_not_be_written() -> None:
    time, book = Time(), Noted()
    one, _ = two(time, book)
    book.hold_server = lambda *_: None  # type: ignore[method-assign]
    one.hold("h", timedelta(minutes=5), 429, time.now())
    time.seconds += 2 * LOOK
    assert not one.nobody_rests  # it looks into the book
    assert one.rests(("http://h/a",), time.now())
    time.seconds += 300
    assert one.nobody_rests
