"""Every shipped source reads what its site answers: titles, addresses and days of rows that were written down by hand."""

from dataclasses import replace

import pytest

from cgtwatch.model.source import Kind
from cgtwatch.parse import PARSERS, Page
from cgtwatch.parse.values import pick
from cgtwatch.registry import load as part
from shipped import world
from shipped.loaded import BY_ID, FILE
from shipped.shapes import SHAPES, read
from shipped.site import NOW, page


def test_every_source_with_rows_has_a_shape_and_no_shape_is_without_a_source():
    with_rows = {source.id for source in FILE.sources if source.kind is not Kind.PAGE}
    assert sorted(with_rows - SHAPES.keys()) == []
    assert sorted(SHAPES.keys() - with_rows) == []


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_source_reads_title_address_and_day_of_every_row_and_nothing_else(name):
    shape = SHAPES[name]
    parsed = read(BY_ID[name], shape)
    assert [(draft.title, draft.url, draft.published_on) for draft in parsed.drafts] == list(shape.expected)


@pytest.mark.parametrize("name", sorted(name for name, source in BY_ID.items() if source.kind is Kind.PAGE))
def test_a_watched_page_gives_one_document(name):
    source = BY_ID[name]
    body, inside, outside = world.PAGES.get(name, (page("<p>S12 biodistribution <a href='/s12'>S12</a></p>"), "S12", "\0"))
    parsed = part(PARSERS, "page", what="kind")(source, Page(body, source.url, "text/html", None, NOW))
    [draft] = parsed.drafts
    said = draft.text + " ".join(draft.links)
    assert inside in said or inside.lower() in said
    assert outside not in said


@pytest.mark.parametrize("name", sorted(name for name, shape in SHAPES.items() if shape.preloaded))
def test_what_the_request_needs_is_found_on_the_page_before(name):
    source, shape = BY_ID[name], SHAPES[name]
    picked = pick(source, Page(shape.preloaded or b"", source.preload.url, "text/html", None, NOW))
    assert picked.keys() == {taken.name for taken in source.preload.set}
    assert all(picked.values())
    for value_name, value in (shape.picked or {}).items():
        assert picked[value_name] == value


def test_a_row_less_or_more_would_be_noticed():
    source, shape = BY_ID["cn-tj-yj-notices"], SHAPES["cn-tj-yj-notices"]
    assert len(read(source, shape).drafts) == 3
    everything = replace(source, list=replace(source.list, item="li"))
    assert len(read(everything, shape).drafts) > 3
    nothing = replace(source, list=replace(source.list, item="ul.newslist > li"))
    assert read(nothing, shape).drafts == ()


def test_a_guidance_that_turns_final_reads_differently():
    source, shape = BY_ID["us-fda-guidance"], SHAPES["us-fda-guidance"]
    final = replace(shape, body=shape.body.replace(b'"Draft"', b'"Final"', 1))
    before, after = read(source, shape).drafts[0], read(source, final).drafts[0]
    assert (before.guid, before.url) == (after.guid, after.url)
    assert "status: Draft" in before.text
    assert "status: Final" in after.text


def test_a_search_keeps_the_issuer_and_number_of_an_act():
    [first, *_] = read(BY_ID["cn-govcn-library-ministries"], SHAPES["cn-govcn-library-ministries"]).drafts
    assert "发文机关: 国家药监局" in first.text
    assert "文号: 国药监药注〔2026〕3号" in first.text


def test_the_federal_register_names_its_next_page_and_its_document():
    parsed = read(BY_ID["us-fr-cgt"], SHAPES["us-fr-cgt"])
    assert parsed.next_url == "https://www.federalregister.gov/api/v1/documents.json?page=2&per_page=20"
    assert parsed.drafts[0].attachments[0].url.endswith(".pdf")


def test_the_key_that_a_korean_answer_echoes_is_not_kept():
    parsed = read(BY_ID["kr-law-pending"], SHAPES["kr-law-pending"])
    assert "secret" not in repr(parsed)
