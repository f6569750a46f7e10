"""The whole description of the API (OpenAPI 3.1): what FastAPI knows of its routes, and what stands beside them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from cgtwatch import __version__
from cgtwatch.web.api.beside import paths_beside
from cgtwatch.web.api.filtering import Filters
from cgtwatch.web.api.shapes.common import Mended
from cgtwatch.web.api.shapes.deliveries import Resolution
from cgtwatch.web.api.shapes.events import MarkAsked
from cgtwatch.web.api.shapes.sources import Address, NewSources, Release, SourceValues
from cgtwatch.web.api.shapes.subscriptions import ChangedWishes, File, NewSubscription, Rotation
from cgtwatch.web.api.shapes.users import TokenAsked

AT = "/api"
_REFS = "#/components/schemas/{model}"
# What is sent, and what is answered by addresses that FastAPI does not know.
_SHAPES: Sequence[type[BaseModel]] = (
    NewSubscription, ChangedWishes, File, Rotation, Resolution, MarkAsked, Address, NewSources, Release, SourceValues, TokenAsked, Mended,
)  # fmt: skip
_ABOUT = """\
Policy events on cell and gene therapy, and everything that is done with them. What the commands print with `--json`, this answers.

Reads answer `ETag`; send it back as `If-None-Match` and a 304 says that nothing changed. Lists are read page by page: `next` is the
`cursor` of the following page. Every error is `{"error": …}`, a wrong request adds `problems`, a line for each mistake. Answers may
gain fields: pass over those that you do not know."""
_TAGS = {
    "events": "One act of one or more authorities, as documents report it.",
    "items": "Documents with their history.",
    "deadlines": "What is open for comment.",
    "reports": "The policy review of a period.",
    "subscriptions": "Who gets what.",
    "deliveries": "The ledger of messages.",
    "digests": "What was told.",
    "sources": "What is watched, and how it is.",
    "live": "News as it is announced, and the shapes of what is posted to webhooks.",
    "feeds": "Feeds and calendars of a filter.",
    "me": "Who asks.",
    "incoming": "What others hand over.",
}
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "`cgtwatch users token NAME --scope SCOPE` makes one. Its scope must be the one named at the address; every token may read.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "cgtwatch",
        "description": "The log-in of the pages (over https the cookie is `__Host-cgtwatch`). What changes something must carry the header `X-CSRF-Token`.",
    },
    "key": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "A user's own, for one address; the pages print it to whoever is logged in.",
    },
    "inbox": {"type": "http", "scheme": "bearer", "description": "`CGTWATCH_INBOX_TOKEN`."},
    "bounces": {"type": "http", "scheme": "bearer", "description": "`CGTWATCH_BOUNCE_TOKEN`."},
}


def description(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document. Its addresses are whole ones, from the root of the site."""
    made = get_openapi(title="cgtwatch", version=__version__, openapi_version="3.1.0", description=_ABOUT, routes=routes)
    made["servers"] = [{"url": "/", "description": "this site"}]
    made["tags"] = [{"name": name, "description": said} for name, said in _TAGS.items()]
    filters = [one for one in made["paths"]["/events"]["get"]["parameters"] if one["name"] in Filters.model_fields]
    made["paths"] = {f"{AT}{path}": item for path, item in made["paths"].items()} | paths_beside(filters)
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = _SECURITY
    parts["schemas"] = dict(sorted({**_shapes(_SHAPES), **parts.get("schemas", {})}.items()))
    for item in made["paths"].values():
        for operation in item.values():
            _tidy(operation)
    return made


def operations(made: Mapping[str, Any]) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    """Every address with its method and what is said of it, in the order of the document."""
    for path, item in made["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def _tidy(operation: dict[str, Any]) -> None:
    """Without a body for what has none, and with one form of lists."""
    unchanged = operation.get("responses", {}).get("304")
    if unchanged:
        unchanged.pop("content", None)


def _shapes(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=_REFS)
    found: dict[str, Any] = made["$defs"]
    return found
