"""What operators say against a reading, on the event's page."""

import re
from collections.abc import Iterator

import pytest
from place import Site, serving

from web.watched import FEED, Watched, newsworthy, watched

FORM = {"Origin": "http://127.0.0.1:8710", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("marks"), site, FEED) as made:
        newsworthy(made)
        yield made


@pytest.fixture
def watch(told: Watched) -> Iterator[Watched]:
    """A watch in which nothing is said of any event."""
    yield told
    told.bench.app.store.clear_mark(told.event("CAR-T"))


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(watch: Watched, path: str, **fields: str) -> tuple[int, str]:
    fields["csrf"] = csrf(watch.get(path.rpartition("/")[0]))
    answer = watch.page.post(path, data=fields, headers=FORM, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_an_operator_says_that_an_event_is_not_relevant_and_takes_it_back(watch: Watched) -> None:
    event = f"/events/{watch.event('CAR-T')}"
    status, place = post(watch, f"{event}/mark", relevant="no", note="it is about a <b>building</b>")
    assert (status, place) == (303, f"{event}?done=marked#feedback")
    page = watch.get(f"{place}&lang=en".replace("#feedback&lang=en", "&lang=en"))
    assert "Noted." in page
    assert "not counted as cell and gene therapy policy" in page
    assert "it is about a &lt;b&gt;building&lt;/b&gt;" in page
    assert "Relevant after all" in page
    assert post(watch, f"{event}/clear") == (303, f"{event}?done=cleared#feedback")
    assert watch.bench.app.store.event(watch.event("CAR-T")).labels.relevant


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("stage", "issued", "<b>issued</b>"),
        ("comment_deadline", "2026-08-15", "<b>15 Aug 2026</b>"),
        ("issuers", "nmpa, ema", "<b>National Medical Products"),
        ("jurisdiction", "JP", "<b>Japan</b>"),
        ("document_number", "No. <12>", "<b>No. &lt;12&gt;</b>"),
    ],
)
def test_an_operator_corrects_a_field(watch: Watched, field: str, value: str, shown: str) -> None:
    event = f"/events/{watch.event('CAR-T')}"
    form = watch.get(f"{event}?lang=en&wrong={field}")
    assert f'name="name" value="{field}"' in form
    assert post(watch, f"{event}/mark", name=field, value=value)[0] == 303
    page = watch.get(f"{event}?lang=en")
    assert shown in page
    assert "said by operator" in page


def test_an_operator_corrects_the_topics_by_boxes(watch: Watched) -> None:
    event = f"/events/{watch.event('CAR-T')}"
    form = watch.get(f"{event}?lang=en&wrong=modalities")
    assert re.search(r'name="value" value="car_t" checked', form)
    fields = {"csrf": csrf(form), "name": "modalities", "value": ["nk", "til"]}
    assert watch.page.post(f"{event}/mark", data=fields, headers=FORM, follow_redirects=False).status_code == 303
    assert [str(one) for one in watch.bench.app.store.event(watch.event("CAR-T")).labels.modalities] == ["nk", "til"]


def test_a_value_outside_the_vocabulary_is_refused_with_the_mend(watch: Watched) -> None:
    event = f"/events/{watch.event('CAR-T')}"
    status, said = post(watch, f"{event}/mark", name="stage", value="finished")
    assert status == 422
    assert "is not known" in said
    assert post(watch, f"{event}/mark", name="nonsense", value="1")[0] == 422
    assert watch.bench.app.store.mark_of(watch.event("CAR-T")) is None


def test_nothing_is_marked_without_the_pages_own_token(watch: Watched) -> None:
    event = f"/events/{watch.event('CAR-T')}"
    for fields, headers in (({"relevant": "no"}, FORM), ({"relevant": "no", "csrf": "guessed"}, FORM)):
        assert watch.page.post(f"{event}/mark", data=fields, headers=headers).status_code == 403
    stranger = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    fields = {"relevant": "no", "csrf": csrf(watch.get(event))}
    assert watch.page.post(f"{event}/mark", data=fields, headers=stranger).status_code == 403
    assert watch.bench.app.store.mark_of(watch.event("CAR-T")) is None


def test_marking_what_is_not_stored_says_so(watch: Watched) -> None:
    fields = {"relevant": "no", "csrf": csrf(watch.get(f"/events/{watch.event('CAR-T')}"))}
    assert watch.page.post("/events/e0000000000000000/mark", data=fields, headers=FORM).status_code == 404
