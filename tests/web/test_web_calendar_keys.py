"""Keys of addresses: each opens one page with one filter."""

from hypothesis import assume, given
from hypothesis import strategies as st

from cgtwatch.web.account.keys import key_for, keyed, opens

SECRET, PATH = b"s" * 32, "/calendar.ics"
PAIRS = st.lists(st.tuples(st.sampled_from(["jurisdiction", "query", "lang"]), st.text(max_size=8)), max_size=4)


@given(PAIRS, st.randoms())
def test_a_key_opens_its_own_address_in_any_order(pairs: list[tuple[str, str]], chance) -> None:
    given_pairs = [*pairs, ("key", key_for(SECRET, PATH, pairs))]
    chance.shuffle(given_pairs)
    assert opens(SECRET, PATH, given_pairs)


@given(PAIRS, PAIRS)
def test_a_key_opens_no_other_filter(pairs: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    assume(sorted(pairs) != sorted(other))
    assert not opens(SECRET, PATH, [*other, ("key", key_for(SECRET, PATH, pairs))])


def test_a_key_opens_no_other_page_and_dies_with_the_secret() -> None:
    key = ("key", key_for(SECRET, PATH, [("jurisdiction", "CN")]))
    assert not opens(SECRET, "/feed.atom", [("jurisdiction", "CN"), key])
    assert not opens(b"t" * 32, PATH, [("jurisdiction", "CN"), key])


def test_an_address_without_a_key_or_with_two_opens_nothing() -> None:
    key = ("key", key_for(SECRET, PATH, []))
    assert not opens(SECRET, PATH, [])
    assert not opens(SECRET, PATH, [key, key])
    assert not opens(SECRET, PATH, [("key", "é")])


def test_a_keyed_address_says_its_filter_readably() -> None:
    assert keyed(SECRET, PATH, [("query", "a b"), ("jurisdiction", "CN")]).startswith(
        "/calendar.ics?jurisdiction=CN&query=a+b&key="
    )
