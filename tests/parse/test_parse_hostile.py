"""Every page that the hostile peer serves is parsed or refused within the limits, and the service lives on."""

import time
from urllib.request import urlopen

import pytest

from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.source import DetailMode, DetailRule, ListRule
from cgtwatch.parse.service import ParseService
from hostile_peer import hostile_peer
from parse.parse_kit import fetched, source
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]
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


def test_each_ends_in_bounded_time(answers):
    assert {name: seconds for name, (_, seconds) in answers.items() if seconds > 15} == {}


def test_no_title_holds_markup_line_ends_or_controls(answers):
    for name, (result, _) in answers.items():
        if isinstance(result, Parsed) and name != "title-escaped":
            assert not [
                d.title for d in result.drafts if "<script" in d.title or len(d.title.splitlines()) > 1 or "\u202e" in d.title
            ], name


def test_no_link_leads_anywhere_but_to_the_web(answers):
    for name, (result, _) in answers.items():
        if isinstance(result, Parsed):
            assert all(d.url == "" or d.url.startswith(("http://", "https://")) for d in result.drafts), name


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
def test_what_is_something_else_or_broken_is_refused(answers, name):
    assert isinstance(answers[name][0], ParseError)


def test_no_file_of_ours_is_in_any_answer(answers):
    assert not [name for name, (result, _) in answers.items() if "root:" in str(result)]
