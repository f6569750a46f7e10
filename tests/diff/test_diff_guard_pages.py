"""The guard before answers of invented sites, in the shape of those that regulators, their firewalls and content systems send.

`seen` is what the guard may be built by; `kept` has the same categories in other makes and wordings, and nobody who mends the
guard opens it: what is said of it here are names only.
"""

from collections import Counter

import pytest

from guard_pages.kit import Case, case_of, misses, paths

CAUGHT = 0.95
LEAST = 24  # cases of a verdict in a folder


def cases(folder: str) -> list[Case]:
    return [case_of(path) for path in paths(folder)]


@pytest.fixture(scope="module", params=["seen", "kept"])
def folder(request):
    return request.param


@pytest.fixture(scope="module")
def missed(folder):
    return misses(cases(folder))


def test_bad_answers_are_caught(folder, missed):
    bad = [case for case in cases(folder) if case.bad]
    assert len(missed[0]) <= (1 - CAUGHT) * len(bad), f"trusted {len(missed[0])} of {len(bad)}: {', '.join(missed[0])}"


def test_good_answers_are_trusted(missed):
    assert missed[1] == []


def test_there_are_enough_cases_of_both_sorts(folder):
    count = Counter(case.verdict for case in cases(folder))
    assert set(count) == {"bad", "good"}
    assert min(count.values()) >= LEAST


def test_what_is_kept_has_the_categories_of_what_is_seen():
    seen, kept = ({(case.verdict, case.category) for case in cases(name)} for name in ("seen", "kept"))
    assert seen == kept
