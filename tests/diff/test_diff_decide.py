"""What a visit leads to: new, updated, seen, gone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cgtwatch.diff.decide import failed, held, unchanged
from cgtwatch.diff.rhythm import paced
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import ErrorClass, Validators
from cgtwatch.model.item import Change, Outcome, SourceState, Verdict
from cgtwatch.model.source import FirstLook, Kind
from diff.diff_site import NOW, Memory, a_304, a_failure, a_source, a_visit, calm, row, rows, told

TEN = rows(*range(10, 0, -1))


def seen_once(drafts: list[Draft] = TEN, **more) -> Memory:
    memory = Memory(a_source(**more))
    memory.look(drafts)
    return memory


@pytest.mark.promise("P12")
@pytest.mark.fault("F13")
def test_the_first_look_is_the_baseline():
    plan = Memory().look(TEN)
    assert plan.baseline
    assert len(told(plan)["new"]) == 10
    assert plan.state.baseline_done
    assert plan.state.items_seen == 10


def test_the_first_look_is_no_baseline_when_the_source_asks_for_news():
    assert not Memory(a_source(first_look=FirstLook.ANNOUNCE)).look(TEN).baseline


def test_the_same_page_again_yields_nothing():
    memory = seen_once()
    assert calm(memory.look(TEN))
    assert calm(memory.look(TEN))


def test_a_new_row_on_top_is_new_and_nothing_else_is():
    assert told(seen_once().look([row(11), *TEN[:9]])) == {"new": [row(11).title]}


def churned(n: int, visit: int) -> list[Draft]:
    return [replace(d, guid=f"g-{k}-{visit}") for k, d in enumerate(rows(*range(n, 0, -1)))]


CHURN = {
    "ids change at every visit": [churned(10, 1), churned(10, 2), churned(10, 3)],
    "session ids and tracking in addresses": [
        [replace(d, url=f"{d.url}?utm_source=x{v}&sid={v}&jsessionid={v}") for d in TEN] for v in range(3)
    ],
    "an unknown parameter changes": [[replace(d, url=f"{d.url}?ver={v}{n}") for n, d in enumerate(TEN)] for v in range(3)],
    "unknown parameters, one script behind all rows": [
        [replace(d, url=f"https://www.example.gov.cn/show.jsp?tok={v}{n}") for n, d in enumerate(TEN)] for v in range(3)
    ],
    "http becomes https": [[replace(d, url=d.url.replace("https:", scheme)) for d in TEN] for scheme in ("http:", "https:")],
    "www goes": [[replace(d, url=d.url.replace("www.", www)) for d in TEN] for www in ("www.", "")],
    "the site moves to another host": [
        [replace(d, url=d.url.replace("www.example.gov.cn", host), guid=d.url.replace("www.example.gov.cn", host)) for d in TEN]
        for host in ("www.example.gov.cn", "new.example.org")
    ],
    "the site moves to another host and other paths": [
        TEN,
        [replace(d, url=f"https://new.org/v2/{n}") for n, d in enumerate(TEN)],
    ],
    "reordered": [TEN, TEN[::-1], TEN[5:] + TEN[:5]],
    "ids go": [[replace(d, guid=f"g{n}") for n, d in enumerate(TEN)], TEN],
    "ids come": [TEN, [replace(d, guid=f"g{n}") for n, d in enumerate(TEN)]],
    "addresses go": [TEN, [replace(d, url="") for d in TEN]],
    "one id on all": [[replace(d, guid="same") for d in TEN]] * 3,
    "no ids and no addresses": [[replace(d, url="") for d in TEN]] * 2,
    "no ids, addresses and days": [[replace(d, url="", published_on=None) for d in TEN]] * 2,
    "no titles": [[replace(d, title="") for d in TEN]] * 2,
    "one address behind all rows": [[replace(d, url="https://www.example.gov.cn/list/") for d in TEN]] * 2,
    "a pinned copy of a row": [[TEN[4], *TEN], TEN, [TEN[4], *TEN]],
    "two stale caches": [rows(*range(10, 0, -1)), rows(*range(10, 2, -1)), rows(*range(10, 0, -1))],
    "an old state comes back": [rows(*range(10, 0, -1)), rows(*range(6, 0, -1)), rows(*range(10, 0, -1))],
}


@pytest.mark.promise("P12")
@pytest.mark.parametrize("visits", CHURN.values(), ids=CHURN.keys())
@pytest.mark.fault("F6", "F7")
def test_churn_is_no_news(visits):
    memory = seen_once(visits[0])
    for drafts in visits[1:]:
        found = told(memory.look(drafts))
        found.pop("gone", None)
        assert found == {}
        assert len(memory.items) == len({d.title or d.url for d in visits[0]})


def test_an_edit_is_found_while_ids_churn():
    memory = seen_once(churned(10, 1))
    memory.look(churned(10, 2))
    edited = churned(10, 3)
    edited[3] = replace(edited[3], title="完全不同的新标题：撤销原通知")
    assert told(memory.look(edited)) == {"updated": ["完全不同的新标题：撤销原通知"]}


@pytest.mark.fault("F1")
def test_ten_items_under_one_id_are_ten_items():
    memory = seen_once([replace(d, guid="same") for d in TEN])
    assert len(memory.items) == 10
    assert any("ids" in note for note in memory.plan.notes)


@pytest.mark.fault("F2")
def test_another_document_under_an_old_id_is_new():
    memory = seen_once([row(1, guid="same")])
    assert told(memory.look([row(2, guid="same")])) == {"new": [row(2).title]}
    assert calm(memory.look([row(2, guid="same")]))
    assert told(memory.look([row(3, guid="same")])) == {"new": [row(3).title]}


def test_a_new_title_under_the_same_id_and_address_is_an_edit():
    memory = seen_once([row(1, guid="g")])
    assert told(memory.look([row(1, guid="g", title="撤销")])) == {"updated": ["撤销"]}


def test_two_documents_that_differ_in_one_parameter_stay_two_under_one_title():
    def notice(n):
        return Draft("公告", f"https://a.gov/show.jsp?id={n}", published_on=date(2026, 7, 1))

    memory = seen_once([notice(123), row(1)])
    assert told(memory.look([notice(124), row(1)]))["new"] == ["公告"]
    assert calm(memory.look([notice(124), notice(123), row(1)]))
    assert len(memory.items) == 3


def test_a_monthly_title_on_another_day_is_new():
    memory = seen_once([row(1, title="药品批准证明文件待领取信息发布")])
    assert told(memory.look([row(2, title="药品批准证明文件待领取信息发布")]))["new"]


def test_a_row_between_others_that_vanishes_is_gone_once_and_silent_when_it_returns():
    memory = seen_once()
    without = [d for d in TEN if d is not TEN[4]]
    assert told(memory.look(without)) == {"gone": [TEN[4].title]}
    assert calm(memory.look(without))
    assert told(memory.look(TEN)) == {}
    assert not any(item.gone for item in memory.known)


def test_a_row_that_returns_with_another_text_is_updated():
    memory = seen_once()
    memory.look([d for d in TEN if d is not TEN[4]])
    back = [replace(d, title=d.title + "（修订）") if d is TEN[4] else d for d in TEN]
    assert told(memory.look(back)) == {"updated": [TEN[4].title + "（修订）"]}


def test_a_row_that_slides_off_the_end_is_not_gone():
    assert told(seen_once().look([row(12), row(11), *TEN[:8]])) == {"new": [row(11).title, row(12).title]}


def test_nothing_is_gone_from_a_page_that_was_cut():
    memory = seen_once()
    assert calm(memory.look([d for d in TEN if d is not TEN[4]], truncated=True))


def test_an_old_row_that_slides_into_view_is_remembered_quietly():
    memory = seen_once(TEN[:8])
    assert told(memory.look([*TEN[1:8], TEN[8]])) == {"gone": [TEN[0].title], "quiet new": [TEN[8].title]}


def test_a_file_taken_from_a_folder_is_gone_wherever_it_stood():
    memory = seen_once(TEN, kind=Kind.FOLDER, url="")
    assert told(memory.look(TEN[:9])) == {"gone": [TEN[9].title]}


def test_a_watched_page_is_one_item_under_any_title():
    page = Draft("Title one", "https://a.gov/p", text="x " * 300)
    memory = seen_once([page], kind=Kind.PAGE)
    assert told(memory.look([replace(page, title="Title two", url="https://a.gov/moved")])) == {"updated": ["Title two"]}
    assert len(memory.items) == 1


def test_an_item_whose_page_is_still_to_be_read_is_updated_even_if_its_row_is_the_same():
    memory = seen_once()
    one = next(iter(memory.items))
    memory.items[one] = replace(memory.items[one], fingerprint="")
    assert len(told(memory.look(TEN))["updated"]) == 1


@pytest.mark.fault("F3")
def test_entries_without_any_name_are_skipped_and_counted():
    memory = seen_once([*TEN, Draft(""), Draft("")])
    assert len(memory.items) == 10
    assert "2 entries without id" in " ".join(memory.plan.notes)


def test_positions_are_places_on_the_page():
    found = seen_once().plan.findings
    assert [f.draft.position for f in found] == list(range(10))


# ---- states


def test_a_good_visit_takes_the_new_validators_and_ends_all_trouble():
    memory = Memory(state=SourceState("site", failures=3, error=ErrorClass.TIMEOUT, message="m", hint="h", held=0))
    state = memory.look(TEN).state
    assert (state.failures, state.error, state.message, state.hint, state.good) == (0, None, "", "", 1)
    assert state.validators == Validators(etag='"x"')
    assert state.last_ok == state.last_visit == state.full_fetch_at == memory.now


def test_not_modified_keeps_what_it_does_not_repeat():
    state = SourceState("site", Validators('"a"', "then", "hash"), baseline_done=True, failures=2)
    plan = unchanged(a_source(), state, a_304(), NOW)
    assert plan.outcome is Outcome.UNCHANGED
    assert plan.state.validators == state.validators
    assert plan.state.failures == 0


def test_not_modified_before_anything_was_read_asks_for_the_whole_page():
    plan = unchanged(a_source(), SourceState("site", Validators('"a"')), a_304(), NOW)
    assert plan.outcome is Outcome.FAILED
    assert plan.state.validators == Validators()
    assert plan.state.last_ok is None


@pytest.mark.fault("H16", "F14")
def test_a_failure_forgets_nothing_and_waits_longer():
    state = SourceState("site", Validators('"a"'), last_ok=NOW, baseline_done=True, items_seen=9)
    plan = failed(a_source(), state, a_failure(ErrorClass.TIMEOUT), NOW)
    assert plan.outcome is Outcome.FAILED
    assert plan.findings == ()
    assert (plan.state.validators, plan.state.last_ok, plan.state.items_seen) == (state.validators, NOW, 9)
    assert (plan.state.failures, plan.state.message, plan.state.hint) == (1, "timeout came", "try again")


@pytest.mark.promise("P13")
def test_retry_after_is_obeyed():
    plan = failed(a_source(), SourceState("site"), a_failure(ErrorClass.HTTP_5XX, retry_after=timedelta(hours=20)), NOW)
    assert plan.wait >= timedelta(hours=20)


def test_a_held_page_keeps_the_old_validators():
    state = SourceState("site", Validators('"old"'), baseline_done=True)
    plan = held(a_source(), state, a_visit(), Verdict(False, ErrorClass.BLOCKED, "a log-in page came with status {}"), NOW)
    assert plan.outcome is Outcome.HELD
    assert plan.state.validators == Validators('"old"')
    assert plan.state.held == 1
    assert "200" in plan.state.message


def test_every_finding_has_a_reason():
    memory = seen_once()
    memory.look([row(11), *TEN[:4], *TEN[5:]])
    assert all(f.reason for f in memory.plan.findings)
    assert {f.change for f in memory.plan.findings} == {Change.NEW, Change.SEEN, Change.GONE}


@pytest.mark.fault("F11")
def test_a_page_on_which_nothing_known_is_left_says_so_and_is_looked_at_sooner():
    source = a_source(Kind.FEED)
    memory = Memory(source)
    memory.look([row(n) for n in range(20, 10, -1)])
    plan = memory.look([row(n, published_on=memory.now.date()) for n in range(120, 110, -1)])
    assert plan.notes[-1] == "gap: all 10 entries are new; more may have been missed, and the next look comes sooner"
    assert plan.state.next_poll - plan.state.last_visit < 0.6 * source.every
    assert paced(source, plan, None) is plan


@pytest.mark.fault("F11")
@pytest.mark.parametrize(
    ("every", "oldest", "said"),
    [
        (timedelta(minutes=2), timedelta(minutes=22), "more may have been missed (about 10, by the pace of these), and"),
        (timedelta(minutes=2), timedelta(minutes=2), "more may have been missed, and"),
        (timedelta(minutes=2), -timedelta(days=3), "more may have been missed, and"),
        (timedelta(0), timedelta(minutes=22), "more may have been missed, and"),
    ],
)
def test_how_many_entries_were_missed_is_told_where_the_page_says_how_fast_they_come(every, oldest, said):
    memory = Memory(a_source(Kind.FEED))
    memory.look([row(n) for n in range(20, 10, -1)])
    first = memory.state.last_ok + oldest
    plan = memory.look([row(100 + n, published=first + n * every) for n in reversed(range(10))])
    assert said in plan.notes[-1]


@pytest.mark.fault("H12")
@pytest.mark.parametrize(("status", "told"), [(301, True), (308, True), (302, False)])
def test_an_address_that_has_moved_for_good_is_told_at_the_third_good_visit(status, told):
    memory = Memory()
    there = replace(a_visit(), url="https://www.example.gov.cn/new/", redirects=((status, "https://www.example.gov.cn/new/"),))
    memory.look([row(n) for n in range(5)], there)
    assert memory.state.message == ""
    memory.same()
    memory.same()
    assert ("https://www.example.gov.cn/new/" in memory.state.message) is told
    memory.look([row(n) for n in range(6)])
    assert (memory.state.message, memory.state.permanent_url) == ("", None)
