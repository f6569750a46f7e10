"""Who writes in a hurry waits neither long for another thread nor for another process, and nobody else is hurried by it."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from cgtwatch.errors import BusyError
from cgtwatch.store import BUSY_TIMEOUT, Store, open_store
from store.store_kit import NOW, source, subscription

SOON = timedelta(milliseconds=50)


@pytest.fixture
def shared(store_url: str) -> Iterator[tuple[Store, Store]]:
    """Two processes' stores of one database, as far as one process can be two."""
    one, other = open_store(store_url), open_store(store_url)
    one.sync_sources([source()], NOW)
    yield one, other
    one.close()
    other.close()


def test_a_hurried_writer_is_told_soon_that_another_process_writes(shared: tuple[Store, Store]) -> None:
    one, other = shared
    with other._database.write():
        began = time.monotonic()
        with one.hurried(SOON), pytest.raises(BusyError, match="another process"):
            one.add_subscription(subscription(), NOW)
        assert time.monotonic() - began < BUSY_TIMEOUT.total_seconds() / 2
    one.add_subscription(subscription(), NOW)


def test_a_hurried_writer_is_told_soon_that_another_thread_writes(shared: tuple[Store, Store]) -> None:
    one, _ = shared
    told: list[BaseException] = []

    def hurry() -> None:
        try:
            with one.hurried(SOON):
                one.add_subscription(subscription(), NOW)
        except BusyError as error:
            told.append(error)

    with one._database.write():
        thread = threading.Thread(target=hurry)
        thread.start()
        thread.join(BUSY_TIMEOUT.total_seconds())
    [error] = told
    assert "something else is being stored" in str(error)
    assert error.__cause__ is None, "the storage is well"


def test_whoever_is_not_in_a_hurry_waits_on_and_gets_their_turn(shared: tuple[Store, Store]) -> None:
    one, other = shared
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with other._database.write():
            holding.set()
            let_go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(10)
    with one.hurried(SOON), pytest.raises(BusyError):
        one.add_subscription(subscription("hurried"), NOW)
    threading.Timer(4 * SOON.total_seconds(), let_go.set).start()
    one.add_subscription(subscription("patient"), NOW)
    holder.join(10)
    assert [each.name for each in one.subscriptions()] == ["patient"]
