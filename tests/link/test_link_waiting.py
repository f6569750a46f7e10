"""When the final form of an invented draft is to be expected, and since when it counts as stalled."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.link.waiting import Wait, outlook
from cgtwatch.model.taxonomy import DocType

DAY = date(2031, 3, 1)
GUIDELINE = DocType.GUIDELINE


def waits(issuer: str, *days: int, doc_type: DocType = GUIDELINE) -> list[Wait]:
    return [Wait((issuer,), doc_type, each) for each in days]


def test_a_draft_of_an_unknown_authority_is_judged_by_its_kind_alone() -> None:
    law, notice = (outlook(DAY, ("x",), kind, ()) for kind in (DocType.LAW, DocType.NOTICE))
    assert (law.known, notice.known) == (0, 0)
    assert law.expected_by > notice.expected_by


def test_a_quick_authority_is_late_sooner_than_a_slow_one() -> None:
    past = [*waits("quick", *[60, 75, 90, 80, 70, 65] * 3), *waits("slow", *[800, 900, 1000, 850, 950, 700] * 3)]
    quick, slow = (outlook(DAY, (name,), GUIDELINE, past) for name in ("quick", "slow"))
    assert quick.stalled_since < slow.expected_by
    assert 60 <= quick.usual_days <= 140
    assert quick.known == slow.known == 18


def test_one_odd_wait_moves_the_outlook_little() -> None:
    before = outlook(DAY, ("x",), GUIDELINE, ())
    after = outlook(DAY, ("x",), GUIDELINE, waits("x", 5))
    assert before.usual_days > after.usual_days > before.usual_days / 3


def test_waits_for_other_kinds_of_papers_do_not_count() -> None:
    assert outlook(DAY, ("x",), GUIDELINE, waits("x", 5, 6, 7, doc_type=DocType.NOTICE)) == outlook(DAY, ("x",), GUIDELINE, ())


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(-5, 20_000)), max_size=30), st.dates(date(1900, 1, 1)))
def test_a_draft_never_counts_as_stalled_before_its_final_form_is_late(past: list[tuple[str, int]], day: date) -> None:
    seen = [wait for issuer, days in past for wait in waits(issuer, days)]
    found = outlook(day, ("x",), GUIDELINE, seen)
    assert day <= found.expected_by <= found.stalled_since
    assert found.known == sum(issuer == "x" and days > 0 for issuer, days in past)
