"""Values over the pipe."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.model.draft import Article, Attachment, Draft, Parsed
from cgtwatch.model.source import DetailMode, DetailRule, FirstLook, Kind, ListRule, Names, PageRule, Paging, Source, Watch
from cgtwatch.model.taxonomy import Level
from cgtwatch.parse.wire import plain, receive, send, shaped

WORDS = st.text(max_size=20)
DRAFTS = st.builds(
    Draft, title=WORDS, url=WORDS, guid=st.none() | WORDS, text=WORDS, published=st.none() | st.datetimes(timezones=st.just(UTC)),
    published_on=st.none() | st.dates(), attachments=st.lists(st.builds(Attachment, WORDS, WORDS), max_size=2).map(tuple),
    links=st.lists(WORDS, max_size=2).map(tuple),
)  # fmt: skip


@given(
    st.builds(
        Parsed, drafts=st.lists(DRAFTS, max_size=3).map(tuple), next_url=st.none() | WORDS, warnings=st.lists(WORDS).map(tuple)
    )
)
def test_what_was_parsed_comes_back_as_it_was(parsed):
    assert shaped(Parsed, plain(parsed)) == parsed


def test_a_source_with_everything_comes_back_as_it_was():
    source = Source(
        "s", Kind.LIST, "https://e.org", Names("中", "en"), level=Level.NATIONAL, every=timedelta(minutes=90), first_look=FirstLook.ANNOUNCE,
        headers=(("a", "b"),), verify="/ca.pem", alternates=("x",), list=ListRule("li", next="a@href"), paging=Paging("path", "i_{n}"),
        detail=DetailRule(DetailMode.RULE, body="p"), page=PageRule("div", ("x",), Watch.BOTH),
    )  # fmt: skip
    assert shaped(Source, plain(source)) == source


def test_an_article_comes_back_as_it_was():
    article = Article("t", "x", datetime(2026, 7, 8, tzinfo=UTC), date(2026, 7, 8), (Attachment("u", "n"),), "zh", ("w",))
    assert shaped(Article, plain(article)) == article


def test_a_message_is_read_as_it_was_sent_and_a_cut_one_is_not():
    pipe = io.BytesIO()
    send(pipe, {"job": "细胞"}, b"\x00\xff")
    assert receive(io.BytesIO(pipe.getvalue())) == ({"job": "细胞"}, b"\x00\xff")
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:-1]))
