"""What the handlers of the site share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cgtwatch.app import App

if TYPE_CHECKING:
    from cgtwatch.web.answers import Answers

Perform = Callable[[str, Mapping[str, Any]], Iterator[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Site:
    """The parts behind every page. `perform` is the service's runner of operations; None where nothing runs and all is only read."""

    app: App
    answers: "Answers"
    perform: Perform | None
