"""An event's own page: its addresses."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cgtwatch.errors import NotFound
from cgtwatch.model.item import Revision
from cgtwatch.web.account.viewer import viewer_of
from cgtwatch.web.answers import wording
from cgtwatch.web.pages.copies import SHOWN, Copy, as_page, as_text, content, copies, saved
from cgtwatch.web.pages.event_audience import heard
from cgtwatch.web.pages.event_feedback import CORRECTED, Feedback, control
from cgtwatch.web.pages.event_view import event_page
from cgtwatch.web.parts import Site
from cgtwatch.web.safety import ASKING

_DONE = frozenset({"marked", "cleared"})


def event_routes(site: Site) -> list[Route]:
    """The page, what is kept of its document, and the forms of those who may say that something is wrong."""
    page, feedback = EventPages(site), Feedback(site)
    return [
        Route("/events/{id}", page.show),
        Route("/events/{id}/copy", page.copy),
        Route("/events/{id}/stored/{key}", page.stored),
        Route("/events/{id}/stored/{key}/frame", page.frame),
        Route("/events/{id}/stored/{key}/file", page.file),
        Route("/events/{id}/mark", feedback.mark, methods=["POST"]),
        Route("/events/{id}/clear", feedback.clear, methods=["POST"]),
        Route("/items/{id}", page.item),
    ]


class EventPages:
    """The handlers that only read; they run on worker threads."""

    def __init__(self, site: Site) -> None:
        self._site, self._app = site, site.app

    def show(self, request: Request) -> Response:
        """One event with everything it rests on; `?field=stage` marks the words of that field alone."""
        said, who, asked = wording(request), viewer_of(request), request.query_params
        page = event_page(self._app, request.path_params["id"], asked, said)
        operates = who is not None and who.operates  # mails link here: one reader is not told of another
        event, told = page["event"], page["found"].announcements
        may = operates and self._site.perform is not None
        page |= {
            "audience": heard(self._app, event, told, asked.get("reader", "").strip(), said) if operates else None,
            "may": may,
            "control": control(asked.get("wrong", ""), event, self._app.issuer_names(), said) if may else None,
            "correctable": [(name, said.name("labels", name)) for name in CORRECTED] if may else [],
            "done": asked.get("done") if may and asked.get("done") in _DONE else "",
        }
        return self._site.answers.page(request, "event", page, headers=ASKING)

    def item(self, request: Request) -> Response:
        """A document's own event; one that told of nothing has no page."""
        found = self._app.store.events_of(request.path_params["id"])
        if not found:
            raise NotFound("no event came of this item")
        return RedirectResponse(f"/events/{found[0].id}", 303)

    # --- what is kept of its document

    def copy(self, request: Request) -> Response:
        """To the copy of the revision that the event was read from; to its text where no bytes are kept."""
        event = self._app.store.event(request.path_params["id"])
        own = [one for one in copies(self._revisions(event.id)) if not one.attached and one.revision <= event.revision]
        place = f"/stored/{own[0].key}" if own else "#text"
        return RedirectResponse(f"/events/{event.id}{place}", 303)

    def stored(self, request: Request) -> Response:
        """A copy with what is known of it: in a sandbox, as text, or to be saved."""
        copy, body = self._copy(request)
        if body is None:
            return self._site.answers.note(request, "copy_lost", 404)
        found = content(body, copy.url)
        values = {
            "copy": copy,
            "event_id": request.path_params["id"],
            "size": len(body),
            "kind": found.kind,
            "framed": bool(as_page(found, copy.url)),
            "text": as_text(found) if found.kind != "document" else "",
        }
        return self._site.answers.page(request, "stored", values)

    def frame(self, request: Request) -> Response:
        """The sanitised page for its sandbox; it may load and do nothing."""
        copy, body = self._copy(request)
        page = as_page(content(body, copy.url), copy.url) if body is not None else ""
        if not page:
            raise NotFound("nothing to be shown")
        return HTMLResponse(page, headers=SHOWN)

    def file(self, request: Request) -> Response:
        """The bytes as they came, as a file to be saved."""
        copy, body = self._copy(request)
        if body is None:
            return self._site.answers.note(request, "copy_lost", 404)
        found = content(body, copy.url)
        return Response(body, media_type="application/octet-stream", headers=saved(copy, found))

    def _copy(self, request: Request) -> tuple[Copy, bytes | None]:
        """The copy of that hash, if it belongs to the event (raises `NotFound` otherwise), and its bytes; None where they are lost."""
        key = request.path_params["key"]
        for one in copies(self._revisions(request.path_params["id"])):
            if one.key == key:
                try:
                    return one, self._app.archive.get(key)
                except (KeyError, ValueError, OSError):
                    return one, None
        raise NotFound("no such copy belongs to this event")

    def _revisions(self, event_id: str) -> tuple[Revision, ...]:
        return self._app.store.revisions(self._app.store.event(event_id).item_id)
