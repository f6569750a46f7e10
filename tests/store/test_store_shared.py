"""What many readers were told alike is kept once, also of what was told before there was a place for that."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.errors import StoreError
from cgtwatch.model.delivery import DeliveryState, Payload
from cgtwatch.store import Store, open_store, upgrade
from cgtwatch.store.connection import writer
from cgtwatch.store.migrate import SCRIPTS, run
from cgtwatch.store.queue import forget_deliveries
from cgtwatch.store.records import Chosen, DigestRecord
from store.store_kit import HOUR, NOW, delivery, news, source, statements, subscription, url_of

LONG = Payload(b"x" * 5000 + b"<name>", "message/rfc822")
NAMES = ("mei", "tom", "ana")


@pytest.fixture
def told(filed: Store) -> Store:
    """Three readers who were told the same two announcements in the same words."""
    for name in NAMES:
        filed.add_subscription(subscription(name), NOW)
    filed.record_visit(news("a", "b"))
    chosen = (Chosen(1, True, "everything"), Chosen(2, False, "not CN"))
    records = [
        DigestRecord(
            name, 0, 2, NOW, NOW + HOUR, "New", "text", "<p>page</p>", ("e-a",), "daily", chosen,
            (delivery(f"d-{name}", name, payload=replace(LONG, fillings={"<name>": name})),),
        )
        for name in NAMES
    ]  # fmt: skip
    assert filed.record_digests(records) == (True, True, True)
    return filed


def count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_one_edition_selection_and_body_serve_all_readers_of_a_digest(told: Store, path: Path) -> None:
    kept = {table: count(path, table) for table in ("digest", "edition", "selection", "choice", "delivery", "shared_body")}
    assert kept == {"digest": 3, "edition": 1, "selection": 1, "choice": 2, "delivery": 3, "shared_body": 1}


def test_each_reader_has_a_digest_and_a_message_of_its_own(told: Store) -> None:
    assert {one.subscription for one in told.digests()} == set(NAMES)
    assert {one.html for one in told.digests()} == {"<p>page</p>"}
    assert [told.delivery(f"d-{name}").payload.filled[-3:] for name in NAMES] == [name.encode() for name in NAMES]


def test_explain_names_all_readers_of_a_shared_digest(told: Store) -> None:
    assert [(one.subscription, one.delivery) for one in told.explain("e-a").told] == [
        (name, f"d-{name}") for name in sorted(NAMES)
    ]
    assert {(one.wanted, one.reason, one.delivery) for one in told.explain("e-b").told} == {(False, "not CN", None)}


def test_the_same_words_told_later_are_found_again(told: Store, path: Path) -> None:
    told.add_subscription(subscription("late"), NOW)
    record = DigestRecord(
        "late", 0, 2, NOW, None, "New", "text", "<p>page</p>", ("e-a",), deliveries=(delivery("d-late", "late", payload=LONG),)
    )
    assert told.record_digest(record)
    assert (count(path, "edition"), count(path, "shared_body")) == (1, 1)


def test_a_listing_reads_no_bodies(told: Store) -> None:
    with statements() as seen:
        listed = told.deliveries() + told.due_deliveries(NOW)
    assert {len(one.payload.body) for one in listed} == {0}
    assert not [one for one in seen if "body" in one or "content " in one or "fillings" in one]


def test_a_batch_leaves_out_the_one_whose_mark_moved_meanwhile_and_stores_the_others(told: Store) -> None:
    told.record_visit(news("c"))
    told.record_digest(DigestRecord("tom", 2, 3, NOW, None))
    records = [DigestRecord(name, 2, 3, NOW, None, "s", "t", "h", deliveries=(delivery(f"e-{name}", name),)) for name in NAMES]
    assert told.record_digests(records) == (True, False, True)
    assert {one.key for one in told.deliveries()} == {"d-mei", "d-tom", "d-ana", "e-mei", "e-ana"}
    assert told.check() == []


def test_a_batch_with_a_delivery_that_is_there_already_stores_nothing(told: Store) -> None:
    told.record_visit(news("c"))
    records = [
        DigestRecord(name, 2, 3, NOW, None, "s", deliveries=(delivery(f"{key}-{name}", name),))
        for name, key in (("mei", "e"), ("tom", "d"))
    ]
    with pytest.raises(StoreError, match="d-tom"):
        told.record_digests(records)
    assert told.subscription("mei").sent_upto == 2


def test_two_records_of_one_reader_in_a_batch_follow_each_other(told: Store) -> None:
    told.record_visit(news("c", "d"))
    assert told.record_digests(
        [DigestRecord("mei", 2, 3, NOW, None), DigestRecord("mei", 2, 4, NOW, None), DigestRecord("mei", 3, 4, NOW, None)]
    ) == (True, False, True)


def test_what_is_forgotten_leaves_no_address_and_no_text_and_is_not_sent(told: Store, path: Path) -> None:
    told.add_subscription(subscription("own"), NOW)
    told.queue_deliveries([delivery("d-own", "own", payload=Payload(b"y" * 3000, "message/rfc822"), target="own@example.org")])
    with told._database.write() as db:
        number = db.exec_driver_sql("SELECT id FROM subscription WHERE name = 'own'").scalar_one()
        forget_deliveries(db, number)
    forgotten = told.delivery("d-own")
    assert (forgotten.target, forgotten.payload.body, forgotten.state) == ("", b"", DeliveryState.CANCELLED)
    assert count(path, "shared_body") == 1, "the bytes of the others stay"
    with pytest.raises(StoreError, match="no longer kept"):
        told.redeliver("d-own", NOW)


def test_the_queue_is_read_in_its_order_and_not_sorted(told: Store) -> None:
    with statements() as seen:
        told.due_deliveries(NOW, 5, in_trouble=False)
        told.exchange((), ["d-mei"], NOW)
    looks = [one for one in seen if "EXISTS" in one]
    assert len(looks) == 2
    with told._database.read() as db:
        plans = [
            " ".join(row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", (1,) * one.count("?"))) for one in looks
        ]
    assert plans[0].startswith("SCAN delivery USING INDEX ix_delivery_waiting")
    assert plans[1].startswith("SEARCH delivery USING INDEX sqlite_autoindex_delivery_1")
    assert all("older USING INDEX ix_delivery_line" in one and "TEMP B-TREE FOR ORDER" not in one for one in plans)


# --- from before

READER = """
INSERT INTO subscription (id, name, channel, target, cadence, filter, timezone, language, status, promise, sent_upto, created_at, welcomed,
    note, options, origin)
