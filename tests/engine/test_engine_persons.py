"""What is stored about a person, told and forgotten."""

import json
from pathlib import Path

import pytest
from inside import Inside, inside

from cgtwatch.errors import BusyError, ConfigError, NotFound
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.subscription import Status

SOURCES = "sources:\n  - {id: shelf, kind: folder, folder: {path: shelf}}\n"
CAR_T = "国家药监局药审中心关于公开征求《CAR-T细胞治疗产品药学研究指导原则（征求意见稿）》意见的通知"
ADDRESS = "mei.secretive@example.org"


@pytest.fixture
def bench(tmp_path: Path):
    (tmp_path / "shelf").mkdir()
    with inside(tmp_path, SOURCES) as made:
        yield made


def told(bench: Inside) -> None:
    """Two subscriptions of a person and one of somebody else, each of whom was told of something."""
    bench.poll()
    for name, to in (
        ("mei-alerts", ADDRESS),
        ("mei-weekly", ADDRESS.upper().replace("EXAMPLE.ORG", "example.org")),
        ("li", "li@example.org"),
    ):
        bench.ask("subscriptions.add", name=name, to=f"mailto:{to}", cadence="now")
    Path(bench.app.sources[0].folder.path, "one.txt").write_text(f"{CAR_T}\n\n截止日期为2026年6月1日。", encoding="utf-8")
    bench.pass_time(hours=7)
    bench.poll()
    bench.ask("digest")
    bench.ask("send")
    bench.ask("subscriptions.remove", name="mei-weekly")
    bench.ask("subscriptions.add", to=f"mailto:{ADDRESS}", pending=True)


def stored(bench: Inside) -> bytes:
    """Every byte of every file in the data directory."""
    return b"".join(path.read_bytes() for path in bench.app.settings.data_dir.rglob("*") if path.is_file()).lower()


def letters(bench: Inside) -> int:
    return len(list((bench.app.settings.data_dir / "mailbox" / "new").iterdir()))


def test_a_person_gets_everything_that_is_stored_about_her(bench):
    told(bench)
    [row] = bench.ask("subscriptions.export", name=ADDRESS)
    json.dumps(row)
    alerts, weekly, pending = row["subscriptions"]
    assert (alerts["name"], weekly["name"], pending["status"]) == ("mei-alerts", "mei-weekly", "pending")
    assert weekly["removed_at"]
    [sent] = alerts["deliveries"]
    assert (sent["state"], sent["target"], len(sent["attempts"]), sent["attempts"][0]["result"]) == ("sent", ADDRESS, 1, "sent")
    [digest] = alerts["digests"]
    assert digest["subject"] == sent["subject"]
    assert len(digest["events"]) == 1
    assert len(row["letters"]) == 2
    assert "li@example.org" not in json.dumps(row)
    [same] = bench.ask("subscriptions.export", name="mei-alerts")
    assert same["subscriptions"] == row["subscriptions"]


def test_hooks_stay_secret_unless_asked_for(bench):
    bench.ask("subscriptions.add", name="room", to="slack:https://hooks.slack.com/services/T/B/geheim")
    assert "geheim" not in json.dumps(bench.ask("subscriptions.export", name="room"))
    assert "geheim" in json.dumps(bench.ask("subscriptions.export", name="room", secrets=True))


def test_an_erased_person_is_nowhere_any_more(bench):
    told(bench)
    assert stored(bench).count(ADDRESS.encode()) > 4
    [row] = bench.ask("subscriptions.erase", name="mei-alerts")
    assert (row["subscriptions"], row["pending"], row["deliveries"], row["letters"], row["traces"]) == (2, 1, 2, 2, 0)
    left = stored(bench)
    assert ADDRESS.encode() not in left
    assert b"mei-" not in left
    assert letters(bench) == 1  # somebody else's
    assert [one.name for one in bench.app.store.subscriptions()] == ["li"]
    assert bench.app.store.check() == []
    with pytest.raises(NotFound):
        bench.ask("subscriptions.export", name="mei-alerts")


def test_what_happened_stays_explainable_without_her(bench):
    told(bench)
    bench.ask("subscriptions.erase", name=ADDRESS)
    names = {digest.subscription for digest in bench.app.store.digests()}
    assert names == {"li", "erased-1", "erased-2"}
    ledger = {one.subscription: one for one in bench.app.store.deliveries()}
    assert (ledger["erased-1"].target, ledger["erased-1"].state.value) == ("", "sent")
    assert ledger["li"].target == "li@example.org"
    with pytest.raises(Exception, match="removed"):
        bench.app.store.redeliver(ledger["erased-1"].key, bench.now)


def test_what_waited_for_an_erased_person_is_never_sent(bench):
    told(bench)
    bench.ask("subscriptions.pause", name="mei-alerts")
    one = bench.app.store.subscription("mei-alerts")
    [sent] = [each for each in bench.app.store.deliveries() if each.subscription == one.name]
    bench.app.store.redeliver(sent.key, bench.now)
    bench.ask("subscriptions.erase", name=ADDRESS)
    assert bench.ask("send") == []


