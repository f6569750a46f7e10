"""The pages of sources as a person uses them."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from place import Site, serving

from web.watched import FEED, LIST, Watched, watched

FRONT = (
    "<html lang='en'><title>Notices of the agency</title><ul>"
    + "".join(f"<li><a href='/n/{i}'>Notice {i} on gene therapy products</a> 2026-02-{i:02}</li>" for i in range(1, 13))
    + "</ul></html>"
)


@contextmanager
def watch_of_two(folder: Path) -> Iterator[Watched]:
    with serving(Site()) as site, watched(folder, site, FEED, LIST) as made:
        site.page("/list", FRONT)
        site.page("/front", FRONT)
        made.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
        made.bench.poll("agency")
        yield made


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Watched]:
    """A watch of a feed, and of a list that was never visited, for a test that changes something."""
    with watch_of_two(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The like, for tests that leave the file as it is."""
    with watch_of_two(tmp_path_factory.mktemp("same")) as made:
        yield made


def post(watch: Watched, path: str, page: str = "", follow: bool = True, **fields: str) -> tuple[int, str, str]:
    """Send a form of the page at `page`; the status, the address that answered and its text."""
    csrf = re.search(r'name="csrf" value="([^"]+)"', watch.get(page or path))
    assert csrf
    answer = watch.page.post(path, data={"csrf": csrf[1], **fields}, follow_redirects=follow)
    return answer.status_code, str(answer.url), answer.text


def text(watch: Watched) -> str:
    return watch.bench.app.settings.sources.read_text("utf-8")


# --- the list


def test_the_list_shows_every_source_with_its_health_and_rhythm(mixed: Watched) -> None:
    page = mixed.get("/sources?lang=en")
    assert page.index("Sick page") < page.index("Agency &lt;b&gt;bold")
    assert page.count('<svg class="rhythm"') == 2
    assert "Last 30 days: 2 visits, 1 failed, 1 new or changed" in page


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("state=trouble", "Sick page", "Agency"), ("state=ok", "Agency", "Sick page"), ("q=sick.xml", "Sick page", "Agency"),
        ("q=fda", "Agency", "Sick page"), ("jurisdiction=US", "Agency", "Sick page"), ("kind=list", "No source matches", "Sick page"),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_down(mixed: Watched, query: str, there: str, gone: str) -> None:
    page = mixed.get(f"/sources?lang=en&{query}")
    assert there in page
    assert gone not in page


@pytest.mark.parametrize("query", ["state=x&sort=y&page=z&kind=w", "page=0", "page=99999", "q=" + "x" * 3000, "jurisdiction=%00"])
def test_any_address_of_the_list_is_answered(mixed: Watched, query: str) -> None:
    assert mixed.page.get(f"/sources?{query}").status_code == 200


@pytest.mark.parametrize("sort", ["name", "place", "last_new", "last_ok", "next", "items"])
def test_the_list_is_sorted(mixed: Watched, sort: str) -> None:
    assert "sick" in mixed.get(f"/sources?sort={sort}")


# --- one source


def test_a_source_says_how_it_is_and_what_to_try(mixed: Watched) -> None:
    page = mixed.get("/sources/sick?lang=en")
    for words in ("broken", "could not be read", "What to try", "expected a feed", "Alarms", "id: sick", "asked every 6 h"):
        assert words in page


