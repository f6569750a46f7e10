"""What the handlers of the site share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cgtwatch.app import App
from cgtwatch.errors import BusyError

if TYPE_CHECKING:
    from cgtwatch.web.answers import Answers

Perform = Callable[[str, Mapping[str, Any]], Iterator[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Site:
    """The parts behind every page. `perform` is the service's runner of operations; None where nothing runs and all is only read."""

    app: App
    answers: "Answers"
    perform: Perform | None

    def run(self, operation: str, args: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All rows of an operation. Raises what it raises, and `BusyError` where nothing runs."""
        return rows_of(self.perform, operation, args)


def rows_of(perform: Perform | None, operation: str, args: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All rows of an operation. Raises what it raises, and `BusyError` where nothing runs."""
    if perform is None:
        raise BusyError("nothing runs here; this page only shows what is stored")
    return [*perform(operation, args)]
