"""New subscriptions, other wishes for them, and sign-ups that wait for a word of their reader."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inside import Inside, inside

from cgtwatch.engine.readers.adding import expire
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.event import Announcement
from cgtwatch.model.subscription import Origin, Status

SOURCES = "sources:\n  - {id: shelf, kind: folder, folder: {path: shelf}}\n"
CAR_T = "国家药监局药审中心关于公开征求《CAR-T细胞治疗产品药学研究指导原则（征求意见稿）》意见的通知"


@pytest.fixture
def bench(tmp_path: Path):
    (tmp_path / "shelf").mkdir()
    with inside(tmp_path, SOURCES) as made:
        yield made


def announced(bench: Inside, *names: str) -> tuple[Announcement, ...]:
    """Something new for each name."""
    shelf = bench.app.sources[0].folder.path
    bench.poll()
    for name in names:
        Path(shelf, f"{name}.txt").write_text(f"{CAR_T} {name}\n\n现公开征求意见，截止日期为2026年6月1日。", encoding="utf-8")
    bench.pass_time(hours=7)
    bench.poll()
    return bench.app.store.announcements(0)


def names(bench: Inside) -> list[str]:
    return [one.name for one in bench.app.store.subscriptions()]


def test_an_operator_says_how_a_reader_wants_to_be_told(bench):
    [row] = bench.ask(
        "subscriptions.add", name="mei", to="mailto:mei@example.org", quiet="22:00-07:00,weekends", nothing_new=True, most=20,
        calendar=True, reminders=False, query='car-t -"solar cell"', topic=["car_t", "any"], jurisdiction="cn",
    )  # fmt: skip
    assert row["quiet"] == "22:00-07:00,weekends"
    assert (row["nothing_new"], row["most"], row["calendar"], row["reminders"]) == (True, 20, True, False)
    assert row["filter"] == {"topic": ["car_t"], "jurisdiction": ["CN"], "query": 'car-t -"solar cell"'}
    assert row["origin"] == "operator"


def test_every_mistake_is_told_at_once(bench):
    with pytest.raises(ConfigError) as told:
        bench.ask(
            "subscriptions.add", name="x y", to="ftp://a", cadence="sometimes", tz="Mars/Base", lang="xx", quiet="nights", most=-1,
            nothing_new="yes", query='"open', topic=["cart", "car_t"], level=["nation"], issuer=["nmap"], jurisdiction=["UK"],
            importance="huge", promise="maybe", topics=["car_t"], calendar=1, stage=7,
        )  # fmt: skip
    said = "\n".join(told.value.problems)
    for option in ("NAME", "--to", "--cadence", "--tz", "--lang", "--quiet", "--most", "--nothing-new", "--query", "--topic", "--level",
                   "--issuer", "--jurisdiction", "--importance", "--promise", "--calendar", "--stage"):  # fmt: skip
        assert f"{option}" in said, option
    assert "--topics is no option (did you mean 'topic'?)" in said
    assert "'nmpa'" in said
    assert len(told.value.problems) == 18
    assert names(bench) == []


def test_a_subscription_without_a_target_is_refused_with_the_mend(bench):
    with pytest.raises(ConfigError, match="--to is missing; write mailto:"):
        bench.ask("subscriptions.add", name="mei")


def test_a_reader_who_signs_up_is_served_only_after_a_word_of_hers(bench):
    [row] = bench.ask("subscriptions.add", to="mailto:mei@example.org", cadence="now", pending=True)
    assert (row["status"], row["origin"]) == ("pending", "page")
    announced(bench, "one")
    assert bench.ask("digest") == []
    [confirmed] = bench.ask("subscriptions.confirm", name=row["name"])
    assert (confirmed["status"], confirmed["confirmed"]) == ("active", True)
    assert confirmed["sent_upto"] == bench.app.store.last_seq() > 0  # from now on, as for everybody
    [digest] = bench.ask("digest")
    assert digest["outcome"] == "welcome"


def test_a_second_click_confirms_nothing_more(bench):
    [row] = bench.ask("subscriptions.add", to="mailto:mei@example.org", pending=True)
    bench.ask("subscriptions.confirm", name=row["name"])
    bench.ask("subscriptions.pause", name=row["name"])
    [again] = bench.ask("subscriptions.confirm", name=row["name"])
    assert (again["status"], again["confirmed"]) == ("paused", False)


def test_an_address_waits_once_at_most(bench):
    [first] = bench.ask("subscriptions.add", to="mailto:mei@example.org", pending=True, lang="zh")
    [other] = bench.ask("subscriptions.add", to="mailto:li@example.org", pending=True)
    [second] = bench.ask("subscriptions.add", to="mailto:Mei@example.org", pending=True, lang="en")
    assert names(bench) == sorted([other["name"], second["name"]])
    with pytest.raises(NotFound):
        bench.ask("subscriptions.confirm", name=first["name"])


def test_a_sign_up_is_erased_after_two_days_and_cannot_be_confirmed_then(bench):
    [late] = bench.ask("subscriptions.add", to="mailto:late@example.org", pending=True)
    bench.pass_time(hours=47)
    [fresh] = bench.ask("subscriptions.add", to="mailto:fresh@example.org", pending=True)
    assert expire(bench.app) == 0
    bench.pass_time(hours=2)
    with pytest.raises(NotFound, match="expired"):
        bench.ask("subscriptions.confirm", name=late["name"])
    assert expire(bench.app) == 1
    assert names(bench) == [fresh["name"]]


def test_only_mail_is_signed_up_for(bench):
    with pytest.raises(ConfigError, match="confirmed by mail"):
        bench.ask("subscriptions.add", to="https://example.org/hook", pending=True)


@pytest.mark.parametrize("operation", ["pause", "resume"])
def test_nobody_but_the_reader_speaks_for_a_sign_up(bench, operation):
    [row] = bench.ask("subscriptions.add", to="mailto:mei@example.org", pending=True)
    with pytest.raises(ConfigError, match="waits for its reader"):
        bench.ask(f"subscriptions.{operation}", name=row["name"])
    with pytest.raises(ConfigError, match="not confirmed"):
        bench.ask("subscriptions.change", name=row["name"], to="mailto:other@example.org")


def test_a_change_keeps_the_mark_and_everything_it_does_not_name(bench):
    bench.ask(
        "subscriptions.add",
        name="mei",
        to="mailto:mei@example.org",
        topic=["car_t"],
        quiet="22:00-07:00",
        since="2026-01-01T00:00+00:00",
    )
    announced(bench, "one")
    [row] = bench.ask("subscriptions.change", name="mei", cadence="weekly@fri-17:00", quiet="none", importance="low")
    assert row["sent_upto"] == 0
    assert row["filter"] == {"topic": ["car_t"], "importance": "low"}
    assert row["changed"] == {
        "cadence": ["daily@08:00", "weekly@fri-17:00"],
        "quiet": ["22:00-07:00", None],
        "importance": [None, "low"],
    }
    assert datetime.fromisoformat(row["next_due"]) == datetime(2026, 3, 6, 9, tzinfo=UTC)
    [same] = bench.ask("subscriptions.change", name="mei", cadence="weekly@fri-17:00")
    assert same["changed"] == {}


def test_any_takes_a_part_of_the_filter_away(bench):
    bench.ask("subscriptions.add", name="mei", to="local:", topic=["car_t"], issuer=["nmpa"], importance="high", query="car-t")
    [row] = bench.ask("subscriptions.change", name="mei", topic=["any"], issuer=[], importance="any", query="")
    assert row["filter"] == {}


def test_a_new_target_switches_on_what_the_old_one_switched_off(bench):
    bench.ask("subscriptions.add", name="hook", to="https://example.org/old")
    bench.app.store.update_subscription("hook", status=Status.DISABLED, note="switched off: 410")
    [kept] = bench.ask("subscriptions.change", name="hook", lang="en")
    assert kept["status"] == "disabled"
    [row] = bench.ask("subscriptions.change", name="hook", to="https://example.org/new")
    assert (row["status"], row["note"]) == ("active", "")
    assert row["changed"]["to"] == ["https://example.org/…", "https://example.org/… (another one)"]


def test_a_new_kind_of_target_takes_the_promise_of_its_kind(bench):
    bench.ask("subscriptions.add", name="room", to="mailto:mei@example.org")
    [row] = bench.ask("subscriptions.change", name="room", to="slack:https://hooks.slack.com/services/T/B/x")
    assert row["promise"] == "never-twice"
    [row] = bench.ask("subscriptions.change", name="room", to="https://example.org/hook", promise="never-twice")
    assert (row["promise"], row["secret"][:6]) == ("never-twice", "whsec_")


def test_whoever_resumes_hears_how_many_wait(bench):
    bench.ask("subscriptions.add", name="mei", to="local:", cadence="now")
    bench.ask("subscriptions.add", name="none", to="local:", cadence="now", jurisdiction=["JP"])
    for name in ("mei", "none"):
        bench.ask("subscriptions.pause", name=name)
    announced(bench, "one", "two")
    assert [bench.ask("subscriptions.resume", name=name)[0]["waiting"] for name in ("mei", "none")] == [2, 0]


def test_a_made_up_name_tells_nothing_of_its_reader(bench):
    rows = [bench.ask("subscriptions.add", to=f"mailto:mei{n}@example.org")[0] for n in range(5)]
    assert len({row["name"] for row in rows}) == 5
    assert not any("mei" in row["name"] for row in rows)
    assert all(one.origin is Origin.OPERATOR for one in bench.app.store.subscriptions())
    assert bench.now - timedelta(days=1) < bench.app.clock()


@pytest.mark.fault("S6")
@pytest.mark.promise("P10")
@pytest.mark.parametrize(
    "to", ["http://10.0.0.1/hook", "slack:http://169.254.169.254/x", "https://[::1]/hook", "teams:https://localhost/x"]
)
def test_a_hook_that_leads_inside_is_refused_when_it_is_named(tmp_path, to):
    with inside(tmp_path, "sources: []\n", allow_private="") as bench:
        with pytest.raises(ConfigError, match="leads into a private network") as refused:
            bench.ask("subscriptions.add", name="hook", to=to, cadence="now")
        assert "169" not in str(refused.value), "the address of a hook is a password"
        assert not bench.app.store.subscriptions()
