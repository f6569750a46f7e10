"""Every page that the hostile peer serves is parsed or refused within the limits, and the service lives on."""

import time
from urllib.request import urlopen

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.source import ApiRule, DetailMode, DetailRule, ListRule
from cgtwatch.parse.service import ParseService
from hostile_peer import hostile_peer
from parse.parse_kit import fetched, source
from shared import needs_shared

pytestmark = [pytest.mark.chaos, pytest.mark.recorded, needs_shared]  # `make test` visits each of them by the whole pipeline
GROUPS = ("text", "xml", "feed", "markup", "json", "html", "pdf")
LIST = source("list", list=ListRule("li", date="span"), detail=DetailRule(DetailMode.AUTO))


@pytest.fixture(scope="module")
def answers():
    """Fault → what the service made of it: the parsed value or the error, and the seconds it took."""
    with hostile_peer() as peer, ParseService() as service:
        return {row["name"]: answer(peer, service, row) for row in peer.control("list") if row["group"] in GROUPS}


def answer(peer, service, row):
    with urlopen(peer.url(row["name"]), timeout=10) as got:
        visit = fetched(got.read(20_000_000), content_type=got.headers.get("content-type", ""), url=peer.url(row["name"]))
    started = time.monotonic()
    try:
        if row["group"] == "pdf":
            result = service.article(LIST, visit)
        else:
            result = service.parse(
                LIST if row["group"] == "html" or row["name"].startswith("enc-html") else source("feed"), visit
            )
    except ParseError as error:
        result = error
    return result, time.monotonic() - started


@pytest.mark.fault("S2", "F20")
def test_each_ends_in_bounded_time(answers):
    assert {name: seconds for name, (_, seconds) in answers.items() if seconds > 15} == {}


@pytest.mark.fault("S8", "S10")
def test_no_title_holds_markup_line_ends_or_controls(answers):
    for name, (result, _) in answers.items():
        if isinstance(result, Parsed) and name != "title-escaped":
            assert not [
                d.title for d in result.drafts if "<script" in d.title or len(d.title.splitlines()) > 1 or "\u202e" in d.title
            ], name


@pytest.mark.fault("S9")
def test_no_link_leads_anywhere_but_to_the_web(answers):
    for name, (result, _) in answers.items():
        if isinstance(result, Parsed):
            assert all(d.url == "" or d.url.startswith(("http://", "https://")) for d in result.drafts), name


@pytest.mark.fault("E1", "E2", "E3", "E4", "E5", "E7", "E8", "E9", "E10")
def test_every_encoding_fault_gives_the_chinese_title(answers):
    # Three are damaged by the peer itself in the first two letters; UTF-7 is text, not markup; three are in other languages.
    for name, (result, _) in answers.items():
        if name.startswith("enc-") and name not in ("enc-utf7", "enc-big5", "enc-shift-jis"):
            assert "药" in result.drafts[0].title, name


@pytest.mark.parametrize(
    "name",
    [
        "xml-html-instead",
        "xml-json-instead",
        "xml-pdf-instead",
        "xml-binary",
        "json-deep",
        "json-trunc",
        "pdf-trunc",
        "pdf-loop",
        "pdf-html",
    ],
)
@pytest.mark.fault("F14", "S3", "S16")
def test_what_is_something_else_or_broken_is_refused(answers, name):
    assert isinstance(answers[name][0], ParseError)


@pytest.mark.fault("S1")
def test_no_file_of_ours_is_in_any_answer(answers):
    assert not [name for name, (result, _) in answers.items() if "root:" in str(result)]


@pytest.fixture(scope="module")
def read_by_rule():
    """Fault → what kinds api (JSON, and XML as XML) and sitemap made of it, in this order."""
    kinds = {
        "json": source("api", api=ApiRule(format="jsonp", items="data || items || @", title="title || id")),
        "xml": source("api", api=ApiRule(format="xml", items="*[]", title="@")),
        "sitemap": source("sitemap"),
    }
    with hostile_peer() as peer, ParseService() as service:
        rows = [row for row in peer.control("list") if row["group"] in ("json", "xml")]
        return {
            (row["name"], kind): answered(peer, service, row, kinds[kind]) for row in rows for kind in (row["group"], "sitemap")
        }


def answered(peer, service, row, asked):
    with urlopen(peer.url(row["name"]), timeout=10) as got:
        visit = fetched(got.read(20_000_000), content_type=got.headers.get("content-type", ""), url=peer.url(row["name"]))
    started = time.monotonic()
    try:
        return service.parse(asked, visit), time.monotonic() - started
    except ParseError as error:
        return error, time.monotonic() - started


def test_answers_and_maps_are_read_or_refused_at_once(read_by_rule):
    assert {name: seconds for name, (_, seconds) in read_by_rule.items() if seconds > 5} == {}


def test_no_broken_answer_breaks_the_parser(read_by_rule):
    assert [name for name, (result, _) in read_by_rule.items() if "the parser broke" in str(result)] == []


@pytest.mark.fault("S3", "F19")
def test_broken_answers_are_refused_and_odd_ones_read(read_by_rule):
    refused = {name for (name, kind), (result, _) in read_by_rule.items() if kind == "json" and isinstance(result, ParseError)}
    assert {"json-deep", "json-trunc", "json-trailing"} <= refused
    assert not {"json-ok", "json-bom", "json-jsonp", "json-nan", "json-huge-int", "json-dup-keys"} & refused


def test_no_file_of_ours_is_in_an_answer_read_by_rule(read_by_rule):
    assert not [name for name, (result, _) in read_by_rule.items() if "root:" in str(result)]
