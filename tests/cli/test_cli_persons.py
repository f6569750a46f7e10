"""`subscriptions show`: when a reader is told next, on the reader's own clock."""

import pytest

from cgtwatch.cli import persons


@pytest.mark.parametrize(
    ("coming", "status", "said"),
    [
        ("2026-11-23T08:00:00+08:00", "active", "2026-11-23 08:00 Asia/Shanghai"),
        (None, "active", "when something is new"),
        (None, "paused", "–"),
    ],
)
def test_a_reader_who_is_shown_sees_when_the_next_message_comes(coming, status, said):
    assert persons._next({"next": coming, "status": status, "tz": "Asia/Shanghai"}) == said
