"""From every schema that was ever released to the present one, with data of that schema, and killed on the way."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event

from cgtwatch.errors import StoreUnusable
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.store import open_store, save_copy, state_of, upgrade
from cgtwatch.store.connection import writer
from cgtwatch.store.migrate import SCRIPTS
from cgtwatch.store.records import EventQuery
from cgtwatch.store.schema import HEAD, REVISIONS
from store.store_kit import url_of

AT = "2026-07-08T01:02:03.000000Z"
SOON = timedelta(seconds=1)
LONG = b"<p>" + b"x" * 3000
DOCUMENTS = 5
LISTS = ("topics", "jurisdictions", "levels", "issuers", "doc_types", "stages")
FILTER = json.dumps({name: [] for name in LISTS} | {"importance": None, "query": ""})
EMPTY = {"INTEGER": 0, "BIGINT": 0, "BOOLEAN": 0, "JSON": "{}", "BLOB": b"", "VARCHAR(27)": AT, "DATE": "2026-07-08"}
LABELS = {
    "cgt": 1,
    "policy": 1,
    "relevant": 1,
    "modalities": '["car_t"]',
    "issuers": '["cde"]',
    "doc_type": "guideline",
    "stage": "draft",
    "importance": "high",
}


def to_revision(path: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with writer(url_of(path), SOON) as connection:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # as `run` does
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, revision)


def put(raw: sqlite3.Connection, table: str, **values: object) -> None:
    """A row with these values, and something plausible in every other column that must not be empty."""
    for _, name, kind, required, default, key in raw.execute(f"PRAGMA table_info({table})").fetchall():
        if name not in values and required and default is None and not (key and kind == "INTEGER"):
            values[name] = EMPTY.get(kind, "")
    known = {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
    names = [name for name in values if name in known]
    marks = ", ".join("?" * len(names))
    raw.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", [values[name] for name in names])


def first_data(raw: sqlite3.Connection) -> None:
    """What the first version had stored: documents that changed, events, readers, digests, messages."""
    put(raw, "source", id="cde", kind="list", url="https://cde.example/list", name_zh="药审中心", name_en="CDE", listed=1)
    put(raw, "source_state", source="cde", etag='"1"', baseline_done=1)
    put(raw, "alarm", key="source:cde", kind="source")
    for n in range(DOCUMENTS):
        put(raw, "fetch", id=n + 1, source="cde", outcome="ok", archive_key="a" * 64, requests=1, size=2**40)
        put(raw, "item", id=f"i{n}", source="cde", guid=f"i{n}", revision=2, first_seen=AT, last_seen=AT, last_changed=AT)
        for number in (1, 2):
            text = f"细胞治疗产品 第{n}号 Text {number}"
            put(
                raw,
                "revision",
                item=f"i{n}",
                number=number,
                title=f"指导原则 {n}",
                text=text,
                attachments="[]",
                fetch=n + 1,
                seen_at=AT,
            )
            put(raw, "classification", item=f"i{n}", revision=number, language="zh", **LABELS)
        put(raw, "item_tag", item=f"i{n}", kind="issuer", value="cde")
        named = {"item": f"i{n}", "source": "cde", "title": f"指导原则 {n}", "cluster": f"e{n}", "thread": f"e{n}"}
        put(raw, "event", id=f"e{n}", revision=2, main=1, seq=n + 1, document_date="2026-07-08", **named, **LABELS)
        put(raw, "event_tag", event=f"e{n}", kind="issuer", value="cde")
        put(raw, "announcement", seq=n + 1, event=f"e{n}", kind="new", cause="")
    put(raw, "link", event="e1", other="e0", relation="amends", reason="number")
    put(raw, "held_page", source="cde", url="https://cde.example/list", archive_key="b" * 64, reason="sick")
    cadence = json.dumps({"every": "daily", "hour": 8, "minute": 0, "weekday": 0, "day": 1})
    for n in (1, 2):
        wishes = {
            "cadence": cadence,
            "filter": FILTER,
            "timezone": "Asia/Shanghai",
            "language": "zh",
            "status": "active",
            "promise": "at-least-once",
        }
        put(
            raw,
            "subscription",
            id=n,
            name=f"reader{n}",
            channel="email",
            target=f"r{n}@example.org",
            sent_upto=DOCUMENTS,
            welcomed=1,
            **wishes,
        )
        said = {"subject": "News", "text": "News", "html": "<p>News</p>", "events": '["e0", "e1"]'}
        put(raw, "digest", id=n, subscription=n, from_seq=0, to_seq=DOCUMENTS, **said)
        for seq in range(1, DOCUMENTS + 1):
            put(raw, "choice", subscription=n, seq=seq, digest=n, wanted=1, reason="topic")
        for key, state, body in ((f"long{n}", "sent", LONG), (f"short{n}", "retry", b"{}")):
            sent = {
                "subscription": f"reader{n}",
                "subscription_id": n,
                "channel": "email",
                "target": f"r{n}@example.org",
                "digest": n,
            }
            put(
                raw,
                "delivery",
                key=key,
                state=state,
                body=body,
                headers='{"X": "1"}',
                attempts=1,
                due_at=AT,
                promise="at-least-once",
                **sent,
            )
        put(raw, "attempt", delivery=2 * n - 1, number=1, result="sent", answer="250 ok")


def later_data(raw: sqlite3.Connection) -> None:
    """What versions since then could have stored beside it."""
    tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "push" in tables:
        put(raw, "push", source="cde", hub="https://hub.example", topic="t", state="asked")
    if "translation" in tables:
        put(raw, "translation", text="h", language="en", title="Guideline")
    if "mark" in tables:
        put(raw, "mark", event="e4", fields='["importance"]', labels='{"importance": "low"}', by="ops")
    if "app_user" in tables:
        put(raw, "app_user", id=1, name="ops", role="operator")
        put(raw, "token", user=1, hash="h", label="script", scopes='["read"]')
        put(raw, "bounce", report="r", kind="soft", subscription_id=1)


def filled(path: Path, revision: str) -> None:
    """A database of that schema with data of that schema: what the first version stored, brought there, and what came since."""
    to_revision(path, REVISIONS[0])
    for work, after in ((first_data, revision), (later_data, revision)):
        raw = sqlite3.connect(path)
        work(raw)
        raw.commit()
        raw.close()
        to_revision(path, after)


def held(path: Path) -> dict[str, int]:
    """How much stands in each table that is there at all times."""
    raw = sqlite3.connect(path)
    names = (
        "fetch",
        "item",
        "revision",
        "classification",
        "event",
        "announcement",
        "subscription",
        "digest",
        "delivery",
        "attempt",
        "alarm",
    )
    counted = {name: raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    raw.close()
    return counted


def sound(path: Path) -> tuple[str, list[tuple[object, ...]], list[tuple[object, ...]]]:
    raw = sqlite3.connect(path)
    try:
        version = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return version, raw.execute("PRAGMA integrity_check").fetchall(), raw.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        raw.close()


def killed_at(nth: int, work: Callable[[], object]) -> bool:
    """Do `work` in a child that is killed at its `nth` statement; whether it was."""
    child = os.fork()
    if child == 0:
        seen = iter(range(1, nth + 1))

        def kill(*_: object) -> None:
            if next(seen, None) == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", kill)
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def of_each(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A filled database of each released schema."""
    found = {}
    for revision in REVISIONS[:-1]:
        path = tmp_path_factory.mktemp("released") / "cgtwatch.db"
        filled(path, revision)
        raw = sqlite3.connect(path)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        found[revision] = path.read_bytes()
    return found


