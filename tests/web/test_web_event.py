"""An event's own page."""

import pytest
from place import Site, serving

from cgtwatch.deliver.tokens import view_key
from cgtwatch.store.records import EventQuery
from cgtwatch.web.pages import event_audience
from web.watched import DRAFT, FEED, HOME, LIST, TestClient, Watched, watched


@pytest.fixture(scope="module")
def draft(news: Watched) -> str:
    return f"/events/{news.event('CAR-T')}"


def test_an_event_shows_its_fields_with_the_words_they_rest_on(news: Watched, draft: str) -> None:
    page = news.get(f"{draft}?lang=en")
    assert "<b>draft for comment</b>" in page
    assert "<b>1 Jul 2026</b>" in page
    assert "“Comments until 1 July 2026”" in page
    assert "known of the source" in page


def test_an_event_marks_evidence_in_its_text(news: Watched, draft: str) -> None:
    page = news.get(f"{draft}?lang=en")
    assert '<mark class="one" title="Comments until">Comments until 1 July 2026</mark>' in page


def test_an_event_marks_the_words_of_one_field_alone_when_asked(news: Watched, draft: str) -> None:
    page = news.get(f"{draft}?lang=en&field=comment_deadline")
    assert page.count("<mark") == 1
    assert news.get(f"{draft}?lang=en&field=nonsense").count("<mark") > 1


def test_an_event_shows_what_changed_between_revisions(news: Watched, draft: str) -> None:
    page = news.get(f"{draft}?lang=en")
    assert "Revision 1 " in page
    assert "Revision 2 " in page
    assert "<del>June</del>" in page
    assert "<ins>July</ins>" in page


def test_an_event_of_one_revision_says_that_nothing_changed(news: Watched) -> None:
    assert "One revision, seen" in news.get(f"/events/{news.event('gene therapy')}?lang=en")


def test_an_event_tells_its_chain_from_the_source_to_the_readers(news: Watched, draft: str) -> None:
    page = news.get(f"{draft}?lang=en")
    chain = page[page.index('id="chain"') :]
    assert chain.count("<b>Visit</b>") == 2
    assert "no. 1 as new" in chain
    assert "as revised" in chain
    assert "<b>Reader</b> mei" in chain
    assert "/digests/msg_" in chain


def test_an_operator_asks_why_a_reader_did_not_get_an_event(news: Watched, draft: str) -> None:
    assert "not wanted: jurisdiction US not asked for" in news.get(f"{draft}?lang=en&reader=picky")
    assert "there is no subscription of that name" in news.get(f"{draft}?lang=en&reader=nobody")
    assert "<b>mei</b>" not in news.get(f"{draft}?lang=en&reader=mei")


def test_of_many_readers_the_latest_are_named_and_the_rest_counted(news: Watched, draft: str, monkeypatch) -> None:
    assert "and 1 more" not in news.get(f"{draft}?lang=en")
    monkeypatch.setattr(event_audience, "MOST", 1)
    page = news.get(f"{draft}?lang=en")
    assert "and 1 more" in page
    assert "sent 2" in page


def test_who_comes_by_a_mails_link_reads_of_no_other_reader_and_presses_nothing(news: Watched, draft: str) -> None:
    key = view_key(news.bench.app.secret_key, draft)
    stranger = TestClient(news.page.app, base_url=HOME, headers={"X-Forwarded-For": "203.0.113.7"})
    answer = stranger.get(f"{draft}?lang=en&key={key}")
    page = answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]  # revisions are chosen by a form
    assert "no. 1 as new" in page
    assert "mei" not in page
    assert "/digests/" not in page
    assert 'method="post"' not in page


def test_an_event_that_was_never_announced_says_why(tmp_path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as watch:
        watch.publish("draft", DRAFT, "The agency invites comments on a draft guideline on CAR-T cell therapy.")
        watch.bench.poll()
        assert "Never announced" in watch.get(f"/events/{watch.event('CAR-T')}?lang=en")


def test_an_event_whose_document_left_its_source_says_so(tmp_path) -> None:
    titles = [DRAFT, "Board meeting minutes", "Annual report", "Opening hours", "Vacancies"]
    with serving(Site()) as site, watched(tmp_path, site, LIST) as watch:
        site.page("/list", "".join(f"<li><a href='/{title[:5]}'>{title}</a></li>" for title in titles))
        watch.bench.poll()
        event = watch.event("CAR-T")
        assert "disappeared from its source" not in watch.get(f"/events/{event}?lang=en")
        site.page("/list", "".join(f"<li><a href='/{title[:5]}'>{title}</a></li>" for title in titles[1:]))
        for _ in range(4):
            watch.bench.pass_time(days=2)
            watch.bench.poll()
        assert "disappeared from its source" in watch.get(f"/events/{event}?lang=en")


def test_two_reports_of_one_act_name_each_other(tmp_path) -> None:
    text = "The agency issues Order 2026 No. 12 on CAR-T cell therapy products. It takes effect on 1 June 2026."
    second = FEED.replace("id: agency", "id: other").replace("feed.xml", "other.xml")
    with serving(Site()) as site, watched(tmp_path, site, FEED, second) as watch:
        for name in ("feed", "other"):
            watch.publish("old", "Board meeting minutes", "The minutes.")
            site.pages[f"/{name}.xml"] = site.pages["/feed.xml"]
        watch.bench.poll()
        watch.bench.pass_time(hours=7)
        watch.publish("act", "Final guideline on CAR-T cell therapy products issued", text)
        site.pages["/other.xml"] = site.pages["/feed.xml"]
        watch.bench.poll()
        first, other = watch.bench.app.store.events(EventQuery())
        page = watch.get(f"/events/{first.id}?lang=en")
    assert "Other reports of this act" in page
    assert f'href="/events/{other.id}"' in page


def test_an_event_that_is_not_stored_is_a_page_that_says_so(news: Watched) -> None:
    answer = news.page.get("/events/e0000000000000000?lang=en")
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text
