"""A reader asks for kinds, stages, levels and issuers on the page, and finds them there again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from cgtwatch.deliver.tokens import manage_url
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Filter
from cgtwatch.model.taxonomy import DocType, Level, Stage
from cgtwatch.web.public.authorities import authorities_of
from cgtwatch.web.public.issuers import LONGEST_ISSUERS, read_issuers, show_issuers
from cgtwatch.web.words import page_words
from web.readers import FORM, Readers, link_in, readers

NARROW = {"level": ["national", "news"], "doc_type": ["guideline", "safety"], "stage": ["draft"]}
NAMES = {
    "moh": Names("卫生部", "Ministry of Health, Labour and Welfare"),
    "moh_sg": Names("卫生部", "Ministry of Health"),
    "fda": Names("美国食药局", "Food Administration"),
    "other:a, b": Names("甲", "甲"),
}


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    with readers(tmp_path_factory.mktemp("narrow")) as made:
        yield made


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Readers]:
    with readers(tmp_path) as made:
        yield made


def managed(made: Readers) -> str:
    [one] = made.subscriptions()
    return manage_url("", made.bench.app.secret_key, one, made.bench.now)


def held(page: str) -> dict[str, list[str]]:
    """What a browser would post of the form that changes a subscription: the same fields, as they stand."""
    [form] = [form for form in html.fromstring(page).forms if "every" in form.fields]
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def test_what_is_asked_for_is_stored_shown_and_kept_when_sent_as_it_stands(mine: Readers) -> None:
    issuers = "European Medicines Agency，国家药品监督管理局、FDA, Ministry of Health, Labour and Welfare"
    assert mine.sign_up(**NARROW, issuer=issuers).status_code == 200
    mine.page.post(link_in(mine.letters()[0], "confirm"))
    [one] = mine.subscriptions()
    assert one.filter == Filter(
        topics=one.filter.topics, jurisdictions=("US",), importance=one.filter.importance,
        levels=(Level.NATIONAL, Level.NEWS), doc_types=(DocType.GUIDELINE, DocType.SAFETY), stages=(Stage.DRAFT,),
        issuers=("ema", "nmpa", "fda", "mhlw"),
    )  # fmt: skip
    for language in ("zh", "en"):
        fields = held(mine.page.get(f"{managed(mine)}?lang={language}").text)
        assert {name: fields[name] for name in NARROW} == NARROW
        assert mine.page.post(managed(mine), data={**fields, "do": "change"}).status_code == 200
        assert mine.subscriptions() == [one]


def test_what_is_unchecked_is_asked_for_no_more(mine: Readers) -> None:
    mine.new_reader(level=["national"], doc_type=["law"], stage=["issued"], issuer=["fda"])
    assert mine.page.post(managed(mine), data={**FORM, "do": "change"}).status_code == 200
    asked = mine.subscriptions()[0].filter
    assert (asked.levels, asked.doc_types, asked.stages, asked.issuers) == ((), (), (), ())


def test_an_issuer_of_no_register_and_a_kind_without_a_name_stay_until_taken_away(mine: Readers) -> None:
    before = mine.new_reader(issuer=["other:pudong_office"], doc_type=["none"])
    fields = held(mine.page.get(managed(mine)).text)
    assert mine.page.post(managed(mine), data={**fields, "do": "change"}).status_code == 200
    assert mine.subscriptions() == [before]
    assert mine.sign_up(address="new@example.org", issuer="other:pudong_office").status_code == 422


@pytest.mark.parametrize(
    ("language", "wrong", "told"),
    [
        ("en", "European Medicine Agency", "did you mean “European Medicines Agency”?"),
        ("zh", "国家药品监督管理居", "是否指“国家药品监督管理局”？"),
        ("en", "qqqq<script>", "no authority called “qqqq&lt;script&gt;” is known here</p>"),
        ("en", "x" * (LONGEST_ISSUERS + 1), "at most 2000 characters"),
    ],
)
def test_a_wrong_issuer_is_told_beside_its_field_with_what_may_be_meant(
    open_page: Readers, language: str, wrong: str, told: str
) -> None:
    answer = open_page.page.post(f"/subscribe?lang={language}", data={**FORM, **NARROW, "issuer": f"fda, {wrong}"})
    assert answer.status_code == 422
    assert told in answer.text.partition('id="issuer-error"')[2].partition("</div>")[0]
    assert 'aria-describedby="issuer-error issuer-hint" aria-invalid="true"' in answer.text
    assert '<li><a href="#issuer">' in answer.text
    assert held(answer.text)["doc_type"] == NARROW["doc_type"]
    assert open_page.subscriptions() == []


@pytest.mark.parametrize("field", NARROW)
def test_a_word_of_no_vocabulary_is_pointed_at(open_page: Readers, field: str) -> None:
    answer = open_page.sign_up(**{field: ["nonsense"]})
    assert answer.status_code == 422
    assert f'<fieldset id="{field}" aria-describedby="{field}-error {field}-hint" aria-invalid="true">' in answer.text
    assert '<details class="fold" open>' in answer.text


@pytest.mark.parametrize(
    ("text", "ids", "unknown"),
    [
        ("", (), ()), (" , ，", (), ()), ("FDA；ｆｄａ", ("fda",), ()), ("卫生部", ("moh", "moh_sg"), ()),
        ("ministry of  health, labour and welfare", ("moh",), ()), ("Ministry of Health, Labour", ("moh_sg",), ("Labour",)),
        ("other:a, b", ("other:a, b",), ()), ("b", (), ("b",)),
    ],
)  # fmt: skip
def test_a_list_of_issuers_is_read_by_id_and_by_name(text: str, ids: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    found = read_issuers(text, NAMES)
    assert (found.ids, found.unknown) == (ids, unknown)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_that_is_shown_reads_as_the_same_issuers(language: str) -> None:
    said = page_words(language)
    for ids in ((), ("moh",), ("moh_sg", "moh"), ("moh_sg", "fda"), tuple(NAMES)):
        assert read_issuers(show_issuers(ids, NAMES, said), NAMES).ids == ids


def test_a_slip_of_the_pen_is_known_among_all_authorities_and_they_are_looked_through_once(open_page: Readers) -> None:
    names = open_page.bench.app.issuer_names()
    known = authorities_of(names)
    assert known is authorities_of(names)
    assert authorities_of(dict(names)) is not known
    slips = {"Europaen Medicine Agncy": "European Medicines Agency", "fdda": "fda", "xyzw abcd": None, "": None}
    assert {slip: known.nearest(slip) for slip in slips} == slips


def test_a_form_suggests_the_authorities_that_are_watched_and_not_all_thousands(open_page: Readers) -> None:
    page = html.fromstring(open_page.page.get("/subscribe?lang=en").text)
    assert [one.get("value") for one in page.xpath("//datalist[@id='issuer-names']/option")] == [
        "U.S. Food and Drug Administration"
    ]
