"""What `pip install .` brings: the command with its sources, templates and rules inside."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSIDE = (
    "cgtwatch/config/data/sources.yaml",
    "cgtwatch/understand/data/terms.tsv",
    "cgtwatch/link/data/glossary.tsv",
    "cgtwatch/compose/data/zh.json",
    "cgtwatch/web/templates/today.html.j2",
    "cgtwatch/web/static/css/0-page.css",
    "cgtwatch/web/static/js/0-page.js",
    "cgtwatch/web/data/words/frame.json",
    "cgtwatch/demo/data/documents.json",
    "cgtwatch/py.typed",
)


def test_the_wheel_holds_everything_the_command_needs(tmp_path: Path) -> None:
    built = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(built, check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert [name for name in INSIDE if name not in names] == []
    here = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "cgtwatch").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here - names == set()
    assert any(name.endswith("entry_points.txt") for name in names)


def test_the_top_level_sources_file_is_the_shipped_one() -> None:
    top = ROOT / "sources.yaml"
    assert top.resolve() == (ROOT / "src" / "cgtwatch" / "config" / "data" / "sources.yaml").resolve()


def test_requirements_are_pinned_by_name_and_version_alone() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if line.count("==") != 1 or ":" in line or "@" in line or " " in line] == []