VALUES (:id, :name, 'email', 'x@example.org', '{"every": "daily", "hour": 8, "minute": 0, "weekday": 0, "day": 1}',
    '{"topics": [], "jurisdictions": [], "levels": [], "issuers": [], "doc_types": [], "stages": [], "importance": null, "query": ""}',
    'UTC', 'zh', 'active', 'at-least-once', 3, '2026-07-08T01:02:03.000000Z', 1, '', '{}', 'operator')
"""
DIGEST = """
INSERT INTO digest (id, subscription, from_seq, to_seq, subject, text, html, events, created_at, reason)
VALUES (:id, :reader, :from, :to, :subject, :text, :html, :events, '2026-07-08T01:02:03.000000Z', 'daily')
"""
CHOICE = "INSERT INTO choice (subscription, seq, digest, wanted, reason) VALUES (:reader, :seq, :digest, :wanted, 'why')"
DELIVERY = """
INSERT INTO delivery (key, subscription, subscription_id, channel, target, body, content_type, headers, subject, state, attempts, created_at,
    promise, digest, answer, kind, fillings)
VALUES (:key, 'mei', :reader, 'email', 'x@example.org', :body, 'message/rfc822', '{}', 'New', 'sent', 1, '2026-07-08T01:02:03.000000Z',
    'at-least-once', :digest, '', 'digest.created', '{}')
