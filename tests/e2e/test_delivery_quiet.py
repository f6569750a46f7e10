"""Quiet hours to the second: what comes just before them goes out, what would come in them comes at their end, once and in order."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk import Desk, desk
from place import Site
from receivers import Post, Receivers

DAY = datetime(2026, 3, 3, tzinfo=UTC)
NIGHT, MORNING = DAY.replace(hour=22), DAY.replace(hour=7) + timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(tmp_path: Path, site: Site, receivers: Receivers) -> Iterator[Desk]:
    with desk(tmp_path, site, smtp_url=receivers.smtp) as found:
        yield found


def add(at: Desk, name: str, to: str, quiet: str | None = "22:00-07:00", tz: str = "UTC") -> None:
    at.bench.ask("subscriptions.add", name=name, to=to, cadence="now", lang="en", tz=tz, **({"quiet": quiet} if quiet else {}))


def clocked(at: Desk, receivers: Receivers, answer: Callable[[Post], int] = lambda _: 200) -> list[tuple[str, datetime, int]]:
    """Path, time and answer of every post from now on."""
    seen: list[tuple[str, datetime, int]] = []

    def note(post: Post) -> tuple[int, dict[str, str], bytes]:
        seen.append((post.path, at.now, answer(post)))
        return seen[-1][2], {}, b"ok"

    receivers.answer = note
    return seen


def work_at(at: Desk, *moments: datetime) -> None:
    for moment in moments:
        at.bench.now = moment
        at.work()


def through(at: Desk, end: datetime, step: timedelta = timedelta(minutes=30)) -> None:
    """Work on the half hours until then, and then."""
    while at.now + step < end:
        work_at(at, at.now + step)
    work_at(at, end - SECOND, end)


@pytest.mark.parametrize(("found", "told"), [(NIGHT - SECOND, NIGHT - SECOND), (NIGHT, MORNING), (MORNING - SECOND, MORNING)])
def test_an_alert_goes_out_until_the_last_second_before_quiet_hours(
    at: Desk, receivers: Receivers, found: datetime, told: datetime
) -> None:
    add(at, "mei", f"{receivers.url}/mei")
    seen = clocked(at, receivers)
    at.bench.now = found
    at.publish()
    at.work()
    through(at, MORNING)
    assert seen == [("/mei", told, 200)]


def test_what_was_composed_before_quiet_hours_and_not_sent_waits_for_their_end(at: Desk, receivers: Receivers) -> None:
    add(at, "mei", f"{receivers.url}/mei")
    seen = clocked(at, receivers)
    at.bench.now = NIGHT - SECOND
    at.publish()
    at.bench.engine.digest_due()
    assert [one.state for one in at.ledger("mei")] == ["queued"]
    at.bench.now = NIGHT
    through(at, MORNING)
    assert [when for _, when, _ in seen] == [MORNING]
    assert at.ledger("mei")[0].attempts == 1, "no attempt is counted for the night"


def test_a_retry_that_falls_into_quiet_hours_waits_for_their_end(at: Desk, receivers: Receivers) -> None:
    add(at, "mei", f"{receivers.url}/mei")
    seen = clocked(at, receivers, lambda _: 500 if at.now < NIGHT else 200)
    at.bench.now = NIGHT - SECOND
    at.publish()
    at.work()
    through(at, MORNING)
    assert seen == [("/mei", NIGHT - SECOND, 500), ("/mei", MORNING, 200)]


def test_a_message_in_parts_is_broken_off_for_the_night_and_ends_in_order(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cgtwatch.deliver.rooms.slack._MOST_BLOCKS", 2)
    add(at, "room", f"slack:{receivers.url}/room")
    seen = clocked(at, receivers)
    at.bench.now = NIGHT - SECOND
    at.publish(5)
    at.bench.engine.digest_due()
    at.bench.ask("send")
    parts = at.ledger("room")
    assert len(parts) > 2
    assert [one.state for one in parts] == ["sent"] + ["queued"] * (len(parts) - 1)
    through(at, MORNING + timedelta(minutes=5))
    assert [when < NIGHT for _, when, _ in seen] == [True] + [False] * (len(parts) - 1)
    assert min(when for _, when, _ in seen[1:]) >= MORNING
    written = [at.bench.app.store.delivery(one.key).payload.filled for one in parts]
    assert [post.body for post in receivers.at("/room")] == written


@pytest.mark.parametrize(
    ("evening", "end"),
    [
        (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),  # 07:00 by the clock of summer
        (datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),  # 07:00 by the clock of winter
    ],
)
def test_the_night_in_which_the_clocks_are_set_ends_by_the_reader_s_wall(
    at: Desk, receivers: Receivers, evening: datetime, end: datetime
) -> None:
    add(at, "mei", f"{receivers.url}/mei", tz="Europe/Berlin")
    seen = clocked(at, receivers)
    at.bench.now = evening
    at.publish()
    through(at, end)
    assert [when for _, when, _ in seen] == [end]


def test_readers_who_share_a_message_keep_each_to_their_own_quiet_hours(at: Desk, receivers: Receivers) -> None:
    add(at, "loud", f"{receivers.url}/loud", None)
    add(at, "early", f"{receivers.url}/early", "20:00-23:00")
    add(at, "late", f"{receivers.url}/late", "22:00-07:00")
    add(at, "mei", "mailto:mei@reader.example", "22:00-07:00")
    seen = clocked(at, receivers)
    at.bench.now = NIGHT
    at.publish()
    at.work()
    at.publish()
    through(at, MORNING + timedelta(hours=1))
    times = {path: [when for each, when, _ in seen if each == path] for path in ("/loud", "/early", "/late")}
    assert times["/loud"] == [NIGHT, NIGHT + timedelta(minutes=30)]
    assert times["/early"] == [NIGHT + timedelta(hours=1)]
    assert times["/late"] == [MORNING]
    assert len(receivers.mails) == 1
    told = {
        path: sorted(b"".join(post.body for post in receivers.at(path)).count(n) > 0 for n in (b"1002", b"1003"))
        for path in times
    }
    assert told == {path: [True, True] for path in times}