def test_nobody_is_half_erased_while_a_message_is_under_way(bench):
    told(bench)
    [sent] = [each for each in bench.app.store.deliveries() if each.subscription == "mei-alerts"]
    bench.app.store.redeliver(sent.key, bench.now)
    bench.app.store.begin_attempt(sent.key, bench.now)
    with pytest.raises(BusyError, match="under way"):
        bench.ask("subscriptions.erase", name=ADDRESS)
    assert bench.app.store.subscription("mei-alerts").target == ADDRESS
    bench.app.store.settle(sent.key, SendOutcome(SendResult.SENT), None, bench.now)
    assert bench.ask("subscriptions.erase", name=ADDRESS)[0]["traces"] == 0


def test_a_file_does_not_bring_an_erased_person_back(bench):
    file = f"subscriptions:\n  - {{name: mei, to: 'mailto:{ADDRESS}'}}\n"
    bench.ask("subscriptions.apply", text=file)
    bench.ask("subscriptions.erase", name="mei")
    bench.pass_time(hours=1)
    assert [row["action"] for row in bench.ask("subscriptions.apply", text=file)[:-1]] == ["off"]
    assert ADDRESS.encode() not in stored(bench)
    bench.ask("subscriptions.erase", name=ADDRESS)  # what is left of her is found again, and nothing breaks


def test_copies_that_still_hold_her_are_named(bench):
    told(bench)
    copy = bench.app.settings.data_dir / "backup" / "old.db"
    bench.app.store.backup(copy)
    [row] = bench.ask("subscriptions.erase", name=ADDRESS)
    assert any(str(copy) in sentence for sentence in row["beyond"])


def test_the_local_mailbox_is_nobody_elses(bench):
    for name in ("one", "two"):
        bench.ask("subscriptions.add", name=name, to="local:")
        bench.ask("subscriptions.test", name=name)
    [row] = bench.ask("subscriptions.erase", name="one")
    assert (row["names"], row["letters"]) == (["one"], 1)
    assert [one.name for one in bench.app.store.subscriptions()] == ["two"]
    assert letters(bench) == 1


@pytest.mark.parametrize("name", ["nobody", "nobody@example.org", "local:", "", None, 7])
def test_nobody_is_erased_by_a_slip(bench, name):
    bench.ask("subscriptions.add", name="box", to="local:")
    with pytest.raises((NotFound, ConfigError)):
        bench.ask("subscriptions.erase", name=name)


def test_the_subscriptions_there_are_make_a_file_that_changes_nothing(bench, monkeypatch):
    bench.ask(
        "subscriptions.add", name="mei", to=f"mailto:{ADDRESS}", quiet="22:00-07:00,weekends", topic=["car_t", "gene_therapy"],
        query='"gene therapy" OR CAR-T -草案', importance="high", nothing_new=True, most=7, calendar=True, reminders=False, tz="Europe/London",
        cadence="monthly@31-23:59", lang="en", promise="never-twice", jurisdiction=["NO", "CN-BJ"], stage=["draft"], level=["national"],
    )  # fmt: skip
    bench.ask("subscriptions.add", name="box", to="local:")
    bench.ask("subscriptions.add", name="room.1", to="slack:https://hooks.slack.com/services/T/B/geheim")
    bench.ask("subscriptions.add", name="hook", to="https://example.org/geheim", cadence="now")
    bench.ask("subscriptions.pause", name="hook")
    bench.ask("subscriptions.add", to="mailto:wei@example.org", pending=True)
    [row] = bench.ask("subscriptions.export")
    assert "geheim" not in row["text"]
    assert "wei@" not in row["text"]
    environ = {"CGT_TO_ROOM_1": "https://hooks.slack.com/services/T/B/geheim", "CGT_TO_HOOK": "https://example.org/geheim"}
    monkeypatch.setattr(type(bench.app.settings), "secret", lambda _self, name: environ.get(name))
    for text in (row["text"], bench.ask("subscriptions.export", secrets=True)[0]["text"]):
        rows = bench.ask("subscriptions.apply", text=text, adopt=True, dry_run=True)
        assert [one["changed"] for one in rows[:-1]] == [{"origin": ["operator", "file"]}] * 4


def test_an_operator_sees_everything_about_a_subscription(bench):
    told(bench)
    bench.ask(
        "subscriptions.change", name="li", cadence="daily@08:00", tz="Europe/London", quiet="07:00-09:30", jurisdiction=["JP"]
    )
    [row] = bench.ask("subscriptions.show", name="li", **{"try": 5})
    assert row["next"] == "2026-03-03T09:30:00+00:00"  # due at eight, after the quiet hours
    assert (row["states"], row["waiting"]["events"]) == ({"sent": 1}, 0)
    assert [sent["state"] for sent in row["messages"]] == ["sent"]
    [tried] = row["tried"]
    assert (tried["wanted"], tried["why"]) == (False, "not wanted: jurisdiction CN not asked for")
    bench.app.store.update_subscription("li", status=Status.PAUSED)
    assert bench.ask("subscriptions.show", name="li")[0]["next"] is None
