"""What went wrong, as JSON: `error` in one line that a person can act on, and `problems`, a line for each mistake."""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cgtwatch.errors import (
    BusyError,
    CgtwatchError,
    ComposeError,
    ConfigError,
    NotFound,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreUnusable,
)
from cgtwatch.web.answers import pathless
from cgtwatch.web.forms import Refused
from cgtwatch.web.safety import HEADERS

# Names of a query that say how to read or to do, not what of.
_HOW = frozenset({"limit", "cursor", "after_seq", "erase", "secrets", "dry_run", "prune", "adopt", "text"})
_OPTION = re.compile(r"--([a-z][a-z-]*)")
_CANNOT = (BusyError, StoreFull, StoreUnusable, StoreNewer)
_SAID = {
    404: "nothing is at this address; GET /api/openapi.json lists all that there are",
    405: "this address does not take that method",
}
_log = logging.getLogger(__name__)


def handlers() -> dict[int | type[Exception], Any]:
    """What becomes of everything that a handler may raise."""
    return {
        Refused: problem,
        CgtwatchError: problem,
        RequestValidationError: _misread,
        HTTPException: _no_such,
        Exception: _broken,
    }


def problem(request: Request, error: Exception) -> Response:
    """A request that cannot be served, told by its error."""
    if isinstance(error, Refused):
        headers = {401: {"WWW-Authenticate": 'Bearer realm="cgtwatch"'}, 429: {"Retry-After": "60"}, 503: {"Retry-After": "5"}}
        return JSONResponse({"error": str(error)}, error.status, headers.get(error.status))
    if isinstance(error, ConfigError):
        problems = [_fields(line) for line in error.problems]
        taken = any("exists already" in line for line in problems)
        return JSONResponse({"error": "; ".join(problems), "problems": problems}, 409 if taken else 422)
    if isinstance(error, NotFound):
        return JSONResponse({"error": str(error).partition(";")[0]}, 404)
    if isinstance(error, StoreError) and not isinstance(error, _CANNOT):  # it is in a state in which that cannot be done
        return JSONResponse({"error": str(error)}, 409)
    if isinstance(error, ComposeError):
        return JSONResponse({"error": str(error)}, 422)
    _log.warning("api not served path=%s: %s", pathless(request), error)
    return JSONResponse({"error": "nothing can be stored or read right now; try again"}, 503, {"Retry-After": "5"})


def _misread(_request: Request, error: Exception) -> Response:
    """A query or an address of another form: 400 where it only says wrongly how, else 422."""
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    problems = list(dict.fromkeys(_mistake(one) for one in found))
    only_how = all(_HOW & set(map(str, one["loc"])) for one in found)
    return JSONResponse({"error": "; ".join(problems), "problems": problems}, 400 if only_how else 422)


def _mistake(one: Mapping[str, Any]) -> str:
    name = str(next((part for part in one["loc"][1:] if isinstance(part, str)), one["loc"][0]))[:60]
    if one["type"] == "extra_forbidden":
        return f"{name}: no such name is known here; GET /api/openapi.json lists those that are"
    said = str(one["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{name}: write {said}" if str(one["msg"]).startswith("Input should be ") else f"{name}: {said}"


def _no_such(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": _SAID.get(error.status_code, error.detail)}, error.status_code, error.headers)


def _broken(_request: Request, _error: Exception) -> Response:
    """A fault of ours: the server logs it whole, whoever asks sees nothing of it."""
    return JSONResponse({"error": "something broke here; the log says what"}, 500, dict(HEADERS))


def _fields(line: str) -> str:
    """A mistake told of fields instead of options: what commands call `--doc-type` is `doc_type` here."""
    return _OPTION.sub(lambda found: found[1].replace("-", "_"), line).removeprefix("NAME ")
