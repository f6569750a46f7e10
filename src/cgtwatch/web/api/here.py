"""What every address of the API works with: the parts behind it, who asks, and what was sent, as FastAPI hands them over."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from cgtwatch.app import App
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.web.account.access import Access
from cgtwatch.web.forms import Refused, posted_file, posted_json
from cgtwatch.web.limits import Turns
from cgtwatch.web.parts import Perform, rows_of

Given = dict[str, Any]
MOST_ROWS = 1000  # of a page
_DEEPEST = 20  # objects and lists inside each other, in what is sent to us


@dataclass(frozen=True, slots=True)
class Api:
    """The parts behind the API. `perform` is the service's runner of operations; None where nothing runs and all is only read."""

    app: App
    perform: Perform | None
    access: Access
    reports: Turns = field(default_factory=lambda: Turns(1, 4))  # a long one keeps a core busy for seconds

    def run(self, operation: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The last row of an operation. Raises what it raises, and `BusyError` where nothing runs."""
        return self.rows(operation, args)[-1]

    def rows(self, operation: str, args: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All rows of an operation. Raises what it raises, and `BusyError` where nothing runs."""
        return rows_of(self.perform, operation, args)


async def _here(request: Request) -> Api:
    found: Api = request.app.state.api
    return found


def _may(scope: Scope) -> Callable[[Request], Grant]:
    def grant(request: Request) -> Grant:
        api: Api = request.app.state.api
        return api.access(request, scope)

    return grant


def _sent(read: Callable[[Request], Awaitable[Given]]) -> Callable[[Request], Awaitable[Given]]:
    async def given(request: Request) -> Given:
        found = await read(request)
        if _depth(found) > _DEEPEST:
            raise Refused(400, f"more than {_DEEPEST} objects or lists inside each other")
        return found

    return given


Here = Annotated[Api, Depends(_here)]
Reads = Annotated[Grant, Depends(_may(Scope.READ))]
Subscribes = Annotated[Grant, Depends(_may(Scope.SUBSCRIPTIONS))]
Delivers = Annotated[Grant, Depends(_may(Scope.DELIVERIES))]
Marks = Annotated[Grant, Depends(_may(Scope.EVENTS))]
Watches = Annotated[Grant, Depends(_may(Scope.SOURCES))]
Sent = Annotated[Given, Depends(_sent(posted_json))]  # a JSON object, at most 64 KB
SentFile = Annotated[Given, Depends(_sent(posted_file))]  # `text`, at most 4 MB


def _depth(value: object) -> int:
    deepest, left = 0, [(value, 1)]
    while left:
        one, depth = left.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else None
        if inner is not None:
            deepest = max(deepest, depth)
            left += [(each, depth + 1) for each in inner]
    return deepest


def operators(grant: Grant, what: str) -> None:
    """Raises `Refused` where who asks is no operator."""
    if grant.role is not Role.OPERATOR:
        raise Refused(403, f"only an operator's token may {what}")


def may_see(to: str, grant: Grant) -> str:
    """A target as `grant` may see it: readers see of a mail address only where it leads."""
    name, at, host = to.rpartition("@")
    if grant.role is Role.OPERATOR or not at or not name:
        return to
    return f"{name[0]}…@{host}"
