"""The house rules that a machine can check."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parent.parent / "src" / "cgtwatch"
FILES = sorted(path for path in SRC.rglob("*.py"))

# Imports point down. Rooms of one floor never import each other, but for the pairs in DOORS.
FLOOR = {
    "errors": 0, "model": 0, "__init__": 0,
    "registry": 1, "text": 1, "net": 2,
    "config": 3, "acquire": 3, "parse": 3, "diff": 3, "understand": 3, "link": 3, "store": 3, "select": 3, "compose": 3, "deliver": 3,
    "pipeline": 4, "evaluate": 4,
    "app": 5,
    "engine": 6, "ops": 6, "schedule": 6,
    "demo": 7, "web": 7,
    "cli": 8,
}  # fmt: skip
DOORS = {("engine", "ops"), ("engine", "schedule")}

# A third-party package has one home.
HOMES = {
    "requests": {"net"}, "urllib3": {"net"}, "feedparser": {"parse"}, "trafilatura": {"parse"}, "pypdf": {"parse"},
    "sqlmodel": {"store"}, "sqlalchemy": {"store"}, "alembic": {"store"}, "apscheduler": {"schedule"}, "jinja2": {"compose", "web"},
    "starlette": {"web"}, "uvicorn": {"web"}, "typer": {"cli"}, "rich": {"cli"}, "yaml": {"config", "understand"}, "ahocorasick_rs": {"understand"},
    "protego": {"acquire"}, "nh3": {"compose", "parse", "text", "web"}, "lxml": {"parse", "text"},
}  # fmt: skip

LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 60
LATE_IMPORTS = {"cli", "evaluate", "parse", "store"}  # where a command, a child or a migration loads its part


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST) -> Iterator[str]:
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            yield from (alias.name for alias in found.names)
        elif isinstance(found, ast.ImportFrom) and found.module and not found.level:
            yield found.module
            yield from (f"{found.module}.{alias.name}" for alias in found.names if found.module == "cgtwatch")


def running_imports(path: Path) -> Iterator[str]:
    """Imports that happen when the code runs: those under `if TYPE_CHECKING` are for the type checker alone."""
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    yield from imports(module)


def name_of(path: Path) -> str:
    return str(path.relative_to(SRC))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    for name in running_imports(path):
        if not name.startswith("cgtwatch"):
            continue
        there = name.split(".")[1] if "." in name else "__init__"
        if there.startswith("__"):
            there = "__init__"
        allowed = there == here or FLOOR[there] < FLOOR[here] or (here, there) in DOORS
        assert allowed, f"{name_of(path)}: {here} may not import {there}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_third_party_packages_stay_at_home(path: Path) -> None:
    for name in imports(tree(path)):
        package = name.split(".")[0]
        assert package not in HOMES or room(path) in HOMES[package], f"{name_of(path)}: {package} lives in {HOMES[package]}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_modules_are_small_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES_OF_A_FILE, f"{name_of(path)} has {text.count(chr(10))} lines; split it"
    if "versions" not in path.parts:
        assert ast.get_docstring(tree(path)), f"{name_of(path)} does not say what it is for"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "versions" not in path.parts and room(path) != "cli":
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= LINES_OF_A_FUNCTION, f"{name_of(path)}:{node.lineno} {node.name} has {lines} lines"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_stand_at_the_top_where_nothing_is_gained_by_waiting(path: Path) -> None:
    if room(path) in LATE_IMPORTS:
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            late = [name for inner in node.body for name in imports(inner)]
            assert not late, f"{name_of(path)}:{node.lineno} {node.name} imports {late}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if room(path) in {"config", "cli"}:  # cli hands the environment over to config
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
            raise AssertionError(f"{name_of(path)}:{node.lineno} reads the environment")


@pytest.mark.parametrize("path", [path for path in FILES if room(path) in {"diff", "understand", "link", "select", "compose"}], ids=name_of)
def test_pure_rooms_read_no_clock(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "monotonic", "time_ns"} and isinstance(node.value, ast.Name):
            raise AssertionError(f"{name_of(path)}:{node.lineno} reads the clock by {node.value.id}.{node.attr}")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_broad_catches_stand_at_the_seams_only(path: Path) -> None:
    seams = {"pipeline", "engine"}
    for node in ast.walk(tree(path)):
        broad = isinstance(node, ast.ExceptHandler) and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        again = broad and any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        if broad and not again and room(path) not in seams and name_of(path) not in KNOWN_SEAMS:
            raise AssertionError(f"{name_of(path)}:{node.lineno} catches everything")


# Where foreign code is called in a child process whose every failure must become an answer.
KNOWN_SEAMS = {"parse/child.py", "parse/worker.py"}
