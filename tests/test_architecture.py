"""The house rules that a machine can check."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src" / "cgtwatch"
FILES = sorted(path for path in SRC.rglob("*.py"))

# Imports point down. Rooms of one floor never import each other, but for the pairs in DOORS.
FLOOR = {
    "errors": 0, "model": 0, "__init__": 0, "__main__": 9,
    "registry": 1, "text": 1, "clock": 1, "net": 2,
    "config": 3, "acquire": 3, "parse": 3, "diff": 3, "understand": 3, "link": 3, "store": 3, "select": 3, "compose": 3, "deliver": 3, "translate": 3,
    "pipeline": 4, "evaluate": 4, "parts": 4,
    "app": 5,
    "engine": 6, "ops": 6, "schedule": 6,
    "demo": 7, "web": 7,
    "cli": 8,
}  # fmt: skip
DOORS = {("engine", "ops"), ("engine", "schedule")}

# A third-party package has one home.
HOMES = {
    "requests": {"net"}, "urllib3": {"net"}, "feedparser": {"parse"}, "trafilatura": {"parse"}, "pypdf": {"parse"}, "openpyxl": {"compose", "parse"},
    "sqlmodel": {"store"}, "sqlalchemy": {"store"}, "alembic": {"store"}, "apscheduler": {"schedule"}, "jinja2": {"compose", "web"},
    "starlette": {"web"}, "uvicorn": {"web"}, "typer": {"cli"}, "rich": {"cli"}, "yaml": {"config", "understand"}, "ahocorasick_rs": {"understand"},
    "protego": {"acquire"}, "holidays": {"diff"}, "nh3": {"compose", "parse", "text", "web"}, "lxml": {"parse", "text"}, "playwright": {"acquire"},
    "jmespath": {"parse"}, "apprise": {"deliver"}, "docx": {"compose"}, "icalendar": {"compose"}, "css_inline": {"compose"}, "dkim": {"deliver"},
    "prometheus_client": {"ops"}, "fastapi": {"web"}, "itsdangerous": {"web"}, "argon2": {"ops"}, "mcp": {"web"}, "python_multipart": {"web"},
    "psycopg": {"store"}, "procrastinate": {"engine"},
}  # fmt: skip

LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 60
LATE_IMPORTS = {"cli", "evaluate", "parse", "store"}  # where a command, a child or a migration loads its part


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


@cache
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
    text = path.read_text(encoding="utf-8")
    if "TYPE_CHECKING" not in text:
        yield from imports(tree(path))
        return
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    yield from imports(module)


def name_of(path: Path) -> str:
    return str(path.relative_to(SRC))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_imports_point_down() -> None:
    wrong = []
    for path in FILES:
        here = room(path)
        for name in running_imports(path):
            if not name.startswith("cgtwatch"):
                continue
            there = name.split(".")[1] if "." in name else "__init__"
            there = "__init__" if there.startswith("__") else there
            if not (there == here or FLOOR[there] < FLOOR[here] or (here, there) in DOORS):
                wrong.append(f"{name_of(path)}: {here} may not import {there}")
    assert wrong == []


def test_third_party_packages_stay_at_home() -> None:
    used = [(path, name.split(".")[0]) for path in FILES for name in imports(tree(path))]
    assert [
        f"{name_of(path)}: {package} lives in {HOMES[package]}"
        for path, package in used
        if room(path) not in HOMES.get(package, {room(path)})
    ] == []


def test_modules_are_small() -> None:
    sizes = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {name: lines for name, lines in sizes.items() if lines > LINES_OF_A_FILE} == {}


def test_modules_say_what_they_are_for() -> None:
    assert [name_of(path) for path in FILES if not ast.get_docstring(tree(path)) and "versions" not in path.parts] == []


def test_functions_are_short() -> None:
    lengths = {
        f"{name_of(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in FILES
        for node in functions(path)
        if "versions" not in path.parts
    }
    assert {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_FUNCTION} == {}


def test_imports_stand_at_the_top_where_nothing_is_gained_by_waiting() -> None:
    places = [(path, node) for path in FILES if room(path) not in LATE_IMPORTS for node in functions(path)]
    assert [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, node in places
        if any(True for inner in node.body for _ in imports(inner))
    ] == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = [path for path in FILES if room(path) not in {"config", "cli"}]  # cli hands the environment over to config
    assert [
        f"{name_of(path)}:{node.lineno}"
        for path in readers
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ] == []


def test_pure_rooms_read_no_clock() -> None:
    pure = [path for path in FILES if room(path) in {"diff", "understand", "link", "select", "compose"}]
    clocks = {"now", "utcnow", "today", "monotonic", "time_ns"}
    found = [
        (path, node)
        for path in pure
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in clocks and isinstance(node.value, ast.Name)
    ]
    assert [f"{name_of(path)}:{node.lineno} {node.attr}" for path, node in found] == []


def catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
    return broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def test_broad_catches_stand_at_the_seams_only() -> None:
    others = [path for path in FILES if room(path) not in {"pipeline", "engine"} and name_of(path) not in KNOWN_SEAMS]
    assert [
        f"{name_of(path)}:{node.lineno}" for path in others for node in ast.walk(tree(path)) if catches_everything(node)
    ] == []


# Where foreign code is called in a child process whose every failure must become an answer.
KNOWN_SEAMS = {"compose/sandbox.py", "parse/child.py", "parse/worker.py"}
