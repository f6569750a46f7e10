"""Shipped rules on real bytes, where a recording of the source's own kind of answer exists."""

import json

import pytest

from cgtwatch.parse import PARSERS, Page
from cgtwatch.registry import load as part
from shared import SHARED, needs_shared
from shipped.loaded import BY_ID
from shipped.site import NOW

pytestmark = [pytest.mark.recorded, needs_shared]


def read(name: str, file: str, media: str, url: str):
    source = BY_ID[name]
    body = (SHARED / "recorded" / "files" / file).read_bytes()
    return part(PARSERS, source.kind.value, what="kind")(source, Page(body, url, media, None, NOW)).drafts, body


def test_the_drug_announcements_of_the_agency_are_all_read():
    url = BY_ID["cn-nmpa-announcements-drugs"].alternates[0]
    drafts, _ = read("cn-nmpa-announcements-drugs", "cn-regulator/nmpa_list_page_20251014T112101_200.html", "text/html", url)
    gold = json.loads(next((SHARED / "recorded" / "gold" / "cn-regulator").glob("*.json")).read_text("utf-8"))
    assert [(d.title, d.url, str(d.published_on)) for d in drafts] == [(i["title"], i["url"], i["date"]) for i in gold["items"]]


def test_federal_register_documents_are_all_read():
    drafts, body = read("us-fr-cgt", "us-regulator/federal_register.json", "application/json", BY_ID["us-fr-cgt"].url)
    real = json.loads(body)["results"]
    assert [(d.guid, d.url, str(d.published_on)) for d in drafts] == [
        (one["document_number"], one["html_url"], one["publication_date"]) for one in real
    ]


def test_bills_of_congress_are_all_read():
    drafts, body = read(
        "us-congress-bills", "us-regulator/congress_bills.json", "application/json", BY_ID["us-congress-bills"].url
    )
    real = json.loads(body)["bills"]
    assert [(d.title, d.guid, str(d.published_on)) for d in drafts] == [
        (one["title"], f"{one['congress']}-{one['type']}-{one['number']}", one["updateDate"]) for one in real
    ]


def test_documents_of_a_docket_are_all_read():
    file = "us-regulator/regulations_dot_gov_v4_dockets_1.json"
    drafts, body = read("us-regulations-gov", file, "application/json", BY_ID["us-regulations-gov"].url)
    real = json.loads(body)["data"]
    assert [(d.guid, d.title) for d in drafts] == [(one["id"], one["attributes"]["title"]) for one in real]
    assert [str(d.published_on) for d in drafts] == [one["attributes"]["postedDate"][:10] for one in real]


def test_press_releases_of_the_fda_are_read_in_their_own_zone():
    drafts, body = read("us-fda-press", "us-regulator/fda_press_release_rss_slice.xml", "text/xml", BY_ID["us-fda-press"].url)
    assert len(drafts) == body.count(b"<item>")
    assert (str(drafts[0].published), str(drafts[0].published_on)) == ("2026-08-13 17:02:58+00:00", "2026-08-13")
