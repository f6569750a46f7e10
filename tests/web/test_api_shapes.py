"""What the API answers is what it says that it answers, and what the commands print."""

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from cgtwatch.ops.explained import explained, explanation_record
from cgtwatch.ops.listed import event_rows, item_rows
from cgtwatch.store.records import EventQuery
from cgtwatch.web.api.shapes import deliveries, events, items, reports, sources, subscriptions, users
from cgtwatch.web.api.shapes.common import Health
from cgtwatch.web.api.shapes.webhook import Body
from web.api_kit import Programs


@pytest.fixture
def api(news_api: Programs) -> Programs:
    return news_api


READ: list[tuple[str, type[BaseModel]]] = [
    ("/api/events", events.Events), ("/api/events?after_seq=0", events.Events), ("/api/events/EVENT", events.Event),
    ("/api/events/EVENT/explain", events.Explanation), ("/api/events/EVENT/thread", events.Thread), ("/api/events/facets", events.Facets),
    ("/api/announcements", events.Announcements),
    ("/api/items?relevant=any", items.Items), ("/api/items/ITEM", items.Item), ("/api/items/ITEM/revisions?text=1", items.Revisions),
    ("/api/items/ITEM/diff", items.Diff), ("/api/deadlines", events.Deadlines), ("/api/report?from=2026-01-01", reports.Review),
    ("/api/subscriptions", subscriptions.Subscriptions), ("/api/subscriptions/mei", subscriptions.Subscription),
    ("/api/subscriptions/mei/export", subscriptions.Person), ("/api/deliveries", deliveries.Deliveries),
    ("/api/deliveries/KEY", deliveries.DeliveryWhole), ("/api/digests", deliveries.Digests), ("/api/digests/KEY", Body),
    ("/api/sources", sources.Sources), ("/api/sources/agency", sources.Source), ("/api/sources/agency/visits", sources.Visits),
    ("/api/me", users.Me), ("/api/health", Health),
]  # fmt: skip


@pytest.mark.parametrize(("path", "shape"), READ)
def test_an_answer_has_every_field_of_its_shape_and_no_other(api: Programs, path: str, shape: type[BaseModel]) -> None:
    event = api.watch.event("CAR-T")
    names = {"EVENT": event, "ITEM": api.app.store.event(event).item_id, "KEY": api.app.store.deliveries()[0].key}
    for name, value in names.items():
        path = path.replace(name, value)
    shape.model_validate_json(api.root.get(path).text, strict=True, extra="forbid")


def test_events_and_items_are_the_rows_of_the_commands(api: Programs) -> None:
    store = api.app.store
    assert api.json("/api/events", relevant="any")["events"] == [*event_rows(store, EventQuery())]
    assert api.json("/api/items", relevant="any")["items"] == [*item_rows(store, EventQuery())]
    event = api.watch.event("CAR-T")
    assert api.json(f"/api/events/{event}/explain") == json.loads(json.dumps(explanation_record(*explained(api.app, event))))


def test_the_command_prints_the_events_of_the_api(api: Programs) -> None:
    environ = {"CGTWATCH_DATA_DIR": str(api.app.settings.data_dir), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        [sys.executable, "-m", "cgtwatch", "events", "--json"],
        env=environ, cwd=api.app.settings.data_dir.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    printed: list[Any] = [json.loads(line) for line in ran.stdout.splitlines()]
    assert printed
    assert api.json("/api/events", relevant="any")["events"] == printed
