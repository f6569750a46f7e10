"""An expression of a source's rule made ready; a wrong one is told with the source and the key it stands under."""

from collections.abc import Callable
from typing import TypeVar, overload

from cgtwatch.errors import ParseError
from cgtwatch.model.source import Source

T = TypeVar("T")


@overload
def compiled(make: Callable[[str], T], source: Source, key: str, spelled: str) -> T: ...


@overload
def compiled(make: Callable[[str], T], source: Source, key: str, spelled: str | None) -> T | None: ...


def compiled(make: Callable[[str], T], source: Source, key: str, spelled: str | None) -> T | None:
    """What `make` (such as `compile_expression`) makes of `spelled`; None where the rule leaves it out.

    Raises `ParseError` that names the key: a file is checked as it is loaded, but a source can come by other ways.
    """
    try:
        return make(spelled) if spelled else None
    except ValueError as error:
        raise ParseError(f"{source.id}: {key}: {error}") from error
