"""What SQL is said in other words on SQLite than on PostgreSQL, said once."""

from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class place_of(FunctionElement[int]):  # noqa: N801 - named as functions of SQL are
    """Where a word begins in a text, counted from 1; 0 where it does not stand there."""

    type = Integer()
    inherit_cache = True


class greater_of(FunctionElement[int]):  # noqa: N801
    """The greater of two numbers."""

    type = Integer()
    inherit_cache = True


class monday_of(FunctionElement[str]):  # noqa: N801
    """The Monday of the week of a day, as text (ISO 8601)."""

    type = String()
    inherit_cache = True


@compiles(place_of)
def _place(element: place_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"instr({_listed(element, compiler, how)})"


@compiles(place_of, "postgresql")
def _place_there(element: place_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"strpos({_listed(element, compiler, how)})"


@compiles(greater_of)
def _greater(element: greater_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"max({_listed(element, compiler, how)})"


@compiles(greater_of, "postgresql")
def _greater_there(element: greater_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"greatest({_listed(element, compiler, how)})"


@compiles(monday_of)
def _monday(element: monday_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"date({_listed(element, compiler, how)}, '-6 days', 'weekday 1')"


@compiles(monday_of, "postgresql")
def _monday_there(element: monday_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"to_char(date_trunc('week', CAST({_listed(element, compiler, how)} AS timestamp)), 'YYYY-MM-DD')"


def _listed(element: FunctionElement[Any], compiler: SQLCompiler, how: dict[str, Any]) -> str:
    return str(compiler.process(element.clauses, **how))
