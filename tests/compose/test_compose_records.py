"""The JSON shapes that the command line, the API and webhooks share."""

import json
from datetime import UTC, date, datetime

import pytest

from cgtwatch.compose.records import event_record, item_record
from cgtwatch.model.classification import Classification, Labels, Span
from cgtwatch.model.draft import Attachment
from cgtwatch.model.item import Item, ItemKeys, Revision
from compose.samples import DRAFT, NOW, event, labels

TAXONOMY = {
    "title",
    "modalities",
    "doc_type",
    "stage",
    "jurisdiction",
    "issuers",
    "document_number",
    "published",
    "document_date",
} | {
    "effective_date",
    "comment_deadline",
    "level",
    "importance",
    "evidence",
    "relevant",
}
KEPT = {"id", "source", "url", "first_seen", "last_changed", "revision", "cluster", "thread", "seq"}
LATEST = Revision(
    "i1",
    3,
    "标题",
    "https://x.example/1",
    "text",
    "1:f",
    NOW,
    None,
    date(2026, 7, 21),
    (Attachment("https://x.example/a.pdf", "a"),),
)
ITEM = Item("i1", "cn-cde", ItemKeys(), NOW, NOW, NOW, False, LATEST)


@pytest.mark.parametrize("record", [event_record(DRAFT), item_record(ITEM, None), item_record(ITEM, Classification(labels()))])
def test_a_record_has_every_promised_field_and_is_json(record):
    assert record.keys() >= TAXONOMY | KEPT
    assert json.loads(json.dumps(record, ensure_ascii=False)) == record


def test_lists_are_never_null_and_absent_dates_are():
    record = item_record(ITEM, None)
    assert (record["modalities"], record["issuers"], record["evidence"]) == ([], [], {})
    assert (record["comment_deadline"], record["level"], record["date"]) == (None, None, "2026-07-21")


def test_an_event_is_dated_by_its_act_and_else_by_its_appearance():
    assert event_record(DRAFT)["date"] == "2026-07-20"
    assert event_record(event("e", "t"))["date"] == "2026-07-21"


def test_instants_are_utc_to_the_second():
    seen = event("e", "t", first_seen=datetime(2026, 7, 8, 1, 2, 3, 456, tzinfo=UTC))
    assert event_record(seen)["first_seen"] == "2026-07-08T01:02:03Z"


def test_evidence_tells_where_it_stands_and_whether_the_source_said_it():
    spans = {"stage": (Span(3, 5, "征求"),), "issuers": (Span(0, 0, "cde", of="source"),), "level": ()}
    assert event_record(event("e", "t", evidence=spans))["evidence"] == {
        "stage": [{"start": 3, "end": 5, "text": "征求"}],
        "issuers": [{"start": 0, "end": 0, "text": "cde", "of": "source"}],
    }


def test_an_item_that_was_not_classified_claims_nothing():
    assert item_record(ITEM, None)["relevant"] is Labels().relevant is False
