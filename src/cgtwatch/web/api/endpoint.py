"""What all addresses of the API share: who asks, what went wrong as JSON, and who may see what."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cgtwatch.errors import BusyError, CgtwatchError, ConfigError, NotFound, StoreError, StoreFull, StoreNewer, StoreUnusable
from cgtwatch.model.user import Grant, Role, Scope
from cgtwatch.web.account.access import Access
from cgtwatch.web.answers import pathless
from cgtwatch.web.forms import Refused, posted_json

Given = dict[str, Any]
Work = Callable[[Request, Grant, Given], Mapping[str, Any] | Response]
Read = Callable[[Request], Awaitable[Given]]
Endpoint = Callable[[Request], Awaitable[Response]]
_OPTION = re.compile(r"--([a-z][a-z-]*)")
_CANNOT = (BusyError, StoreFull, StoreUnusable, StoreNewer)
_log = logging.getLogger(__name__)


def endpoint(access: Access, scope: Scope, work: Work, status: int = 200, read: Read = posted_json) -> Endpoint:
    """A handler of `work`, which gets the request, who asks and what was sent as `read` reads it, and runs on a worker thread."""

    async def handle(request: Request) -> Response:
        try:
            grant = await run_in_threadpool(access, request, scope)
            given = await read(request) if request.method in {"POST", "PATCH"} else {}
            found = await run_in_threadpool(work, request, grant, given)
        except (Refused, CgtwatchError) as error:
            return problem(request, error)
        return found if isinstance(found, Response) else JSONResponse(found, status)

    return handle


def problem(request: Request, error: Refused | CgtwatchError) -> Response:
    """What went wrong: `error` in one line, and with a wrong request `problems`, a line for each mistake."""
    if isinstance(error, Refused):
        headers = {401: {"WWW-Authenticate": 'Bearer realm="cgtwatch"'}, 429: {"Retry-After": "60"}}.get(error.status)
        return JSONResponse({"error": str(error)}, error.status, headers)
    if isinstance(error, ConfigError):
        problems = [_fields(line) for line in error.problems]
        taken = any("exists already" in line for line in problems)
        return JSONResponse({"error": "; ".join(problems), "problems": problems}, 409 if taken else 422)
    if isinstance(error, NotFound):
        return JSONResponse({"error": str(error).partition(";")[0]}, 404)
    if isinstance(error, StoreError) and not isinstance(error, _CANNOT):  # it is in a state in which that cannot be done
        return JSONResponse({"error": str(error)}, 409)
    _log.warning("api not served path=%s: %s", pathless(request), error)
    return JSONResponse({"error": "nothing can be stored or read right now; try again"}, 503, {"Retry-After": "5"})


def _fields(line: str) -> str:
    """A mistake told of fields instead of options: what commands call `--doc-type` is `doc_type` here."""
    return _OPTION.sub(lambda found: found[1].replace("-", "_"), line).removeprefix("NAME ")


def number(request: Request, name: str, default: int, most: int) -> int:
    """A number of the query from 1 to `most`. Raises `Refused`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise Refused(400, f"{name}: write a number from 1 to {most}")
    return int(text)


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
