"""Any request to the API is answered as the description says: never with a fault of ours, never in another shape."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from web.api_kit import PUBLIC, Programs, programs

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))  # for each operation; many more are tried by hand before a release
CHECKS: list[CheckFunction] = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schemathesis.serializer.alias("message/rfc822", "application/octet-stream")
ENDLESS = "/api/live"


# What would visit or write to an address that a request makes up: answered as the operations do, without going there.
ELSEWHERE: Mapping[str, list[dict[str, Any]]] = {
    "sources.discover": [{"proposal": None, "url": "https://www.example.org/", "error": "nothing came", "hint": ""}],
    "poll": [{"total": 0}, {"summary": {}}],
    "subscriptions.test": [{"delivery": "msg_0", "state": "queued", "answer": ""}],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with programs(tmp_path_factory.mktemp("any"), inbox_token="t" * 32, bounce_token="b" * 32) as made:
        yield made.with_operations(ELSEWHERE)


def known(api: Programs, path: str) -> dict[str, str]:
    """What there is, for the holes of an address; nobody would make it up."""
    event = api.app.store.event(api.watch.event("gene therapy"))
    noun = path.split("/")[-1 if path.count("/") == 1 else 2]
    found = {"events": event.id, "items": event.item_id, "sources": "agency"}.get(noun)
    holes = {"name": "picky", "key": api.app.store.deliveries()[-1].key} | ({"id": found} if found else {})
    return {hole: value for hole, value in holes.items() if f"{{{hole}}}" in path}


def refusable(operation: Any) -> bool:
    """Whether something can be sent that it does not allow: any text is an id."""
    return bool(operation.query) or bool(operation.body)


def asked(api: Programs, operation: Any, mode: GenerationMode) -> None:
    """Send some requests of one operation, such as the description allows, or such as it does not."""

    @seed(6)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def ask(case: Case, real: bool) -> None:
        if real:
            case.path_parameters = {**(case.path_parameters or {}), **known(api, operation.path)}
        sent = requests.Request(**case.as_transport_kwargs(base_url=PUBLIC)).prepare()
        headers = {name: value for name, value in sent.headers.items() if name.lower() != "content-length"}
        answer = api.root.request(sent.method or "", sent.url or "", content=sent.body, headers=headers)
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_any_request_is_answered_as_described(api: Programs, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_dict(api.open.get("/api/openapi.json").json()).exclude(path=ENDLESS)
    operations = [
        found.ok() for found in described.get_all_operations() if mode is GenerationMode.POSITIVE or refusable(found.ok())
    ]
    assert len(operations) > 20
    wrong: dict[str, str] = {}
    for operation in operations:
        try:
            asked(api, operation, mode)
        except Unsatisfiable:  # nothing that it does not allow can be sent at all
            assert mode is GenerationMode.NEGATIVE
        except (BaseExceptionGroup, AssertionError) as error:
            wrong[operation.label] = str(error)
    assert wrong == {}
