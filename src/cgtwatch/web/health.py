"""Signs of life for supervisors, load balancers and monitoring: `/healthz`, `/readyz`, `/metrics`."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cgtwatch.errors import STORAGE_TROUBLE
from cgtwatch.ops.gauges import Gauges
from cgtwatch.ops.metrics import Metrics
from cgtwatch.ops.vitals import Readiness, Vitals


@dataclass(frozen=True, slots=True)
class Signs:
    """What is asked here, of one process."""

    vitals: Vitals
    readiness: Readiness
    metrics: Metrics


def signs_of(vitals: Vitals) -> Signs:
    """The signs of life of a process, with a registry of their own."""
    readiness = Readiness(vitals)
    return Signs(vitals, readiness, Metrics(Gauges(vitals, readiness)))


def health_routes(signs: Signs) -> list[Route]:
    """The three addresses. Who may read the third is said by `account/doors.py`."""
    return [
        Route("/healthz", lambda _: _alive(signs)),
        Route("/readyz", lambda _: _ready(signs)),
        Route("/metrics", lambda request: _metrics(signs, request)),
    ]


def _alive(signs: Signs) -> Response:
    """Whether to leave this process alone: 200 while its ticks go on. Starting it again mends no database that is out of reach."""
    hanging = {name: round(silent) for name, silent in signs.vitals.pulse.hanging().items()}
    known: dict[str, object] = {"ok": not hanging}
    try:
        known["seq"] = signs.vitals.app.store.last_seq()
    except STORAGE_TROUBLE:
        known["storage"] = "cannot be read"  # why is told by the log, and `/readyz` says not to count on it
    return JSONResponse(known | ({"hanging": hanging} if hanging else {}), 503 if hanging else 200)


def _ready(signs: Signs) -> Response:
    """Whether to count on this process: 200, or 503 with a plain line for each reason."""
    reasons = signs.readiness.reasons()
    return PlainTextResponse("\n".join(reasons or ["ready"]) + "\n", 503 if reasons else 200)


def _metrics(signs: Signs, request: Request) -> Response:
    body, kind = signs.metrics.text(request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": kind})  # whole: a charset would be added a second time
