"""Which entries are one document."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.diff.identity import item_id, keys, other_document
from cgtwatch.model.draft import Draft
from cgtwatch.model.item import ItemKeys
from diff.diff_site import row

SAME = [
    ("https://a.gov/x?id=1", "https://a.gov/x?id=1&utm_source=rss"),
    ("https://a.gov/x?id=1&b=2", "https://a.gov/x?b=2&id=1#top"),
    ("https://a.gov/x;jsessionid=AB12?id=1", "https://a.gov/x?id=1"),
    ("https://a.gov:443/x", "https://A.gov/x"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_two_spellings_of_an_address_are_one_key(one, two):
    assert keys(Draft("t", one)).link == keys(Draft("t", two)).link


def test_a_meaningful_parameter_makes_two_keys_and_says_that_they_are_two():
    one, two = keys(Draft("t", "https://a.gov/show.jsp?id=1")), keys(Draft("t", "https://a.gov/show.jsp?id=2"))
    assert one.link != two.link
    assert one.path == two.path
    assert other_document(one, two)


def test_a_visit_parameter_does_not_make_two_documents():
    one, two = (
        keys(Draft("t", "https://a.gov/show.jsp?id=1&visitid=7")),
        keys(Draft("t", "https://a.gov/show.jsp?id=1&visitid=8")),
    )
    assert not other_document(one, two)


def test_the_title_key_is_deaf_to_width_case_and_blanks():
    one, two = keys(Draft("ＣＡＲ-Ｔ  Guidance")), keys(Draft("CAR-T guidance"))
    assert one.title_date == two.title_date


def test_the_strongest_name_makes_the_id_and_an_id_never_changes():
    full = keys(row(1, guid="g1"))
    assert item_id("s", full) == item_id("s", ItemKeys(guid="g1"))
    assert item_id("s", ItemKeys(guid="g1")) == "i" + item_id("s", full)[1:]
    assert len(item_id("s", full)) == 17
    assert item_id("s", full) != item_id("t", full)


def test_an_entry_without_any_name_has_no_id():
    with pytest.raises(ValueError, match="skipped"):
        item_id("s", keys(Draft("")))


def test_an_entry_without_a_title_is_named_by_its_text():
    assert keys(Draft("", text="Draft guidance", published_on=date(2026, 1, 2))).title_date == "draft guidance|2026-01-02"


@given(st.text(max_size=60), st.text(max_size=60), st.one_of(st.none(), st.text(max_size=20)))
def test_keys_of_anything_never_raise_and_are_stable(title, url, guid):
    draft = Draft(title, url, guid)
    assert keys(draft) == keys(draft)