def test_a_source_shows_its_visits_page_by_page(news: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.web.pages.sources_one.VISITS", 2)
    first = news.get("/sources/agency?lang=en")
    older = re.search(r'href="(/sources/agency\?before=\d+)#visits"', first)
    assert older
    assert first.count('data-label="Seconds"') == 2
    assert news.get(older[1]).count('data-label="Seconds"') == 1


def test_an_unknown_source_is_not_found(mixed: Watched) -> None:
    assert mixed.page.get("/sources/nobody").status_code == 404


def test_titles_of_strangers_are_text(news: Watched) -> None:
    page = news.get("/sources/agency")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- what an operator does


def test_a_source_is_paused_and_resumed(two: Watched) -> None:
    status, url, page = post(two, "/sources/agency", do="pause")
    assert (status, url.endswith("/sources/agency?done=paused")) == (200, True)
    assert "enabled: false" in text(two)
    assert 'value="resume"' in page
    post(two, "/sources/agency", do="resume")
    assert "enabled: true" in text(two)


def test_a_source_is_removed_after_a_question(two: Watched) -> None:
    before = text(two)
    assert "/sources/notices/remove" in two.get("/sources/notices")
    post(two, "/sources/notices", "/sources/notices/remove", do="remove")
    assert text(two) == before.replace(LIST.replace("SITE", two.site.url), "")
    assert two.page.get("/sources/notices").status_code == 404


def test_a_test_shows_what_a_visit_would_give_and_stores_nothing(same: Watched) -> None:
    _, url, page = post(same, "/sources/notices?lang=en", "/sources/notices", do="test")
    assert "/sources/notices/tried/" in url
    assert "12 items were found" in page
    assert "Notice 3 on gene therapy products" in page
    assert same.bench.app.store.state("notices").last_visit is None


def test_a_visit_now_is_recorded(same: Watched) -> None:
    visits = len(same.bench.app.store.visits("agency"))
    _, _, page = post(same, "/sources/agency?lang=en", "/sources/agency", do="poll")
    assert "Visited: 0 new" in page
    assert len(same.bench.app.store.visits("agency")) == visits + 1


def test_a_slow_test_answers_at_once_and_looks_again_by_itself(same: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cgtwatch.web.trials.PATIENCE", 0.0)
    may_answer = threading.Event()

    def slowly(_headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        may_answer.wait(20)
        return 200, {"Content-Type": "text/html"}, FRONT.encode()

    same.site.pages["/list"] = slowly
    _, url, page = post(same, "/sources/notices?lang=en", "/sources/notices", do="test")
    assert "Under way" in page
    assert same.page.get(url).headers["refresh"] == "2"
    may_answer.set()
    for thread in threading.enumerate():
        if thread.name == "trial":
            thread.join(20)
    assert "refresh" not in same.page.get(url).headers


def test_only_a_form_of_ours_does_anything(same: Watched) -> None:
    for data in ({"do": "remove"}, {"do": "remove", "csrf": "x"}):
        assert same.page.post("/sources/notices", data=data).status_code == 403
    status, _, _ = post(same, "/sources/notices", do="something")
    assert status == 400
    assert "notices" in text(same)


def test_what_cannot_be_written_is_said_on_the_page(two: Watched) -> None:
    two.bench.app.settings.sources.chmod(0o444)
    status, _, page = post(two, "/sources/agency", do="pause")
    assert status == 409
    assert "read-only" in page


def test_a_held_page_is_believed_or_dropped(same: Watched) -> None:
    _, url, _ = post(same, "/sources/agency", do="keep")
    assert url.endswith("done=kept")


# --- new ones


def offered(watch: Watched, address: str) -> tuple[str, str]:
    """The address of the offers, and their page."""
    _, url, page = post(watch, "/sources/new?lang=en", "/sources/new", url=address)
    return url, page


def test_an_address_is_looked_at_and_what_it_offers_is_added(two: Watched) -> None:
    before = text(two)
    url, page = offered(two, f"{two.site.url}/front")
    assert "list page: Notices of the agency" in page
    assert "Notice 10 on gene therapy products" in page
    number = re.search(r'name="n" value="(\d+)"', page)
    assert number
    path = url.removeprefix("http://127.0.0.1:8710")
    fields = {
        "n": number[1],
        "id": "agency-notices",
        "name_zh": "公告: 一",
        "name_en": "Notices #1",
        "jurisdiction": "US",
        "every": "2h",
        "enabled": "1",
    }
    status, url, _ = post(two, path, **fields)
    assert (status, url.endswith("/sources/agency-notices?done=added")) == (200, True)
    made = two.bench.app.source("agency-notices")
    assert (made.name.zh, made.name.en, made.jurisdiction, made.enabled) == ("公告: 一", "Notices #1", "US", True)
    assert text(two).startswith(before)
    assert two.bench.poll("agency-notices")["agency-notices"]["new"] == 12


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("id", "Bad Id", "small letters"),
        ("id", "agency", "another source"),
        ("jurisdiction", "UK", "GB"),
        ("every", "soon", "soon"),
        ("issuer", "fdaa", "fda"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_what_was_typed_stays(same: Watched, field: str, value: str, said: str) -> None:
    before = text(same)
    url, _ = offered(same, f"{same.site.url}/front")
    fields = {"n": "0", "id": "good-id", "name_zh": "名", "name_en": "Name", "every": "2h", field: value}
    status, _, page = post(same, url.removeprefix("http://127.0.0.1:8710"), **fields)
    assert status == 422
    wrong = re.search(rf'name="{field}"[^>]*value="{value}"[^>]*aria-invalid="true"[^>]*>\s*<p class="error"[^>]*>([^<]*)', page)
    assert wrong
    assert said in wrong[1]
    assert text(same) == before


@pytest.mark.parametrize(
    "address", ["", "file:///etc/passwd", "https://", "https://a b.example/", "gopher://x.example/", "https://u:p@x.example/"]
)
def test_what_is_no_address_is_told_at_its_field(same: Watched, address: str) -> None:
    status, _, page = post(same, "/sources/new", url=address)
    assert status == 422
    assert 'aria-invalid="true"' in page


def test_an_address_in_a_private_network_is_refused_as_everywhere(same: Watched) -> None:
    _, page = offered(same, "http://10.0.0.7/list")
    assert "refused" in page


def test_a_forgotten_look_is_not_found(same: Watched) -> None:
    assert same.page.get("/sources/new/nothing").status_code == 404
    assert same.page.get("/sources/import/nothing").status_code == 404
    assert same.page.get("/sources/agency/tried/nothing").status_code == 404
