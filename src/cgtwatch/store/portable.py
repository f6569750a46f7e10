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


def _worded(element: type[FunctionElement[Any]], sqlite: str, postgres: str) -> None:
    """Let it be said so; `{}` stands for what it is asked of."""

    def here(asked: FunctionElement[Any], compiler: SQLCompiler, **how: object) -> str:
        return sqlite.format(compiler.process(asked.clauses, **how))

    def there(asked: FunctionElement[Any], compiler: SQLCompiler, **how: object) -> str:
        return postgres.format(compiler.process(asked.clauses, **how))

    compiles(element)(here)
    compiles(element, "postgresql")(there)


_worded(place_of, "instr({})", "strpos({})")
_worded(greater_of, "max({})", "greatest({})")
_worded(monday_of, "date({}, '-6 days', 'weekday 1')", "to_char(date_trunc('week', CAST({} AS timestamp)), 'YYYY-MM-DD')")
