"""Recorded lists and API answers of authorities against their known items."""

import gzip
import json
import re
from functools import cache
from pathlib import Path

import pytest

from cgtwatch.model.source import ApiRule, ListRule, Paging
from cgtwatch.parse.api import parse as parse_api
from cgtwatch.parse.feed import parse as parse_feed
from cgtwatch.parse.listing import parse as parse_list
from parse.parse_kit import page, source
from shared import SHARED, needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
RECORDED = (SHARED or Path()) / "recorded"


@cache
def rows():
    return {Path(row["file"]).name: row for row in map(json.loads, (RECORDED / "index.jsonl").read_text().splitlines())}


def body_of(row):
    raw = (RECORDED / row["file"]).read_bytes()
    return gzip.decompress(raw) if row["file"].endswith(".gz") else raw


def answered(name, *, paging=None, url="https://www.example.org/api/x", **rule):
    asked = source("api", api=ApiRule(**rule), paging=paging, timezone="America/New_York", language="en")
    return parse_api(asked, page(body_of(rows()[name]), url=url)), rows()[name]["gold"]


def test_the_federal_register_gives_its_documents_and_the_next_page():
    parsed, gold = answered(
        "federal_register.json",
        items="results[]",
        key="document_number",
        title="title",
        link="html_url",
        date="publication_date",
        text="abstract",
        attachments="pdf_url",
        paging=Paging("next", next="next_page_url", total="count"),
    )
    assert (len(parsed.drafts), parsed.total) == (gold["results"], gold["count"])
    assert (parsed.drafts[0].title, str(parsed.drafts[0].published_on)) == (gold["first_title"], gold["first_date"])
    assert "page=2" in parsed.next_url
    assert all(draft.guid and draft.url and draft.attachments and draft.published_on for draft in parsed.drafts)


def test_congress_gives_its_bills():
    parsed, gold = answered(
        "congress_bills.json", items="bills", title="title", link="url", date="updateDate", text="latestAction.text"
    )
    assert (len(parsed.drafts), parsed.drafts[0].title) == (gold["results"], gold["first_title"])
    assert all(draft.published_on for draft in parsed.drafts)


@pytest.mark.parametrize(
    "name",
    [
        "regulations_dot_gov_v4_basic_document_no_result_search_0.json",
        "regulations_dot_gov_v4_dockets_0.json",
        "regulations_dot_gov_v4_dockets_1.json",
        "regulations_dot_gov_v4_supporting_documents_0.json",
        "regulations_dot_gov_v4_supporting_documents_1.json",
    ],
)
def test_regulations_gov_gives_its_documents_also_where_it_has_none_or_one(name):
    parsed, gold = answered(
        name,
        items="data[]",
        key="id",
        title="attributes.title",
        link="https://www.regulations.gov/document/{id}",
        date="attributes.postedDate || attributes.modifyDate",
        paging=Paging("query", total="meta.totalElements"),
    )
    assert (len(parsed.drafts), parsed.total) == (gold["data_items"], gold["total"])
    assert all(draft.title and draft.published_on and draft.url for draft in parsed.drafts)


@pytest.mark.parametrize("name", [name for name, row in (rows() if SHARED else {}).items() if row["group"] == "uk-govuk-json"])
def test_an_answer_of_govuk_gives_its_page(name):
    parsed, gold = answered(
        name,
        items="@",
        key="content_id",
        link="https://www.gov.uk{base_path}",
        date="public_updated_at",
        text="details.body || description",
        fields=(("type", "document_type"),),
    )
    [draft] = parsed.drafts
    assert (draft.title, draft.url) == (" ".join(gold["title"].split()), "https://www.gov.uk" + gold["base_path"])
    assert str(draft.published_on or gold["public_updated_at"][:10]) <= gold["public_updated_at"][:10]
    assert f"type: {gold['document_type']}" in draft.text


def test_a_recall_in_xml_gives_its_fields():
    parsed, gold = answered(
        "fda_res_upc-more-than-one-labeler.xml", format="xml", items="@", title='"product-description" || keys(@)[0]'
    )
    assert gold["children"] == 17
    assert len(parsed.drafts) == 1


@pytest.mark.parametrize("name", ["org_feed.xml", "fda_press_release_rss_slice.xml"])
def test_a_feed_of_an_american_body_has_its_entries(name):
    parsed = parse_feed(source("feed", timezone="America/New_York"), page(body_of(rows()[name])))
    assert len(parsed.drafts) == rows()[name]["gold"]["items"]
    assert all(draft.published for draft in parsed.drafts)


