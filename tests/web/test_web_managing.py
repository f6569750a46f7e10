"""What a reader does by the link in the footer of a message."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest

from cgtwatch.deliver.tokens import manage_url
from cgtwatch.errors import StoreFull
from cgtwatch.model.subscription import Every, Status, Subscription
from cgtwatch.web.site import make_site
from web.readers import FORM, PUBLIC, Readers, link_in, readers
from web.watched import TestClient


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Readers]:
    with readers(tmp_path) as made:
        made.new_reader(cadence="weekly@tue-09:30", topic=["car_t"], issuer=["fda"], jurisdiction=["CN-GD"])
        yield made


def page_of(made: Readers, name: str = "mei") -> str:
    one = made.bench.app.store.subscription(name)
    return manage_url("", made.bench.app.secret_key, one, made.bench.now)


def mei(made: Readers) -> Subscription:
    found: Subscription = made.bench.app.store.subscription("mei")
    return found


def press(made: Readers, button: str, **fields: object):
    return made.page.post(f"{page_of(made)}?lang=en", data={"do": button, **fields})


def test_the_link_stands_in_every_mail_beside_the_one_to_unsubscribe(mine: Readers) -> None:
    mine.bench.ask("subscriptions.test", name="mei")
    [letter] = mine.letters()
    assert mine.page.get(link_in(letter, "manage")).status_code == 200
    assert mine.page.get(link_in(letter, "unsubscribe")).status_code == 200


def test_the_page_says_why_in_words_and_when_next(mine: Readers) -> None:
    page = mine.page.get(f"{page_of(mine)}?lang=en").text
    for word in ("mei@example.org", "CAR-T", "every Tuesday at 09:30", "next in 24 h", "Guangdong"):
        assert word in page
    assert "为何收到" in mine.page.get(f"{page_of(mine)}?lang=zh").text
    assert 'lang="en"' in mine.page.get(page_of(mine), headers={"Accept-Language": "zh"}).text


def test_a_change_keeps_what_the_form_does_not_show(mine: Readers) -> None:
    fields = {
        **FORM,
        "every": "daily",
        "at": "18:15",
        "tz": "Asia/Tokyo",
        "lang": "zh",
        "topic": ["nk"],
        "jurisdiction": [],
        "query": "胞",
        "issuer": "fda",
    }
    answer = press(mine, "change", **fields)
    assert "已保存" in answer.text
    one = mei(mine)
    assert (one.cadence.every, one.cadence.hour, one.cadence.minute, one.timezone, one.language) == (
        Every.DAILY, 18, 15, "Asia/Tokyo", "zh",
    )  # fmt: skip
    assert (one.filter.topics, one.filter.jurisdictions, one.filter.query) == (("nk",), (), "胞")
    assert (one.filter.issuers, one.name, one.target) == (("fda",), "mei", "mei@example.org")
    assert one.options.quiet
    assert (one.options.quiet.start, one.options.quiet.end) == (time(22), time(7))


def test_a_form_sent_as_it_stands_changes_nothing(mine: Readers) -> None:
    before = mei(mine)
    fields = {
        "topic": "car_t", "jurisdiction": "CN-GD", "issuer": "fda", "importance": "", "query": "", "every": "weekly", "at": "09:30", "weekday": "tue",
        "day": "1", "tz": "Asia/Shanghai", "lang": "en", "quiet_from": "", "quiet_to": "", "reminders": "1", "most": "",
    }  # fmt: skip
    assert press(mine, "change", **fields).status_code == 200
    assert mei(mine) == before


def test_a_wrong_change_is_pointed_at_and_nothing_changes(mine: Readers) -> None:
    before = mei(mine)
    answer = press(mine, "change", **{**FORM, "at": "99:99", "tz": "Mars"})
    assert answer.status_code == 422
    assert 'id="at-error"' in answer.text
    assert mei(mine) == before


def test_a_reader_pauses_and_goes_on(mine: Readers) -> None:
    assert "Paused." in press(mine, "pause").text
    assert mei(mine).status is Status.PAUSED
    assert 'value="resume"' in mine.page.get(page_of(mine)).text
    assert "Resumed." in press(mine, "resume").text
    assert mei(mine).status is Status.ACTIVE


def test_a_reader_ends_it(mine: Readers) -> None:
    link = page_of(mine)
    assert "Unsubscribed" in press(mine, "leave").text
    assert mine.subscriptions() == []
    assert mine.page.get(link).status_code == 410


def test_a_reader_downloads_everything_that_is_stored(mine: Readers) -> None:
    mine.bench.ask("subscriptions.test", name="mei")
    answer = mine.page.get(f"{page_of(mine)}/data.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="cgtwatch-mei.json"'
    [one] = answer.json()["subscriptions"]
    assert one["to"] == "mei@example.org"
    assert len(one["deliveries"]) == 1


def test_a_reader_erases_everything_after_saying_so_twice(mine: Readers) -> None:
    mine.bench.ask("subscriptions.test", name="mei")
    assert press(mine, "erase").status_code == 422
    assert mine.subscriptions()
    assert "Everything is erased" in press(mine, "erase", sure="1").text
    assert mine.subscriptions() == []
    kept = b"".join(path.read_bytes() for path in mine.bench.app.settings.data_dir.rglob("*") if path.is_file())
    assert b"mei@example.org" not in kept


def test_the_link_ends_after_a_year_and_serves_one_subscription(mine: Readers) -> None:
    link = page_of(mine)
    mine.new_reader(name="other", to="mailto:other@example.org")
    assert "other@example.org" not in mine.page.get(link).text
    mine.bench.pass_time(days=366)
    answer = mine.page.get(f"{link}?lang=en")
    assert answer.status_code == 404
    assert "older than a year" in answer.text


def test_another_sites_page_cannot_press_its_buttons(mine: Readers) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert mine.page.post(page_of(mine), data={"do": "leave"}, headers=headers).status_code == 403
    assert mine.subscriptions()


def test_what_cannot_be_stored_now_is_asked_for_later(mine: Readers) -> None:
    def full(*_):
        raise StoreFull("/secret/place: no space left")
        yield

    page = TestClient(make_site(mine.bench.app, full), base_url=PUBLIC)
    for button in ("pause", "leave", "erase", "change"):
        answer = page.post(page_of(mine), data={"do": button, "sure": "1", **FORM})
        assert answer.status_code == 503, button
        assert "/secret/place" not in answer.text
    assert page.post(page_of(mine), data={"do": "nonsense"}).status_code == 400
