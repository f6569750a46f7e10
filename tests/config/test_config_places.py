"""A wrong jurisdiction is answered with the one that was meant."""

import pytest

from cgtwatch.config.places import _ALPHA_3, COUNTRIES, jurisdiction_problem


@pytest.mark.parametrize(
    ("code", "meant"),
    [("CHN", "CN"), ("chn", "CN"), ("JPN", "JP"), ("DEU", "DE"), ("KOR", "KR"), ("PRK", "KP"), ("EUR", "EU"), ("UK", "GB")],
)
def test_a_code_of_three_letters_is_answered_with_its_two(code: str, meant: str) -> None:
    assert f"did you mean {meant!r}?" in str(jurisdiction_problem(code))


def test_a_misspelt_province_is_answered_with_the_nearest() -> None:
    assert "did you mean 'CN-G" in str(jurisdiction_problem("CN-GDD"))


def test_three_letters_are_listed_only_where_their_first_two_name_another_place() -> None:
    assert all(two in COUNTRIES and not three.startswith(two) for three, two in _ALPHA_3.items())
