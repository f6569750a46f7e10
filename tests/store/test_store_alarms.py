"""Trouble is told once when it begins and once when it ends."""

from cgtwatch.store import Store
from store.store_kit import HOUR, NOW, an_alarm, delivery

LATER = NOW + HOUR


def tell(store: Store, key: str) -> bool:
    told = store.alarms_to_tell()
    return store.alarms_told([one.id for one in told.opened], [one.id for one in told.ended], [delivery(key, "")], NOW)


def test_an_alarm_is_told_once_when_it_begins_and_once_when_it_ends(store: Store) -> None:
    store.apply_alarms([an_alarm()], [], NOW)
    assert tell(store, "a1")
    assert store.alarms_to_tell().opened == ()
    store.apply_alarms([], ["source:cde"], LATER)
    (ended,) = store.alarms_to_tell().ended
    assert (ended.closed_at, store.open_alarms()) == (LATER, ())
    assert tell(store, "a2")
    told = store.alarms_to_tell()
    assert (told.opened, told.ended) == ((), ())


def test_one_trouble_opens_one_alarm(store: Store) -> None:
    store.apply_alarms([an_alarm(), an_alarm()], [], NOW)
    store.apply_alarms([an_alarm(at=LATER)], [], LATER)
    assert [each.opened_at for each in store.open_alarms()] == [NOW]


def test_trouble_that_comes_back_is_a_new_alarm(store: Store) -> None:
    store.apply_alarms([an_alarm()], [], NOW)
    store.apply_alarms([an_alarm(at=LATER)], ["source:cde"], LATER)
    assert [each.opened_at for each in store.open_alarms()] == [LATER]


def test_trouble_that_takes_the_place_of_another_is_told_without_saying_that_the_other_is_over(store: Store) -> None:
    store.apply_alarms([an_alarm()], [], NOW)
    assert tell(store, "a1")
    store.apply_alarms([an_alarm(at=LATER)], ["source:cde"], LATER)
    told = store.alarms_to_tell()
    assert ([each.opened_at for each in told.opened], told.ended) == ([LATER], ())


def test_trouble_that_ended_untold_is_told_to_nobody(store: Store) -> None:
    store.apply_alarms([an_alarm()], [], NOW)
    store.apply_alarms([], ["source:cde"], LATER)
    told = store.alarms_to_tell()
    assert (told.opened, told.ended) == ((), ())


def test_the_message_is_queued_with_the_mark_or_not_at_all(store: Store) -> None:
    store.apply_alarms([an_alarm()], [], NOW)
    ids = [one.id for one in store.alarms_to_tell().opened]
    assert store.alarms_told(ids, [], [delivery("a1", "")], NOW)
    assert not store.alarms_told(ids, [], [delivery("a2", "")], NOW)
    assert [each.key for each in store.deliveries()] == ["a1"]
