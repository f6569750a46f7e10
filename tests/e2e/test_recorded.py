"""Real recordings, served on loopback and polled by the real command, give the known answers."""

from pathlib import Path

import pytest
import recorded

from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]


def test_recorded_feeds_lists_and_pages_give_the_known_answers(tmp_path: Path) -> None:
    assert SHARED is not None
    scores = recorded.evaluate(SHARED, tmp_path)
    assert {group: score.wrong for group, score in scores.items()} == {group: [] for group in recorded.GROUPS}
    assert sum(score.files for score in scores.values()) >= 60
