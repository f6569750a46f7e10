"""The pages of the ledger: who sees what, what is shown of one delivery, and who may press a button."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cgtwatch.errors import StoreFull
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.web.site import make_site
from web.readers import OURS, Readers, as_reader, csrf, readers
from web.watched import HOME, TestClient


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


def queued(made: Readers) -> Delivery:
    """A message that waits for its turn, made without composing anything."""
    key, now = f"msg_{made.bench.now:%H%M%S}", made.bench.now
    return Delivery(
        key, "mei", "email", "mei@example.org", Payload(b"-", "text/plain"), "News", DeliveryState.QUEUED, 0, now, now
    )


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
        made.new_reader(name="hook", to="http://127.0.0.1:9/secret/path")
        for _ in range(51):
            made.bench.app.store.queue_deliveries([queued(made)])
            made.bench.now += timedelta(seconds=1)
        given_up(made, "mei")
        sent(made, "hook")
        yield made


def lines(page: str) -> int:
    return page.count('<li id="msg_')


def dead_key(made: Readers) -> str:
    [dead] = made.bench.app.store.deliveries(DeliveryState.DEAD)
    return dead.key


def test_the_page_shows_what_went_wrong_and_offers_what_can_be_done(full: Readers) -> None:
    page = full.here.get("/deliveries?state=dead&lang=en").text
    assert lines(page) == 1
    assert "550 no such mailbox" in page
    assert page.count('name="do"') == 3


def test_the_page_is_turned(full: Readers) -> None:
    first = full.here.get("/deliveries?lang=en").text
    assert lines(first) == 50
    older = first[first.index("/deliveries?before=") :].partition('"')[0].replace("&amp;", "&")
    assert lines(full.here.get(older).text) == 3


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("subscription=hook", 1), ("subscription=nobody", 0), ("channel=webhook", 1), ("channel=slack", 0), ("since=2026-03-02&channel=webhook", 1),
        ("since=2026-03-03", 0), ("until=2026-03-01", 0), ("until=2026-03-02&channel=webhook", 1), ("subscription=-", 0),
    ],
)  # fmt: skip
def test_the_page_is_narrowed(full: Readers, asked: str, count: int) -> None:
    assert lines(full.here.get(f"/deliveries?{asked}").text) == count


@pytest.mark.parametrize(
    "asked", ["state=nonsense", "before=nonsense", "channel=pigeon", "since=yesterday", "until=9999-99-99", "until=9999-12-31"]
)
def test_what_no_ledger_knows_is_not_found(full: Readers, asked: str) -> None:
    assert full.here.get(f"/deliveries?{asked}").status_code == 404


def test_one_delivery_is_shown_with_every_attempt_and_the_mail_itself(full: Readers) -> None:
    key = dead_key(full)
    page = full.here.get(f"/deliveries/{key}?lang=en").text
    for said in (
        "550 no such mailbox",
        "mei@example.org",
        "List-Unsubscribe",
        f"/deliveries/{key}/html",
        'sandbox="allow-popups',
    ):
        assert said in page
    frame = full.here.get(f"/deliveries/{key}/html")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "/unsubscribe/" in frame.text


def test_one_delivery_to_a_hook_is_shown_as_its_json_without_its_address(full: Readers) -> None:
    [one] = [one for one in full.bench.app.store.deliveries() if one.channel == "webhook"]
    page = full.here.get(f"/deliveries/{one.key}?lang=en").text
    assert "&#34;type&#34;: &#34;digest.created&#34;" in page
    assert "http://127.0.0.1:9/\u2026" in page
    assert "secret/path" not in page
    assert full.here.get(f"/deliveries/{one.key}/html").status_code == 404
    assert full.here.get("/deliveries/nothing").status_code == 404


def test_a_reader_sees_how_it_goes_but_no_address_no_answer_no_mail_and_no_button(
    full: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_reader(monkeypatch)
    key = dead_key(full)
    whole = full.here.get("/deliveries?lang=en").text + full.here.get(f"/deliveries/{key}?lang=en").text
    assert "given up" in whole
    for secret in ("550 no such mailbox", "mei@", "127.0.0.1:9", "/unsubscribe/", 'name="do"'):
        assert secret not in whole
    assert full.here.get(f"/deliveries/{key}/html").status_code == 403


def test_a_stranger_is_led_to_the_log_in(full: Readers) -> None:
    for path in ("/deliveries", f"/deliveries/{dead_key(full)}", "/subscriptions", "/digests"):
        answer = full.page.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


def press(made: Readers, key: str, do: str, **more: str):
    fields = {"do": do, "csrf": csrf(made.here.get("/deliveries?lang=en").text), **more}
    return made.here.post(f"/deliveries/{key}", data=fields, headers=OURS, follow_redirects=False)


def test_a_dead_letter_is_sent_again_by_a_button(ledger: Readers) -> None:
    key = given_up(ledger, "mei")
    answer = press(ledger, key, "redeliver", state="dead", subscription="mei")
    assert (answer.status_code, answer.headers["location"]) == (303, "/deliveries?done=redelivered&state=dead&subscription=mei")
    assert ledger.bench.app.store.delivery(key).state is DeliveryState.QUEUED
    assert "Queued again" in ledger.here.get(f"{answer.headers['location']}&lang=en").text


def test_all_dead_letters_of_a_reader_are_sent_again_by_one_button(ledger: Readers) -> None:
    keys = [given_up(ledger, "mei"), given_up_later(ledger)]
    page = ledger.here.get("/deliveries?subscription=mei&lang=en").text
    assert "2 messages to this reader were given up." in page
    answer = ledger.here.post(
        "/subscriptions/mei", data={"do": "again", "csrf": csrf(page)}, headers=OURS, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscriptions/mei?done=redelivered")
    assert {ledger.bench.app.store.delivery(key).state for key in keys} == {DeliveryState.QUEUED}


def given_up_later(made: Readers) -> str:
    made.bench.now += timedelta(seconds=1)
    return given_up(made, "mei")


@pytest.mark.parametrize("said", ["sent", "cancelled"])
def test_an_outcome_is_said_by_a_button(ledger: Readers, said: str) -> None:
    key = given_up(ledger, "mei")
    assert press(ledger, key, said, there="1").headers["location"] == f"/deliveries/{key}?done=resolved"
    assert ledger.bench.app.store.delivery(key).state == said


def test_what_was_done_meanwhile_is_said_so(ledger: Readers) -> None:
    given_up(ledger, "mei")  # without anything to press there is nothing to prove a form by
    ledger.bench.now += timedelta(seconds=1)
    key = sent(ledger, "mei")
    assert press(ledger, key, "dead").status_code == 409
    assert press(ledger, "nothing", "dead").status_code == 404
    assert press(ledger, key, "explode").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"},
        {**OURS, "Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_a_strangers_page_presses_no_button(full: Readers, headers: dict[str, str]) -> None:
    key, proof = dead_key(full), csrf(full.here.get("/deliveries?state=dead").text)
    assert full.here.post(f"/deliveries/{key}", data={"do": "redeliver", "csrf": proof}, headers=headers).status_code == 403
    assert full.bench.app.store.delivery(key).state is DeliveryState.DEAD


def test_without_the_proof_of_the_form_no_button_is_pressed(full: Readers) -> None:
    key = dead_key(full)
    for fields in ({"do": "redeliver"}, {"do": "redeliver", "csrf": "guessed"}):
        assert full.here.post(f"/deliveries/{key}", data=fields, headers=OURS).status_code == 403
    assert full.bench.app.store.delivery(key).state is DeliveryState.DEAD


def test_a_button_that_cannot_be_obeyed_now_says_so(full: Readers) -> None:
    def broken(*_):
        raise StoreFull("/secret/place: full")
        yield

    page = TestClient(make_site(full.bench.app, broken), base_url=HOME, client=("127.0.0.1", 1))
    proof = csrf(page.get("/deliveries?state=dead").text)
    answer = page.post("/deliveries/x", data={"do": "redeliver", "csrf": proof}, headers=OURS)
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_what_was_sent_stays_in_the_archive(full: Readers) -> None:
    """A test message is no digest."""
    assert "Nothing was sent yet." in full.here.get("/digests?lang=en").text
    assert full.here.get("/digests?before=nothing").status_code == 404
