"""Reads a rule table: tab-separated, one header line, `#` comments; every mistake names its file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from cgtwatch.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. `where` is `FILE:LINE`."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str, separator: str = " | ") -> tuple[str, ...]:
        """The parts of a cell, empty ones left out."""
        return tuple(part.strip() for part in self.cells[column].split(separator) if part.strip())

    def names(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that are parted by commas."""
        return self.words(column, ",")

    def number(self, column: str) -> float:
        """The number in a cell; 0 where it is empty."""
        text = self.cells[column].strip()
        try:
            return float(text) if text else 0.0
        except ValueError:
            raise ConfigError([f"{self.where}: {column}: {text!r} is no number"]) from None


def read(file: Traversable, columns: Sequence[str]) -> tuple[Row, ...]:
    """The rows of `file`. Raises ConfigError with all mistakes: another header, too few or too many cells."""
    problems: list[str] = []
    rows: list[Row] = []
    header: list[str] | None = None
    for where, line in _lines(file):
        cells = line.split("\t")
        if header is None:
            header = cells
            if tuple(cells) != tuple(columns):
                raise ConfigError([f"{where}: the header is {cells}; expected {list(columns)}"])
        elif len(cells) > len(columns):
            problems.append(f"{where}: {len(cells)} cells; expected {len(columns)}, parted by tabs")
        else:
            rows.append(Row(where, dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))))
    if problems:
        raise ConfigError(problems)
    return tuple(rows)


def _lines(file: Traversable) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield f"{file.name}:{number}", line
