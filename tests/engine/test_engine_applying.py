"""A file of subscriptions applied like code."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from inside import Inside, inside

from cgtwatch.config.packaged import example_subscriptions
from cgtwatch.engine.readers.applying import apply_configured
from cgtwatch.errors import ConfigError
from cgtwatch.model.delivery import SendOutcome, SendResult
from cgtwatch.model.subscription import Origin, Status

SOURCES = "sources:\n  - {id: shelf, kind: folder, folder: {path: shelf}}\n"
MEI = "  - {name: mei, to: 'mailto:mei@example.org', topic: car_t, cadence: daily@08:00}\n"
LI = "  - {name: li, to: 'mailto:li@example.org', lang: en}\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch):
    (tmp_path / "shelf").mkdir()
    with inside(tmp_path, SOURCES) as made:
        yield made


def apply(bench: Inside, *entries: str, head: str = "", **args: object) -> dict[str, dict]:
    """The steps by name, and `summary`."""
    rows = bench.ask(
        "subscriptions.apply", text=head + "subscriptions:\n" + ("".join(entries) or "  []\n"), file="subs.yaml", **args
    )
    return {row.get("name", "summary"): row.get("summary", row) for row in rows}


def actions(steps: dict[str, dict]) -> dict[str, str]:
    return {name: row["action"] for name, row in steps.items() if name != "summary"}


def problems(bench: Inside, text: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        bench.ask("subscriptions.apply", text=text, file="subs.yaml")
    return list(told.value.problems)


def test_a_file_makes_its_subscriptions_and_the_second_time_nothing(bench):
    assert actions(apply(bench, MEI, LI)) == {"mei": "add", "li": "add"}
    before = bench.app.store.subscriptions()
    assert [one.origin for one in before] == [Origin.FILE] * 2
    bench.pass_time(days=3)
    steps = apply(bench, MEI, LI)
    assert actions(steps) == {"mei": "unchanged", "li": "unchanged"}
    assert steps["summary"]["unchanged"] == 2
    assert bench.app.store.subscriptions() == before


def test_a_dry_run_shows_the_plan_and_does_nothing(bench):
    steps = apply(bench, MEI, dry_run=True)
    assert (actions(steps), steps["summary"]["applied"]) == ({"mei": "add"}, False)
    assert bench.app.store.subscriptions() == []


def test_a_change_says_what_was_and_what_will_be_and_leaves_the_mark(bench):
    apply(bench, MEI)
    bench.app.store.update_subscription("mei", welcomed=True)
    steps = apply(bench, MEI.replace("daily@08:00", "weekly@fri-17:00, quiet: 22:00-07:00"))
    assert steps["mei"]["changed"] == {"cadence": ["daily@08:00", "weekly@fri-17:00"], "quiet": [None, "22:00-07:00"]}
    one = bench.app.store.subscription("mei")
    assert one.next_due == datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert one.sent_upto == 0


def test_a_key_that_leaves_the_file_takes_its_wish_along(bench):
    apply(bench, MEI)
    steps = apply(bench, MEI.replace("topic: car_t, ", ""))
    assert steps["mei"]["changed"] == {"topic": [["car_t"], None]}


def test_what_left_the_file_is_told_and_removed_only_when_asked_to(bench):
    apply(bench, MEI, LI)
    assert actions(apply(bench, MEI)) == {"mei": "unchanged", "li": "left"}
    assert {one.name for one in bench.app.store.subscriptions()} == {"mei", "li"}
    assert actions(apply(bench, MEI, prune=True)) == {"mei": "unchanged", "li": "remove"}
    assert {one.name for one in bench.app.store.subscriptions()} == {"mei"}
    assert actions(apply(bench, MEI, LI)) == {"mei": "unchanged", "li": "add"}


def test_what_the_file_did_not_make_is_never_touched(bench):
    bench.ask("subscriptions.add", name="mei", to="local:", cadence="now")
    [page] = bench.ask("subscriptions.add", to="mailto:wei@example.org", pending=True)
    before = bench.app.store.subscriptions()
    entry = f"  - {{name: {page['name']}, to: 'mailto:x@example.org'}}\n"
    steps = apply(bench, MEI, entry, prune=True)
    assert actions(steps) == {"mei": "taken", page["name"]: "taken"}
    assert bench.app.store.subscriptions() == before
    assert actions(apply(bench, MEI, entry, adopt=True)) == {"mei": "change", page["name"]: "taken"}
    assert bench.app.store.subscription("mei").origin is Origin.FILE


def test_all_mistakes_are_told_at_once_with_line_field_and_mend(bench):
    apply(bench, MEI)
    told = problems(
        bench,
        "defaults: {lang: xx, name: a, cadense: daily}\n"
        "subscriptions:\n"
        "  - {name: mei, to: 'mailto:secret.person@@example.org', topics: [car_t]}\n"
        "  - {name: mei, to: 'slack:https://u:pw@hooks.example.org/x', quiet: nights, most: many}\n"
        "  - {to: env:NOT_SET, tz: Mars/Base, issuer: nmap, query: '\"open', importance: huge, since: soon}\n"
        "  - just a text\n",
    )
    text = "\n".join(told)
    for said in (
        "subs.yaml:1: defaults.lang: 'xx' is not known", "subs.yaml:1: defaults.name: belongs to each subscription",
        "cadense: unknown key (did you mean 'cadence'?)", "subs.yaml:3: subscriptions[1] mei: topics: unknown key (did you mean 'topic'?)",
        "subs.yaml:3: subscriptions[1] mei: to: ", "subs.yaml:4: subscriptions[2] mei: quiet: quiet hours", "most: 'many' is no whole number",
        "name: 'mei' stands here and at line 3", "subs.yaml:5: subscriptions[3]: name: is missing; add it", "env:NOT_SET is not set",
        "tz: 'Mars/Base' is no time zone", "issuer[1]: 'nmap' is no issuer (did you mean 'nmpa'?)", "query: '\"open'", "importance: 'huge' is not known",
        "since: 'soon' is no day", "subs.yaml:6: subscriptions[4]: is a text; write a mapping with name and to",
    ):  # fmt: skip
        assert said in text, said
    assert "secret.person" not in text
    assert "u:pw" not in text
    assert [one.name for one in bench.app.store.subscriptions()] == ["mei"]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "subscriptions: 3\n", "subscriptions:\n\t- {name: a}\n", "subscriptions: [\n", "a: b\n", "\x00"]
)
def test_a_file_that_is_none_changes_nothing(bench, text):
    apply(bench, MEI)
    assert problems(bench, text)
    assert [one.name for one in bench.app.store.subscriptions()] == ["mei"]


def test_a_reader_who_unsubscribed_is_not_written_to_again_until_she_agrees(bench):
    apply(bench, MEI)
    bench.ask("subscriptions.remove", name="mei", by="reader")
    bench.pass_time(hours=1)
    steps = apply(bench, MEI)
    assert actions(steps) == {"mei": "off"}
    assert "asked not to be written to at 2026-03-02T01:00Z" in steps["mei"]["why"]
    assert actions(apply(bench, MEI.replace("name: mei", "name: other"))) == {"other": "off"}  # not under another name either
    assert actions(apply(bench, MEI.replace("mei@", "MEI@"))) == {"mei": "off"}
    agreed = MEI.replace("topic: car_t", "topic: car_t, agreed: DAY")
    assert actions(apply(bench, agreed.replace("DAY", "2026-03-02"))) == {"mei": "off"}  # that was before she left
    assert actions(apply(bench, agreed.replace("DAY", "2026-03-02T01:30+00:00"))) == {"mei": "add"}
    bench.ask("subscriptions.remove", name="mei", by="reader")
    assert actions(apply(bench, agreed.replace("DAY", "2026-03-02T01:30+00:00"))) == {"mei": "off"}  # she has left again since


def test_a_reader_who_was_erased_is_not_said_to_have_unsubscribed(bench):
    apply(bench, MEI)
    bench.ask("subscriptions.erase", name="mei")
    why = apply(bench, MEI)["mei"]["why"]
    assert why.startswith("its reader asked not to be written to at 2026-03-02T01:00Z; where the reader agreed")


def test_what_an_operator_removed_comes_back_with_the_file(bench):
    apply(bench, MEI)
    bench.ask("subscriptions.remove", name="mei")
    assert actions(apply(bench, MEI)) == {"mei": "add"}


def test_what_was_switched_off_stays_off_until_its_reader_agrees_or_its_target_changes(bench):
    apply(bench, MEI)
    bench.ask("subscriptions.test", name="mei")
    [sent] = bench.app.store.deliveries()
    bench.app.store.redeliver(sent.key, bench.now)
    bench.app.store.begin_attempt(sent.key, bench.now)
    bench.app.store.settle(sent.key, SendOutcome(SendResult.GONE, "550 no such user"), None, bench.now)
    bench.app.store.update_subscription("mei", status=Status.DISABLED, note="switched off: 550 no such user")
    bench.pass_time(hours=2)
    steps = apply(bench, MEI.replace("daily@08:00", "daily@09:00"))
    assert steps["mei"]["why"].startswith("stays disabled since 2026-03-02T01:00Z (switched off: 550 no such user); ")
    assert steps["mei"]["changed"] == {"cadence": ["daily@08:00", "daily@09:00"]}
    assert bench.app.store.subscription("mei").status is Status.DISABLED
    agreed = MEI.replace("topic: car_t", "topic: car_t, agreed: 2026-03-02T02:00+00:00")
    assert apply(bench, agreed)["mei"]["changed"]["status"] == ["disabled", "active"]
    assert actions(apply(bench, agreed)) == {"mei": "unchanged"}
    bench.app.store.update_subscription("mei", status=Status.DISABLED, note="switched off: 410")
    steps = apply(bench, MEI.replace("mei@example", "mei@new.example"))
    assert steps["mei"]["changed"]["status"] == ["disabled", "active"]


def test_the_file_pauses_and_resumes_only_where_it_speaks_of_it(bench):
    apply(bench, MEI)
    bench.ask("subscriptions.pause", name="mei")
    assert actions(apply(bench, MEI)) == {"mei": "unchanged"}
    assert apply(bench, MEI.replace("topic", "paused: false, topic"))["mei"]["changed"] == {"status": ["paused", "active"]}
    assert apply(bench, MEI.replace("topic", "paused: true, topic"))["mei"]["changed"] == {"status": ["active", "paused"]}


def test_defaults_hold_where_an_entry_says_nothing(bench):
    apply(bench, MEI, LI, head="defaults: {lang: zh, tz: Europe/London, quiet: 22:00-07:00, topic: [stem_cell]}\n")
    mei, li = bench.app.store.subscription("mei"), bench.app.store.subscription("li")
    assert (mei.timezone, mei.language, mei.filter.topics) == ("Europe/London", "zh", ("car_t",))
    assert (li.timezone, li.language, li.filter.topics) == ("Europe/London", "en", ("stem_cell",))


def test_the_example_that_ships_can_be_applied(bench, monkeypatch, tmp_path):
    environ = {"CGT_ROOM": "https://hooks.slack.com/services/T/B/x"}
    monkeypatch.setattr(type(bench.app.settings), "secret", lambda _self, name: environ.get(name))
    rows = bench.ask("subscriptions.apply", text=example_subscriptions().read_text("utf-8"))
    assert [row["action"] for row in rows[:-1]] == ["add"] * 3
    assert bench.app.store.subscription("room").target == environ["CGT_ROOM"]
    rows = bench.ask("subscriptions.apply", text=example_subscriptions().read_text("utf-8"))
    assert rows[-1]["summary"]["unchanged"] == 3


def test_the_service_applies_its_file_at_the_start_and_a_bad_one_leaves_all_as_it_was(tmp_path, caplog):
    (tmp_path / "shelf").mkdir()
    file = tmp_path / "subs.yaml"
    file.write_text("subscriptions:\n" + MEI + LI, encoding="utf-8")
    with inside(tmp_path, SOURCES, subscriptions=str(file)) as bench:
        apply_configured(bench.app)
        assert [one.name for one in bench.app.store.subscriptions()] == ["li", "mei"]
        file.write_text("subscriptions:\n" + MEI.replace("mailto:mei@", "mailto:mei"), encoding="utf-8")
        apply_configured(bench.app)
        assert "subscriptions not applied: " in caplog.text
        assert "subscriptions[1] mei: to:" in caplog.text
        assert "meiexample" not in caplog.text
        file.unlink()
        apply_configured(bench.app)
        file.write_text("subscriptions:\n" + MEI, encoding="utf-8")
        apply_configured(bench.app)
        assert [one.name for one in bench.app.store.subscriptions()] == ["li", "mei"]  # nothing is removed by itself
