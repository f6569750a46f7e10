"""What `deploy/compose.scale.yaml` runs: every role once by name, one database, and settings that the program takes."""

import re
from pathlib import Path
from typing import Any

import yaml

from cgtwatch.config.settings import load_settings
from cgtwatch.engine.roles import role_of

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.scale.yaml").read_text(encoding="utf-8"))["services"]
    return found


def test_each_process_has_a_role_and_the_settings_that_it_needs(tmp_path: Path) -> None:
    ours = {name: one for name, one in services().items() if name != "postgres"}
    assert set(ours) == {"scheduler", "worker", "web"}
    for name, one in ours.items():
        given = {key: re.sub(r"\$\{[A-Z_]+:\?[^}]*\}", "x" * 40, value) for key, value in one["environment"].items()}
        settings = load_settings(given, tmp_path)
        assert one["command"] == ["cgtwatch", "run", "--role", role_of(name, settings).name]
        assert one["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        assert (DEPLOY / one["build"]["context"] / one["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_only_the_page_is_published_and_on_loopback() -> None:
    assert {name: one["ports"] for name, one in services().items() if "ports" in one} == {"web": ["127.0.0.1:8710:8710"]}
    text = (DEPLOY / "compose.scale.yaml").read_text(encoding="utf-8")
    assert "${POSTGRES_PASSWORD:?" in text
    assert "${CGTWATCH_SECRET_KEY:?" in text
