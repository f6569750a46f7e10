"""The page of the ledger: who sees what, and who may press a button."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.errors import StoreFull
from cgtwatch.model.delivery import DeliveryState, SendOutcome, SendResult
from cgtwatch.web.site import make_site
from web.readers import Readers, readers
from web.watched import HOME, TestClient

OURS = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}


def sent(made: Readers, name: str) -> str:
    [row] = made.bench.ask("subscriptions.test", name=name)
    return str(row["delivery"])


def given_up(made: Readers, name: str) -> str:
    """A delivery that was refused for good."""
    key, store, now = sent(made, name), made.bench.app.store, made.bench.now
    store.redeliver(key, now)
    assert store.begin_attempt(key, now)
    store.settle(key, SendOutcome(SendResult.PERMANENT, "550 no such mailbox"), None, now)
    return key


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Readers]:
    with readers(tmp_path) as made:
        made.new_reader()
        yield made


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """A ledger that tests only look at."""
    with readers(tmp_path_factory.mktemp("ledger")) as made:
        made.new_reader()
        made.new_reader(name="hook", to="https://hook.example.org/secret/path")
        made.bench.ask("subscriptions.add", name="wire", to="feed:")
        for _ in range(51):
            sent(made, "mei")
            made.bench.now += timedelta(seconds=1)
        given_up(made, "mei")
        yield made


def test_the_page_shows_deliveries_attempts_and_readers(full: Readers) -> None:
    page = full.here.get("/deliveries?lang=en").text
    assert "550 no such mailbox" in page
    assert "mei@example.org" in page
    assert "https://hook.example.org/…" in page
    assert "secret/path" not in page
    assert "/feeds/" in page
    assert page.count('name="do"') > 1


def test_the_page_is_filtered_and_turned(full: Readers) -> None:
    dead = full.here.get("/deliveries?state=dead&lang=en").text
    assert dead.count('<li id="msg_') == 1
    first = full.here.get("/deliveries?lang=en").text
    assert first.count('<li id="msg_') == 50
    older = first[first.index("/deliveries?before=") :].partition('"')[0].replace("&amp;", "&")
    assert full.here.get(older).text.count('<li id="msg_') == 2
    assert full.here.get("/deliveries?state=nonsense").status_code == 404
    assert full.here.get("/deliveries?before=nonsense").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_elsewhere_the_page_is_read_only_and_holds_no_address(full: Readers, language: str) -> None:
    page = full.page.get(f"/deliveries?lang={language}").text
    assert ("只读" if language == "zh" else "Read-only") in page
    for secret in ("mei@", "hook.example.org", "/feeds/", 'name="do"'):
        assert secret not in page


def test_a_dead_letter_is_sent_again_by_a_button(ledger: Readers) -> None:
    key = given_up(ledger, "mei")
    answer = ledger.here.post(
        f"/deliveries/{key}?lang=en", data={"do": "redeliver", "state": "dead"}, headers=OURS, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/deliveries?done=redelivered&state=dead&lang=en")
    assert ledger.bench.app.store.delivery(key).state is DeliveryState.QUEUED
    assert "Queued again" in ledger.here.get(answer.headers["location"]).text


@pytest.mark.parametrize("said", ["sent", "cancelled"])
def test_an_outcome_is_said_by_a_button(ledger: Readers, said: str) -> None:
    key = given_up(ledger, "mei")
    assert ledger.here.post(f"/deliveries/{key}", data={"do": said}, headers=OURS).status_code == 200
    assert ledger.bench.app.store.delivery(key).state == said


def test_what_was_done_meanwhile_is_said_so(ledger: Readers) -> None:
    key = sent(ledger, "mei")
    answer = ledger.here.post(f"/deliveries/{key}", data={"do": "dead"}, headers=OURS)
    assert answer.status_code == 409
    assert ledger.here.post("/deliveries/nothing", data={"do": "dead"}, headers=OURS).status_code == 404
    assert ledger.here.post(f"/deliveries/{key}", data={"do": "explode"}, headers=OURS).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"},
        {**OURS, "Sec-Fetch-Site": "same-site"}, {**OURS, "X-Forwarded-For": "203.0.113.7"}, {**OURS, "Host": "watch.example.org"},
        {"Origin": "https://watch.example.org"},
    ],
)  # fmt: skip
def test_a_strangers_page_or_a_proxy_presses_no_button(full: Readers, headers: dict[str, str]) -> None:
    [dead] = full.bench.app.store.deliveries(DeliveryState.DEAD)
    assert full.here.post(f"/deliveries/{dead.key}", data={"do": "redeliver"}, headers=headers).status_code == 403
    assert full.page.post(f"/deliveries/{dead.key}", data={"do": "redeliver"}, headers=OURS).status_code == 403
    assert full.bench.app.store.delivery(dead.key).state is DeliveryState.DEAD


def test_a_button_that_cannot_be_obeyed_now_says_so(full: Readers) -> None:
    def broken(*_):
        raise StoreFull("/secret/place: full")
        yield

    page = TestClient(make_site(full.bench.app, broken), base_url=HOME, client=("127.0.0.1", 1))
    answer = page.post("/deliveries/x", data={"do": "redeliver"}, headers=OURS)
    assert answer.status_code == 503
    assert "secret" not in answer.text
