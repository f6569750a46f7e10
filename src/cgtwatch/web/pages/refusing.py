"""Why what an operator asked for by a form was not done."""

from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.errors import STORAGE_TROUBLE, CgtwatchError, ConfigError, StoreError
from cgtwatch.web.parts import Site


def refused(site: Site, request: Request, error: CgtwatchError) -> Response:
    """The page that says so: nothing can be stored now (503), or the thing is in a state that does not allow it (409), as when
    somebody else was first.
    """
    if (
        isinstance(error, STORAGE_TROUBLE) and type(error) is not StoreError
    ):  # that one also tells of states, and says what is wrong
        return site.answers.note(request, "later", 503, headers={"Retry-After": "5"})
    what = " ".join(error.problems) if isinstance(error, ConfigError) else str(error)
    return site.answers.note(request, "not_now", 409, what=what)
