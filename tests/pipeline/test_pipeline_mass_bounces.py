"""A relay that forgot its users says of everybody that the address is no more: nobody is paused for it, and who is really gone is later."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.pipeline.bounces import calm, take_refusals, take_report
from cgtwatch.store import Store, open_store
from deliver.reports import bounce
from deliver.senders import SECRET_KEY

NOW = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GONE = SendOutcome(SendResult.PERMANENT, "recipient: 550 5.1.1 <address> User unknown in local recipient table")
TAKEN = SendOutcome(SendResult.SENT, "250 OK")


@pytest.fixture
def store() -> Iterator[Store]:
    found = open_store("sqlite://")
    yield found
    found.close()


def readers(store: Store, count: int) -> list[str]:
    names = [f"reader{number}" for number in range(count)]
    for name in names:
        store.add_subscription(Subscription(name, "email", f"{name}@example.org", Cadence(Every.DAILY)), NOW)
    return names


def mails(store: Store, names: Sequence[str], outcome: SendOutcome, at: datetime) -> list[str]:
    """A mail to each who is served, with what the server said of it."""
    keys = []
    for name in names:
        if store.subscription(name).status is not Status.ACTIVE:
            continue
        keys.append(f"msg_{abs(hash((name, at))):032x}"[:36])
        mail = Delivery(
            keys[-1],
            name,
            "email",
            f"{name}@example.org",
            Payload(b"x", "message/rfc822"),
            "s",
            DeliveryState.QUEUED,
            0,
            at,
            at,
        )
        store.queue_deliveries([mail])
        assert store.begin_attempt(keys[-1], at)
        store.settle(keys[-1], outcome, None, at)
    return keys


def round_of(store: Store, names: Sequence[str], outcome: SendOutcome, at: datetime) -> None:
    """A day's mails, and what the housekeeping makes of the answers."""
    mails(store, names, outcome, at)
    take_refusals(store, at)
    calm(store, at)


def served(store: Store, names: Sequence[str]) -> list[str]:
    return [name for name in names if store.subscription(name).status is Status.ACTIVE]


def alarms(store: Store) -> list[str]:
    return [one.key for one in store.alarms_to_tell().opened]


@pytest.mark.parametrize("count", [3, 4, 7, 30])
def test_nobody_is_paused_and_one_alarm_is_told_when_everybody_is_said_to_be_gone(store: Store, count: int) -> None:
    names = readers(store, count)
    round_of(store, names, GONE, NOW)
    assert served(store, names) == names
    assert alarms(store) == ["bounce:all readers"]


def test_reports_that_say_it_of_everybody_one_by_one_pause_nobody(store: Store) -> None:
    names = readers(store, 12)
    for key in mails(store, names, TAKEN, NOW):
        take_report(bounce(key=key), store, SECRET_KEY, NOW)
    calm(store, NOW)
    assert served(store, names) == names
    assert alarms(store) == ["bounce:all readers"]


def test_nobody_is_paused_by_a_relay_that_forgets_its_users_again_after_it_was_mended(store: Store) -> None:
    names = readers(store, 12)
    for day, outcome in ((0, GONE), (1, GONE), (2, TAKEN), (3, TAKEN), (20, GONE)):
        round_of(store, names, outcome, NOW + day * DAY)
    assert served(store, names) == names


def test_who_is_said_to_be_gone_for_days_is_paused_in_the_end_and_others_are_not(store: Store) -> None:
    names = readers(store, 20)
    dead, alive = names[:8], names[8:]
    for day in range(4):
        round_of(store, alive, TAKEN, NOW + day * DAY)
        round_of(store, dead, GONE, NOW + day * DAY)
        assert served(store, dead) == (dead if day < 3 else [])
    assert served(store, alive) == alive
    assert all("(5.1.1)" in store.subscription(name).note for name in dead)


def test_who_was_paused_after_days_stays_so_when_one_more_is_said_to_be_gone(store: Store) -> None:
    names = readers(store, 20)
    dead, late = names[:8], names[8:9]
    for day in range(4):
        round_of(store, dead, GONE, NOW + day * DAY)
    round_of(store, late, GONE, NOW + 3 * DAY)
    assert (served(store, dead), served(store, late)) == ([], late)


def test_who_was_paused_by_a_person_stays_so_when_everybody_is_said_to_be_gone(store: Store) -> None:
    names = readers(store, 10)
    mails(store, names, GONE, NOW)
    store.update_subscription("reader3", status=Status.PAUSED, note="")
    take_refusals(store, NOW)
    assert served(store, names) == [name for name in names if name != "reader3"]


def test_a_few_among_many_are_paused_at_once(store: Store) -> None:
    names = readers(store, 40)
    round_of(store, names[:4], GONE, NOW)
    assert served(store, names) == names[4:]