# File → its address, its rule. Titles and days are those of the known items.
PAGES = {
    "acca_p_example.html": ("https://www.jagcnet.army.mil/85/x", {"item": "tr[data-id]", "date": "td:nth-child(3)"}),
    "acca_summary_example.html": ("https://www.jagcnet.army.mil/85/x", {"item": "tr[data-id]", "date": "td:nth-child(3)"}),
    "afcca_example.html": (
        "http://afcca.law.af.mil/content/x",
        {"item": "tr:has(> td > a[href*='/cp/'])", "date": "td[nowrap]", "date_format": "%d %b %y"},
    ),
    "asbca_example.html": ("https://www.asbca.mil/x", {"item": "tr:has(a[href*='.pdf'], a[href*='LinkClick'])", "date": "td"}),
    "bap10_example.html": (
        "https://www.bap10.uscourts.gov/x",
        {
            "item": "tr:has(.views-field-field-opinion-case-title a, a[href$='.pdf'])",
            "title": "td:nth-child(2)",
            "date": "span[property]",
        },
    ),
    "bap1_example.html": (
        "https://www.bap1.uscourts.gov/x",
        {"item": "tr:has(td.opn-opnfilelink)", "title": "td:nth-child(4)", "date": "td:nth-child(3)"},
    ),
    "bap8_example.html": (
        "https://ecf.ca8.uscourts.gov/x",
        {"script": r'href="(?P<link>[^"]+/\d\d60\d\d\w\.pdf)">\w+\.pdf</a>\s+(?P<date>[\d/]{10})\s+(?P<title>[^\r\n]+)'},
    ),
    "cadc_u_example.html": (
        "https://media.cadc.uscourts.gov/x",
        {"item": "div.mt-0", "title": ".col-sm-9 .col", "date": "span.small"},
    ),
    "cit_example.html": (
        "http://www.cit.uscourts.gov/SlipOpinions/x",
        {"item": "tr:has(a[href*='Slip_op'])", "title": "td:nth-child(2)", "date": "td:nth-child(3)"},
    ),
    "cit_example_2.html": (
        "http://www.cit.uscourts.gov/x",
        {"item": "tr:has(a[href*='/files/'])", "title": "td:nth-child(2)", "date": "td:nth-child(3)"},
    ),
    "connappct_example.html": (
        "https://www.jud.ct.gov/external/supapp/x",
        {"item": "li:has(a[href$='.pdf'])", "title": "self", "date": r"above b, strong, font ~ Journal\s+of\s+(.*?\d{4})"},
    ),
    "kanctapp_u_example.html": (
        "https://searchdro.kscourts.gov/x",
        {"item": "tr:has(td.case-title)", "title": "td.case-title", "date": "td"},
    ),
    "md_example.html": (
        "https://www.mdcourts.gov/x",
        {
            "item": "tr:has(a[href$='.pdf'])",
            "title": "td:nth-last-child(2)",
            "link": "a[href$='.pdf']@href",
            "date": r"self ~ (\d{4}-\d\d-\d\d)",
        },
    ),
    "nmariana_example.html": (
        "https://www.cnmilaw.org/x",
        {"item": "tr:has(a[href$='.pdf'])", "title": "td", "date": "td:nth-child(3)"},
    ),
    "sc_u_example.html": (
        "https://www.sccourts.org/x",
        {"item": "div.case-result", "title": "span.case-name", "link": "a.download-link@href", "date": "above h3"},
    ),
    "scotus_relating_example.html": (
        "https://www.supremecourt.gov/x",
        {"item": "tr:has(a[href*='/opinions/15pdf/'])", "date": "td", "date_format": "%m/%d/%y"},
    ),
    "utah_example.html": (
        "https://legacy.utcourts.gov/opinions/supopin/x",
        {"item": "p:has(a[href$='.pdf'])", "date": r"self ~ Filed (.*?\d{4})"},
    ),
    "utahctapp_example.html": (
        "https://legacy.utcourts.gov/opinions/appopin/x",
        {"item": "p:has(a[href$='.pdf'])", "date": r"self ~ Filed (.*?\d{4})"},
    ),
    "vtsuperct_probate_example.html": (
        "https://www.vermontjudiciary.org/x",
        {"item": "article.views-row", "date": "time@datetime"},
    ),
    "wis_example.html": (
        "https://www.wicourts.gov/x",
        {"item": "tr:has(a[href*='DisplayDocument'])", "title": "td:nth-child(3)", "date": "td"},
    ),
}
KNOWN_GAPS = {"scotus_relating_example.html": ["Correll v. Florida"]}  # a revision in a further column of the same row


@pytest.mark.parametrize("name", PAGES)
def test_a_recorded_list_of_a_court_or_agency_has_its_known_items(name):
    address, rule = PAGES[name]
    given = {"item": "", **rule}
    parsed = parse_list(
        source("list", list=ListRule(**given), timezone="America/New_York"), page(body_of(rows()[name]), url=address)
    )
    known = json.loads((RECORDED / rows()[name]["gold_file"]).read_text())
    found = {(letters(draft.title), str(draft.published_on)) for draft in parsed.drafts}
    missed = [
        one["title"] for one in known if not any(letters(one["title"]) in title and day == one["date"] for title, day in found)
    ]
    assert missed == KNOWN_GAPS.get(name, [])
    assert len(parsed.drafts) >= rows()[name]["gold"]["items"] - len(missed)


def letters(text):
    """A title as two readers of it would agree on."""
    return re.sub(r"[^a-z]", "", text.lower().replace("et al", ""))
