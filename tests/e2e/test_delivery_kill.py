"""SIGKILL at every named step of digest and send, and at random instants: nothing is lost, and nothing repeated but what had an
unknown outcome, with the same id and the same bytes; a room that cannot tell a repeat is never sent one."""

import random
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from deaths import CHANNELS, Deaths, check, copies, database, deaths_in
from dying import STEPS

COMPOSING = tuple(STEPS)[: tuple(STEPS).index("before the attempt is recorded")]
SENDING = tuple(step for step in STEPS if step not in COMPOSING)
INSTANTS = 2
QUICK = {(step, CHANNELS[number % len(CHANNELS)]) for number, step in enumerate(SENDING)}  # each step once, each channel as often
SENT = [
    pytest.param(step, channel, marks=() if (step, channel) in QUICK else pytest.mark.chaos)
    for step in SENDING
    for channel in CHANNELS
]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deaths]:
    with deaths_in(tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("deaths")) as found:
        yield found


def test_messages_arrive_once_where_nobody_dies(deaths: Deaths) -> None:
    place = deaths.place(*CHANNELS)
    deaths.drain(place)
    check(place, deaths.receivers, *CHANNELS)
    assert len(deaths.receivers.at("/hook")) == len(deaths.receivers.mails) == 2
    assert len(deaths.receivers.at("/room")) > 2, "the room's first message is split"
    with database(place) as db:
        assert {state for (state,) in db.execute("SELECT state FROM delivery")} == {"sent"}


@pytest.mark.fault("K1")
@pytest.mark.promise("P6")
@pytest.mark.parametrize("step", COMPOSING)
def test_a_digest_is_neither_lost_nor_doubled_by_death(deaths: Deaths, step: str) -> None:
    place = deaths.place(*CHANNELS)
    assert deaths.run(place, {"step": step})[0] == -signal.SIGKILL, "the step is no longer reached"
    deaths.drain(place)
    check(place, deaths.receivers, *CHANNELS)
    assert not Counter(len(each) for each in copies(deaths.receivers).values()).keys() - {1}, "nobody died while sending"


@pytest.mark.fault("K1")
@pytest.mark.promise("P4", "P5")
@pytest.mark.parametrize(("step", "channel"), SENT)
def test_a_message_is_neither_lost_nor_doubled_by_death(deaths: Deaths, step: str, channel: str) -> None:
    place = deaths.place(channel, composed=True)
    assert deaths.run(place, {"step": step}, ("send",))[0] == -signal.SIGKILL, "the step is no longer reached"
    with database(place) as db:
        states = Counter(state for (state,) in db.execute("SELECT state FROM delivery WHERE subscription = ?", [channel]))
    deaths.drain(place, ("send",))
    check(place, deaths.receivers, channel)
    window = (
        SENDING.index("after the attempt is recorded") <= SENDING.index(step) < SENDING.index("after the outcome is recorded")
    )
    assert states["attempted"] == window, "the ledger knows that an attempt was under way"


def die_at_random(deaths: Deaths, seed: int) -> None:
    chance = random.Random(seed)
    if not deaths.calls:
        _, deaths.calls = deaths.run(deaths.place(*CHANNELS), {"call": -1})
    for _ in range(3):  # calls vary a little from run to run: a child may end before the last of them
        place = deaths.place(*CHANNELS)
        if deaths.run(place, {"call": chance.randrange(deaths.calls)})[0] == -signal.SIGKILL:
            break
    else:
        pytest.fail("no child lived until its instant")
    deaths.drain(place)
    check(place, deaths.receivers, *CHANNELS)


@pytest.mark.fault("K2")
@pytest.mark.parametrize("seed", range(INSTANTS))
def test_nothing_is_lost_or_doubled_by_death_at_a_random_instant(deaths: Deaths, seed: int) -> None:
    die_at_random(deaths, seed)


@pytest.mark.fault("K2")
@pytest.mark.promise("P1")
@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_nothing_is_lost_or_doubled_by_death_at_any_of_many_instants(deaths: Deaths, seed: int) -> None:
    die_at_random(deaths, seed)
