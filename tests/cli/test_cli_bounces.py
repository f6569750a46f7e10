"""What came back, as `subscriptions list` tells it."""

import pytest

from cgtwatch.cli.subscriptions import bounce_words


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"hard": 0, "soft": 0, "complaint": 0}, ""),
        ({}, ""),
        ({"hard": 2, "soft": 0, "complaint": 1}, "2 hard, 1 complaint"),
    ],
)
def test_what_came_back_is_told_in_a_few_words(counts, told):
    assert bounce_words(counts) == told