@pytest.fixture(params=REVISIONS[:-1])
def old(request: pytest.FixtureRequest, of_each: dict[str, bytes], path: Path) -> str:
    """One of them, at `path`; its revision."""
    path.write_bytes(of_each[request.param])
    return str(request.param)


@pytest.mark.fault("D7")
def test_a_filled_database_of_any_release_comes_to_the_present_schema_whole(old: str, path: Path) -> None:
    assert (state_of(url_of(path)), sound(path)) == ("older", (old, [("ok",)], []))
    before = held(path)
    assert upgrade(url_of(path)) == HEAD
    assert (held(path), sound(path)) == (before, (HEAD, [("ok",)], []))
    store = open_store(url_of(path))
    try:
        assert store.check() == []
        assert store.revisions("i3")[1].text == "细胞治疗产品 第3号 Text 2"
        assert {one.id for one in store.events(EventQuery(query="细胞治疗"))} == {f"e{n}" for n in range(DOCUMENTS)}
        assert store.delivery("long1").payload.body == store.delivery("long2").payload.body == LONG
        assert store.delivery("short1").state is DeliveryState.RETRY
        assert [told.wanted for told in store.explain("e0").told if told.digest] == [True] * 4  # two readers, two messages each
        assert [one.name for one in store.subscriptions()] == ["reader1", "reader2"]
        assert (store.last_seq(), store.state("cde").validators.etag) == (DOCUMENTS, '"1"')
    finally:
        store.close()


@pytest.mark.fault("D7")
@pytest.mark.parametrize(
    "old", [*(pytest.param(one, marks=pytest.mark.chaos) for one in ("0001", "0006")), REVISIONS[-2]], indirect=True
)
def test_an_upgrade_killed_anywhere_leaves_the_old_schema_whole(old: str, path: Path) -> None:
    untouched, nth = held(path), 1
    while killed_at(nth, lambda: upgrade(url_of(path))):
        assert (held(path), sound(path)) == (untouched, (old, [("ok",)], []))
        nth += 1 + nth // 3  # `make chaos` takes every one
    assert nth > 6
    assert (held(path), sound(path)) == (untouched, (HEAD, [("ok",)], []))


@pytest.mark.chaos
@pytest.mark.fault("D7")
def test_an_upgrade_killed_at_each_statement_leaves_the_old_schema_or_the_new(old: str, path: Path) -> None:
    untouched, nth = held(path), 1
    while killed_at(nth, lambda: upgrade(url_of(path))):
        assert (held(path), sound(path)) == (untouched, (old, [("ok",)], []))
        nth += 1
    assert sound(path)[0] == HEAD


def test_a_copy_of_any_release_is_taken_before_it_is_brought_up_to_date(old: str, path: Path, tmp_path: Path) -> None:
    copy = save_copy(url_of(path), tmp_path / "copy.db")
    upgrade(url_of(path))
    assert (sound(copy)[0], held(copy)) == (old, held(path))


def test_a_database_of_any_earlier_release_is_not_worked_with_before_its_upgrade(old: str, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="cgtwatch db upgrade"):
        open_store(url_of(path))
    assert (path.read_bytes(), sound(path)[0]) == (before, old)
