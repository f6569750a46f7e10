"""Who holds a database on a server goes on holding it, though the line to the server was cut."""

import threading

import pytest

from cgtwatch.errors import BusyError
from cgtwatch.store import held
from cgtwatch.store.holding import _Holder

SOON = 20.0  # seconds after which a test gives up


def refuse() -> None:
    raise AssertionError("the process was asked to end")


@pytest.mark.parametrize("alone", [True, False])
def test_a_session_that_the_server_still_believes_in_is_no_other_process(postgres_url: str, alone: bool) -> None:
    holder = _Holder(postgres_url, alone=alone, taken_over=refuse)
    holder.take()
    lost, holder._session = holder._session, None  # for us the line is dead, for the server it is not yet
    waited = threading.Event()
    for _ in range(int(SOON * 10)):
        holder._hold()  # as the keeper does at each look
        if holder._session is not None:
            break
        waited.wait(0.1)
    assert holder._session is not None
    assert lost is not None
    with pytest.raises(BusyError), held(postgres_url, alone=True):
        raise AssertionError("another began")
    lost.close()
    holder.let_go()


def test_where_another_was_first_the_process_is_asked_to_end(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.store.holding._LOOK", 0.05)
    asked = threading.Event()
    holder = _Holder(postgres_url, alone=True, taken_over=asked.set)
    holder._hold()
    assert holder._session is not None
    holder._session.execute("SELECT pg_advisory_unlock_all()")  # or the server may take a moment
    holder._session.close()
    with held(postgres_url, alone=True):
        holder._keeper.start()
        assert asked.wait(SOON)
    holder.let_go()
