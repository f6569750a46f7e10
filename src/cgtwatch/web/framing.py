"""A letter's HTML for the frame that shows it."""

from starlette.responses import HTMLResponse, Response

from cgtwatch.errors import NotFound
from cgtwatch.web.safety import FRAMED


def framed(html: str) -> Response:
    """Sandboxed; its links open in a tab of their own, since nothing from outside may stand in the frame. Raises `NotFound`."""
    if not html:
        raise NotFound("no HTML is stored here")
    return HTMLResponse(html.replace("<head>", '<head><base target="_blank">', 1), headers=FRAMED)
