"""A reader signs up by the page and confirms it by mail."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from cgtwatch.deliver.tokens import sign
from cgtwatch.errors import StoreFull
from cgtwatch.model.subscription import Every, Origin, Status
from cgtwatch.model.taxonomy import Importance
from cgtwatch.web.site import make_site
from web.readers import FORM, PUBLIC, Readers, link_in, readers
from web.watched import TestClient


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Readers]:
    with readers(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """For tests that store nothing."""
    with readers(tmp_path_factory.mktemp("refusing")) as made:
        yield made


def test_a_reader_who_confirms_gets_what_was_asked_for(open_page: Readers) -> None:
    assert "mei@example.org" in open_page.sign_up().text
    [pending] = open_page.subscriptions()
    assert (pending.status, pending.origin) == (Status.PENDING, Origin.PAGE)
    [letter] = open_page.letters()
    assert letter["To"] == "mei@example.org"
    answer = open_page.page.post(link_in(letter, "confirm"))
    assert "You are subscribed" in answer.text
    [one] = open_page.subscriptions()
    assert (one.status, one.target, one.language, one.timezone) == (Status.ACTIVE, "mei@example.org", "en", "Europe/London")
    assert (one.cadence.every, one.cadence.weekday, one.cadence.hour, one.cadence.minute) == (Every.WEEKLY, 1, 9, 30)
    assert (one.filter.topics, one.filter.jurisdictions, one.filter.importance) == (
        ("car_t", "stem_cell"),
        ("US",),
        Importance.MEDIUM,
    )
    assert (one.options.quiet.start, one.options.quiet.end, one.options.most) == (time(22), time(7), 20)


def test_nothing_is_sent_before_and_a_welcome_follows_the_confirmation(open_page: Readers) -> None:
    open_page.sign_up(quiet_from="", quiet_to="")
    [letter] = open_page.letters()
    open_page.bench.pass_time(hours=30)
    assert open_page.bench.ask("digest") == []
    open_page.page.post(link_in(letter, "confirm"))
    assert [row["outcome"] for row in open_page.bench.ask("digest")] == ["welcome"]
    assert len(open_page.letters()) == 2


def test_whoever_only_follows_the_link_confirms_nothing(open_page: Readers) -> None:
    open_page.sign_up()
    link = link_in(open_page.letters()[0], "confirm")
    for asking in (open_page.page.get, open_page.page.head):
        assert asking(link).status_code == 200
    assert '<form method="post">' in open_page.page.get(link).text
    assert open_page.subscriptions()[0].status is Status.PENDING


def test_a_second_confirmation_is_as_good_as_the_first(open_page: Readers) -> None:
    open_page.sign_up()
    link = link_in(open_page.letters()[0], "confirm")
    first, second = open_page.page.post(link), open_page.page.post(link)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "You are subscribed" in open_page.page.get(link).text


def test_a_confirmation_after_two_days_is_too_late(open_page: Readers) -> None:
    open_page.sign_up()
    link = link_in(open_page.letters()[0], "confirm")
    open_page.bench.pass_time(hours=48)
    assert open_page.page.post(link).status_code == 404
    assert open_page.subscriptions()[0].status is Status.PENDING


@pytest.mark.parametrize("purpose", ["unsubscribe", "manage", "feed"])
def test_a_link_for_another_purpose_confirms_nothing(open_page: Readers, purpose: str) -> None:
    open_page.sign_up()
    who = f"{open_page.subscriptions()[0].name} {int(open_page.bench.now.timestamp())}"
    token = sign(open_page.bench.app.secret_key, purpose, who)
    assert open_page.page.post(f"/confirm/{token}").status_code == 404
    assert open_page.subscriptions()[0].status is Status.PENDING


def test_the_answer_does_not_tell_whether_an_address_is_known(open_page: Readers) -> None:
    open_page.new_reader()
    known, again, fresh = open_page.sign_up(), open_page.sign_up(), open_page.sign_up(address="new@example.org")
    assert known.text == again.text == fresh.text.replace("new@example.org", "mei@example.org")
    assert {known.status_code, again.status_code, fresh.status_code} == {200}


def test_an_address_is_asked_once_a_day_whoever_types_it(open_page: Readers) -> None:
    for address in ("mei@example.org", "MEI@example.org", "mei@EXAMPLE.org"):
        open_page.sign_up(address=address)
    assert len(open_page.letters()) == 1
    open_page.bench.pass_time(hours=25)
    open_page.sign_up()
    assert len(open_page.letters()) == 2
    assert len(open_page.subscriptions()) == 1


def test_one_client_may_not_sign_up_the_world(open_page: Readers) -> None:
    answers = [open_page.sign_up(address=f"r{number}@example.org").status_code for number in range(12)]
    assert answers == [200] * 10 + [429] * 2
    open_page.bench.pass_time(hours=1)
    assert open_page.sign_up(address="later@example.org").status_code == 200


def test_one_client_may_not_send_mistakes_without_end(open_page: Readers) -> None:
    answers = [open_page.sign_up(address="no address").status_code for _ in range(62)]
    assert answers == [422] * 60 + [429] * 2


@pytest.mark.parametrize(
    "address",
    [
        "", "mei", "mei@", "@example.org", "a b@example.org", "mei@example.org\r\nBcc: x@example.org", "mei@example.org, x@example.org",
        "https://127.0.0.1/hook", "mailto:mei@example.org", "local:", "slack:https://hooks.slack.com/x", "mei@exa_mple.org",
        f"{'a' * 250}@example.org", "<script>@example.org", "\u202emei@example.org",
    ],
)  # fmt: skip
def test_what_is_no_single_mail_address_is_not_written_to(refusing: Readers, address: str) -> None:
    answer = refusing.sign_up(address=address)
    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text
    assert 'aria-describedby="address-error address-hint" aria-invalid="true"' in answer.text
    assert "<script>" not in answer.text
    assert refusing.subscriptions() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", ["nonsense"]), ("jurisdiction", ["XX"]), ("importance", "huge"), ("every", "yearly"), ("at", "25:00"), ("at", ""),
        ("weekday", "someday"), ("day", "32"), ("tz", "Mars/Olympus"), ("lang", "fr"), ("most", "-1"), ("quiet_to", ""), ("quiet_to", "7"),
        ("query", "x" * 501), ("query", "a\nb"), ("tz", "../../etc/passwd"),
    ],
)  # fmt: skip
def test_a_wish_that_is_not_offered_is_pointed_at_and_the_rest_is_kept(refusing: Readers, field: str, value: object) -> None:
    answer = refusing.sign_up(**{field: value})
    assert answer.status_code == 422
    assert f'<li><a href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert 'value="mei@example.org"' in answer.text
    assert refusing.subscriptions() == []


def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(open_page: Readers) -> None:
    person, program = open_page.sign_up(address="new@example.org").text, open_page.sign_up(website="https://spam.example").text
    assert program == person.replace("new@example.org", "mei@example.org")
    assert [one.target for one in open_page.subscriptions()] == ["new@example.org"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422), ({"Origin": PUBLIC}, 422), ({"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": PUBLIC}, 403), ({"Origin": f"{PUBLIC}.evil.example"}, 403),
    ],
)  # fmt: skip
def test_another_sites_page_cannot_post_the_form(refusing: Readers, headers: dict[str, str], status: int) -> None:
    assert refusing.page.post("/subscribe", data={**FORM, "address": ""}, headers=headers).status_code == status


def test_a_body_that_is_no_small_form_is_refused(refusing: Readers) -> None:
    post = refusing.page.post
    assert post("/subscribe", json=FORM).status_code == 415
    assert post("/subscribe", data={"address": "a" * 20_000}).status_code == 413
    assert (
        post("/subscribe", content=b"%ff=\xff", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400
    )
    many = "&".join(f"topic={number}" for number in range(400))
    assert post("/subscribe", content=many, headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_says_every_field_in_the_readers_language(refusing: Readers, language: str) -> None:
    page = refusing.page.get(f"/subscribe?lang={language}").text
    assert ("邮件订阅" if language == "zh" else "Subscribe by mail") in page
    assert page.count("<script") == page.count('<script src="/page.js') == 1
    assert page.count("<label") == page.count("</label>") > 25
    assert f'<option value="{language}" selected>' in page


def test_a_watch_that_takes_no_sign_ups_says_so(tmp_path: Path) -> None:
    with readers(tmp_path, signup="off") as closed:
        assert closed.page.get("/subscribe").status_code == 404
        assert "takes no sign-ups" in closed.sign_up().text
        assert closed.subscriptions() == []


def test_a_sign_up_that_cannot_be_stored_asks_to_come_again(open_page: Readers) -> None:
    def full(*_):
        raise StoreFull("/secret/place: no space left")
        yield

    page = TestClient(make_site(open_page.bench.app, full), base_url=PUBLIC)
    answer = page.post("/subscribe", data=FORM)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "/secret/place" not in answer.text


def test_an_unconfirmed_address_is_forgotten_with_the_mail_to_it(open_page: Readers) -> None:
    open_page.sign_up()
    assert open_page.letters()
    open_page.bench.now += timedelta(hours=49)
    open_page.bench.engine.housekeep()
    assert open_page.subscriptions() == []
    assert open_page.bench.app.store.deliveries() == []


def test_no_address_of_a_reader_reaches_the_log(open_page: Readers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="cgtwatch")
    open_page.sign_up()
    open_page.page.post(link_in(open_page.letters()[0], "confirm"))
    assert "sign-up taken" in caplog.text
    assert "example.org" not in caplog.text