"""
TOLD = {"from": 0, "to": 2, "subject": "New", "text": "text 文字", "html": "<p>page</p>", "events": '["e-a"]'}
SILENT = {"from": 2, "to": 3, "subject": "", "text": "", "html": "", "events": "[]"}


def before_sharing(path: Path, folder: Path) -> None:
    """A database of the version before: two readers who were told the same, and a range of which one of them wanted nothing."""
    scripts, other = folder / "scripts", folder / "other.db"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "000[789]*"))
    with writer(url_of(path), timedelta(seconds=1)) as connection:
        run(connection, scripts)
    store = open_store(url_of(other))
    store.sync_sources([source()], NOW)
    store.record_visit(news("a", "b", "c"))
    store.close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("ATTACH ? AS other", [str(other)])
    for table in ("source", "fetch", "item", "revision", "event", "announcement"):
        db.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")
    db.executemany(READER, [{"id": 1, "name": "mei"}, {"id": 2, "name": "tom"}])
    db.executemany(DIGEST, [{"id": 1, "reader": 1, **TOLD}, {"id": 2, "reader": 2, **TOLD}, {"id": 3, "reader": 1, **SILENT}])
    choices = [{"reader": n, "seq": seq, "digest": n, "wanted": seq == 1} for n in (1, 2) for seq in (1, 2)]
    db.executemany(CHOICE, [*choices, {"reader": 1, "seq": 3, "digest": 3, "wanted": False}])
    bodies = [b"z" * 4000, b"z" * 4000, b"small"]
    db.executemany(DELIVERY, [{"key": f"d{n}", "reader": 1, "digest": n, "body": body} for n, body in enumerate(bodies, 1)])
    db.close()


def test_what_was_told_before_is_kept_and_shared(path: Path, tmp_path: Path) -> None:
    before_sharing(path, tmp_path)
    upgrade(url_of(path))
    store = open_store(url_of(path))
    assert [(one.id, one.subscription, one.subject, one.text, one.events) for one in store.digests()] == [
        (3, "mei", "", "", ()), (2, "tom", "New", "text 文字", ("e-a",)), (1, "mei", "New", "text 文字", ("e-a",)),
    ]  # fmt: skip
    assert [(one.subscription, one.digest, one.delivery) for one in store.explain("e-a").told] == [
        ("mei", 1, "d1"),
        ("tom", 2, "d2"),
    ]
    assert [(one.subscription, one.wanted, one.reason) for one in store.explain("e-c").told] == [("mei", False, "why")]
    assert [store.delivery(key).payload.body for key in ("d1", "d2", "d3")] == [b"z" * 4000, b"z" * 4000, b"small"]
    assert store.check() == []
    store.close()
    assert {table: count(path, table) for table in ("edition", "selection", "choice", "shared_body")} == {
        "edition": 1, "selection": 2, "choice": 3, "shared_body": 1,
    }  # fmt: skip


def test_what_is_told_after_an_upgrade_shares_what_was_told_before(path: Path, tmp_path: Path) -> None:
    before_sharing(path, tmp_path)
    upgrade(url_of(path))
    store = open_store(url_of(path))
    store.add_subscription(subscription("ana"), NOW)
    chosen = (Chosen(1, True, "why"), Chosen(2, False, "why"))
    payload = Payload(b"z" * 4000, "message/rfc822")
    said = DigestRecord(
        "ana",
        0,
        2,
        NOW,
        None,
        "New",
        "text 文字",
        "<p>page</p>",
        ("e-a",),
        "daily",
        chosen,
        (delivery("d4", "ana", payload=payload),),
    )
    assert store.record_digest(said)
    store.close()
    assert {table: count(path, table) for table in ("edition", "selection", "shared_body")} == {
        "edition": 1,
        "selection": 2,
        "shared_body": 1,
    }
