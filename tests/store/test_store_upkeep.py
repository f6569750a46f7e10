"""Backups of one moment while others write, and a store that is quick where it is asked often."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cgtwatch.errors import StoreUnusable
from cgtwatch.model.item import Change, Outcome
from cgtwatch.store import Store, open_store
from cgtwatch.store.records import StoredItem
from store.store_kit import HOUR, NOW, finding, new_item, news, source, state, url_of, visit


@pytest.mark.fault("D8")
def test_a_backup_taken_while_others_write_is_of_one_moment(filed: Store, tmp_path: Path) -> None:
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set() and written < 3000:
            filed.record_visit(news(f"i{written}"))
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    copies = []
    try:
        for n in range(4):
            before = written
            while written < before + 3 and writer.is_alive():
                time.sleep(0.001)
            copies.append(filed.backup(tmp_path / f"copy{n}.db"))
    finally:
        stop.set()
        writer.join()
    counts = []
    for copy in copies:
        store = open_store(url_of(copy))
        assert store.check() == []
        found = store.counts()
        assert found.items == found.events == found.announcements == store.last_seq()
        counts.append(found.items)
        store.close()
    assert counts == sorted(counts)
    assert 0 < counts[0] < counts[-1]


def test_a_backup_replaces_the_one_before_and_leaves_no_part(filed: Store, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "copy.db"
    filed.backup(target)
    filed.record_visit(news("a"))
    filed.backup(target)
    copy = open_store(url_of(target))
    assert copy.item("a").id == "a"
    copy.close()
    assert not list(target.parent.glob("*.partial"))


def test_a_backup_that_cannot_be_written_is_said_to_be(filed: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnusable, match="another place"):
        filed.backup(tmp_path / "file" / "copy.db")


def test_a_healthy_store_has_nothing_to_complain_of(filed: Store) -> None:
    filed.record_visit(news("a", "b"))
    assert filed.check() == []


def test_threads_write_one_after_the_other(filed: Store) -> None:
    def write(name: str) -> None:
        for n in range(20):
            filed.record_visit(news(f"{name}{n}"))
            filed.state("cde")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert filed.last_seq() == filed.counts().items == 80


def test_two_thousand_quiet_sources_are_recorded_in_seconds(filed: Store) -> None:
    names = [f"s{n}" for n in range(2000)]
    filed.sync_sources([source(name) for name in names], NOW)
    quiet = [visit(outcome=Outcome.UNCHANGED, source_state=state(name, next_poll=NOW + HOUR)) for name in names]
    started = time.process_time()
    for each in quiet:
        filed.record_visit(each)
    assert time.process_time() - started < 5  # 0.3 s on the machine it was written on


def test_a_page_of_two_thousand_items_is_recorded_and_read_back_in_seconds(filed: Store) -> None:
    items = [new_item(f"i{n}") for n in range(2000)]
    started = time.process_time()
    filed.record_visit(visit(items))
    known = filed.known("cde")
    seen = [StoredItem(replace(finding(each.id, Change.SEEN), known=each)) for each in known]
    filed.record_visit(visit(seen, at=NOW + HOUR))
    assert len(known) == 2000
    assert time.process_time() - started < 5  # 0.5 s on the machine it was written on
