"""Who cannot or does not want to be reached is paused, once, with the reason; nobody else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cgtwatch.deliver.mail.returned import bounce_of
from cgtwatch.model.bounce import BounceKind, Tally
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.pipeline.bounces import calm, judge, take_refusals, take_report
from cgtwatch.store import Store, open_store
from deliver.reports import FREE_TEXT, VACATION, bounce, complaint
from deliver.senders import SECRET_KEY

NOW = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    found = open_store("sqlite://")
    add(found, "mei")
    yield found
    found.close()


def add(store: Store, name: str) -> None:
    store.add_subscription(Subscription(name, "email", f"{name}@example.org", Cadence(Every.DAILY)), NOW)


def mail(store: Store, number: int, name: str = "mei", at: datetime = NOW) -> str:
    key = f"msg_{number:032x}"
    payload = Payload(b"x", "message/rfc822")
    sent = Delivery(key, name, "email", f"{name}@example.org", payload, "s", DeliveryState.QUEUED, 0, at, at)
    store.queue_deliveries([sent])
    return key


def take(store: Store, raw: bytes, at: datetime = NOW) -> str:
    return take_report(raw, store, SECRET_KEY, at).outcome


def alarms(store: Store) -> list[str]:
    return [one.subject for one in store.open_alarms()]


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.6", "5.1.10"])
def test_an_address_that_is_no_more_is_paused_at_once_and_the_operator_hears_once(store: Store, status: str) -> None:
    assert take(store, bounce(status, diagnostic="smtp; 550 unknown", key=mail(store, 1))) == "paused"
    reader = store.subscription("mei")
    assert (reader.status, f"({status})" in reader.note) == (Status.PAUSED, True)
    assert alarms(store) == [f"subscription mei was {reader.note}"]


def test_a_complaint_pauses_at_once(store: Store) -> None:
    assert take(store, complaint(key=mail(store, 1))) == "paused"
    assert store.subscription("mei").note == "paused: its reader called a message spam"


def test_other_hard_bounces_pause_at_the_third_within_thirty_days(store: Store) -> None:
    outcomes = []
    for number, day in enumerate((0, 29, 31, 40)):
        at = NOW + day * DAY
        outcomes.append(take(store, bounce("5.2.2", diagnostic="smtp; full", key=mail(store, number, at=at)), at))
    assert outcomes == ["counted", "counted", "counted", "paused"]
    assert "3 times in 30 days" in store.subscription("mei").note


def test_soft_bounces_are_counted_and_pause_nobody(store: Store) -> None:
    for number in range(9):
        assert take(store, bounce("4.4.7", diagnostic="smtp; late", key=mail(store, number))) == "counted"
    assert store.subscription("mei").status is Status.ACTIVE
    assert [one.kind for one in store.bounces("mei")] == [BounceKind.SOFT] * 9


def test_one_report_counts_once_however_often_it_comes(store: Store) -> None:
    raw = bounce("5.2.2", diagnostic="smtp; full", key=mail(store, 1))
    assert [take(store, raw) for _ in range(4)] == ["counted", "known", "known", "known"]


@pytest.mark.parametrize(("raw", "outcome"), [(bounce(), "unknown"), (VACATION, "ignored"), (FREE_TEXT, "ignored")])
def test_what_is_about_no_mail_of_ours_changes_nothing(store: Store, raw: bytes, outcome: str) -> None:
    mail(store, 1)
    assert take(store, raw) == outcome
    assert (store.subscription("mei").status, alarms(store)) == (Status.ACTIVE, [])


def test_a_report_about_an_address_that_the_reader_has_left_does_not_pause_the_new_one(store: Store) -> None:
    key = mail(store, 1)
    assert store.begin_attempt(key, NOW)
    store.settle(key, SendOutcome(SendResult.SENT, "250"), None, NOW)
    store.update_subscription("mei", target="new@example.org")
    assert take(store, bounce(key=key)) == "counted"
    assert store.subscription("mei").status is Status.ACTIVE


def test_an_alarm_ends_when_its_reader_is_served_again_or_gone(store: Store) -> None:
    add(store, "li")
    for number, name in enumerate(("mei", "li")):
        take(store, bounce(key=mail(store, number, name)))
    calm(store, NOW)
    assert len(alarms(store)) == 2
    store.update_subscription("mei", status=Status.ACTIVE, target="new@example.org")
    store.remove_subscription("li", NOW)
    calm(store, NOW)
    assert alarms(store) == []


def test_one_reader_s_bounce_pauses_no_other(store: Store) -> None:
    add(store, "li")
    take(store, bounce(key=mail(store, 1)))
    assert store.subscription("li").status is Status.ACTIVE


def refuse(store: Store, key: str, answer: str) -> None:
    assert store.begin_attempt(key, NOW)
    store.settle(key, SendOutcome(SendResult.PERMANENT, answer), None, NOW)


def test_a_refusal_at_once_is_a_bounce_and_takes_the_place_of_the_delivery_s_alarm(store: Store) -> None:
    key = mail(store, 1)
    refuse(store, key, "recipient: 550 5.1.1 <address> unknown")
    assert [one.outcome for one in take_refusals(store, NOW)] == ["paused"]
    assert take_refusals(store, NOW) == []
    assert take(store, bounce(key=key)) == "known"
    assert len(alarms(store)) == 1


def test_a_mail_that_was_called_spam_by_a_server_is_not_its_reader_s_fault(store: Store) -> None:
    refuse(store, mail(store, 1), "mail: 554 5.7.1 spam")
    assert take_refusals(store, NOW) == []


def test_resuming_begins_to_count_anew(store: Store) -> None:
    for number in range(3):
        take(store, bounce("5.2.2", diagnostic="smtp; full", key=mail(store, number)))
    assert store.subscription("mei").status is Status.PAUSED
    assert store.forgive_bounces("mei", NOW) == 3
    assert alarms(store) == []
    store.update_subscription("mei", status=Status.ACTIVE, note="")
    assert take(store, bounce("5.2.2", diagnostic="smtp; full", key=mail(store, 9))) == "counted"


def test_where_many_bounce_in_a_day_the_trouble_is_ours_and_nobody_is_paused(store: Store) -> None:
    names = [f"reader{number}" for number in range(8)]
    for name in names:
        add(store, name)
    for day in range(3):
        at = NOW + day * timedelta(hours=2)
        for place, name in enumerate(names):
            key = mail(store, day * 100 + place, name, at)
            take(store, bounce("5.7.1", diagnostic="smtp; blocked", key=key), at)
    assert {store.subscription(name).status for name in names} == {Status.ACTIVE}
    assert sum("of 9 readers came back" in one for one in alarms(store)) == 1
    calm(store, NOW)
    assert any("of 9 readers" in one for one in alarms(store))
    calm(store, NOW + 3 * DAY)
    assert not any("of 9 readers" in one for one in alarms(store))


def test_the_operator_s_hint_names_the_command(store: Store) -> None:
    found = judge("mei", bounce_of("msg_1", BounceKind.HARD, "5.1.1", "550", NOW), Tally(1, 1, 1))
    assert found
    assert "subscriptions resume mei" in found.alarm.hint


def test_bounces_are_counted_by_kind_for_each_reader_and_not_once_forgiven(store: Store) -> None:
    add(store, "an")
    take(store, bounce("5.2.2", diagnostic="smtp; full", key=mail(store, 1)))
    take(store, bounce("4.4.7", diagnostic="smtp; late", key=mail(store, 2)))
    take(store, complaint(key=mail(store, 3, "an")))
    assert store.bounce_counts() == {"mei": {"hard": 1, "soft": 1}, "an": {"complaint": 1}}
    store.forgive_bounces("mei", NOW)
    assert store.bounce_counts()["mei"] == {"soft": 1}
