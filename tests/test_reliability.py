"""docs/reliability.md and the marks of the tests say the same: every promise and every fault has its line, and no line a test that is not there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
SECTIONS = {"P": 19, "N": 14, "H": 17, "F": 20, "E": 10, "S": 16, "D": 11, "T": 8, "K": 8, "M": 14, "W": 12, "C": 12}
IDS = [f"{letter}{number}" for letter, count in SECTIONS.items() for number in range(1, count + 1)]
NEEDS = {"holds": None, "holds (make chaos)": "chaos", "holds (privileged)": "privileged"}
UNCOVERED, PARTLY = "not covered: ", "holds in part: "
TEST = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")


@cache
def lines() -> dict[str, tuple[str, tuple[str, ...], str]]:
    """What each line says by its id: what is done or promised, the tests, the result."""
    found: dict[str, tuple[str, tuple[str, ...], str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if re.fullmatch(r"[A-Z]\d+", cells[0]):
            assert len(cells) == 4, f"{cells[0]}: id, what, tests, result"
            assert cells[0] not in found, f"{cells[0]} stands there twice"
            found[cells[0]] = (cells[1], tuple(TEST.findall(cells[2])), cells[3])
    return found


@cache
def marks() -> dict[str, dict[str, frozenset[str]]]:
    """By test: its marks by their names, with the ids that they hold."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        values = {
            name: node.value for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign) for name in _names(node)
        }
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                where = [*node.decorator_list, *([values["pytestmark"]] if "pytestmark" in values else [])]
                found[f"{path.relative_to(ROOT).as_posix()}::{node.name}"] = _marked(where, values)
    return found


def _names(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _marked(where: list[ast.expr], values: dict[str, ast.expr | None]) -> dict[str, frozenset[str]]:
    """The marks in these expressions and in the tables of the module that they name."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for node in _nodes(where, values):
        call = node.func if isinstance(node, ast.Call) else node
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Attribute) and call.value.attr == "mark":
            ids[call.attr] |= {str(arg.value) for arg in getattr(node, "args", ()) if isinstance(arg, ast.Constant)}
    return {name: frozenset(held) for name, held in ids.items()}


def _nodes(where: list[ast.expr], values: dict[str, ast.expr | None]) -> Iterator[ast.AST]:
    for top in where:
        for node in ast.walk(top):
            yield node
            if isinstance(node, ast.Name) and (table := values.get(node.id)) is not None:
                yield from ast.walk(table)


def proves(test: str) -> frozenset[str]:
    """The ids of the lines that a test says it proves."""
    held = marks()[test]
    return held.get("fault", frozenset()) | held.get("promise", frozenset())


def test_every_promise_and_every_fault_has_a_line_and_no_line_stands_for_nothing() -> None:
    assert set(lines()) == set(IDS)


@pytest.mark.parametrize("name", IDS)
def test_a_line_names_tests_that_are_there_and_say_that_they_prove_it(name: str) -> None:
    what, tests, result = lines()[name]
    assert what
    assert [test for test in tests if test not in marks()] == [], "there is no such test"
    assert [test for test in tests if name not in proves(test)] == [], "the test does not carry the mark"
    if result.startswith(UNCOVERED):
        assert len(result) > len(UNCOVERED) + 20, "say why"
        return
    if result.startswith(PARTLY):
        assert len(result) > len(PARTLY) + 20, "say which part is not so"
    else:
        assert result in NEEDS
    assert tests, "nothing proves it"
    needed = NEEDS.get(result)
    held = [set(marks()[test]) & {"chaos", "privileged"} for test in tests]
    assert any(needed in one if needed else not one for one in held), "the result says how the tests are run"


def test_no_test_says_that_it_proves_what_names_it_nowhere() -> None:
    named = {(name, test) for name, (_, tests, _) in lines().items() for test in tests}
    said = {(name, test) for test in marks() for name in proves(test)}
    assert said - named == set(), "docs/reliability.md does not name the test in that line"


def test_promises_and_faults_are_not_mixed_up() -> None:
    for test, held in marks().items():
        assert all(name.startswith("P") for name in held.get("promise", ())), test
        assert not any(name.startswith("P") for name in held.get("fault", ())), test
