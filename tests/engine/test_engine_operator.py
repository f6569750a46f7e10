"""The operator hears of trouble in the room and the language that the settings name."""

from pathlib import Path

import pytest
from inside import inside

from cgtwatch.errors import ConfigError
from cgtwatch.model.health import Alarm

SOURCES = "sources:\n  - {id: one, name: One, kind: list, url: 'https://one.example/', list: {item: li}}\n"


def test_alarms_are_written_in_the_operators_language(tmp_path: Path) -> None:
    with inside(tmp_path, SOURCES, OPERATOR_LANG="en") as bench:
        bench.app.store.apply_alarms(
            [Alarm("a", "storage", "storage is in trouble", "disk full", "make room", bench.now)], [], bench.now
        )
        bench.engine.housekeep()
        subjects = [one.subject for one in bench.app.store.deliveries(None, None)]
    assert [subject for subject in subjects if subject.startswith("Trouble: ")] == subjects


def test_a_service_whose_operator_cannot_be_told_does_not_start(tmp_path: Path) -> None:
    wrong = {"OPERATOR": "wecom:https://room.example/robot"}
    with pytest.raises(ConfigError, match=r"CGTWATCH_OPERATOR: .*wecom"), inside(tmp_path, SOURCES, **wrong):
        pass
