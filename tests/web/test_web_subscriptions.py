"""The pages of subscriptions: who sees what, what an operator makes, changes and ends there, and what is tried before."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from cgtwatch.model.subscription import Every, Status
from cgtwatch.model.taxonomy import DocType, Importance
from cgtwatch.web.pages.targets import EXAMPLES, SCHEMES
from cgtwatch.web.pages.targets import target_of as said_target
from web.readers import OURS, Readers, as_reader, csrf, readers

HOOK = "http://127.0.0.1:9/secret/path"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """Sixty readers that tests only look at."""
    with readers(tmp_path_factory.mktemp("many")) as made:
        made.new_reader(jurisdiction=["US"], cadence="weekly@mon-08:00", quiet="22:00-07:00,weekends", most=20, calendar=True)
        made.new_reader(name="hook", to=HOOK)
        made.new_reader(name="wire", to="feed:")
        for number in range(57):
            made.new_reader(name=f"reader-{number:02}", to=f"mailto:r{number}@example.org")
        made.bench.ask("subscriptions.pause", name="wire")
        yield made


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Readers]:
    with readers(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """A watch to which tests add readers of their own names."""
    with readers(tmp_path_factory.mktemp("shop")) as made:
        yield made


def form_of(made: Readers, path: str) -> dict[str, list[str]]:
    """What a browser would post of the big form of a page, as it stands."""
    page = made.here.get(path)
    assert page.status_code == 200, page.text
    [form] = [form for form in html.fromstring(page.text).forms if "every" in form.fields]
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def send(made: Readers, path: str, do: str, **changed: object):
    """Post the form of `path` with some fields changed."""
    fields = {**form_of(made, path), **changed, "do": do}
    return made.here.post(f"{path}{'&' if '?' in path else '?'}lang=en", data=fields, headers=OURS, follow_redirects=False)


def press(made: Readers, name: str, do: str, **more: str):
    page = made.here.get("/subscriptions/new").text
    return made.here.post(
        f"/subscriptions/{name}?lang=en", data={"do": do, "csrf": csrf(page), **more}, headers=OURS, follow_redirects=False
    )


# --- the list


def test_the_list_shows_a_page_of_readers_and_leads_to_the_next(many: Readers) -> None:
    page = many.here.get("/subscriptions?lang=en").text
    assert page.count('<th scope="row">') == 50
    assert "60 subscriptions" in page
    assert "mei@example.org" in page
    assert "http://127.0.0.1:9/…" in page
    assert "secret/path" not in page
    older = page[page.index("/subscriptions?after=") :].partition('"')[0]
    assert many.here.get(older).text.count('<th scope="row">') == 10


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("q=reader-1", 10), ("q=r7@example", 1), ("status=paused", 1), ("status=trouble", 0), ("channel=webhook", 1),
        ("q=nobody", 0), ("q=hook&channel=email", 0),
    ],
)  # fmt: skip
def test_the_list_is_searched_and_narrowed(many: Readers, asked: str, count: int) -> None:
    assert many.here.get(f"/subscriptions?{asked}").text.count('<th scope="row">') == count


@pytest.mark.parametrize("asked", ["status=asleep", "channel=pigeon"])
def test_a_list_of_what_there_is_not_is_not_found(many: Readers, asked: str) -> None:
    assert many.here.get(f"/subscriptions?{asked}").status_code == 404


def test_a_reader_sees_names_and_what_is_asked_for_but_no_address(many: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    as_reader(monkeypatch)
    pages = [many.here.get(f"{path}?lang=en").text for path in ("/subscriptions", "/subscriptions/mei", "/subscriptions/wire")]
    assert "United States" in pages[0]
    whole = "".join(pages) + many.here.get("/subscriptions/mei/preview?lang=en").text
    for secret in ("mei@example.org", "127.0.0.1:9", "/feeds/", 'name="do"', "/unsubscribe/", "/manage/"):
        assert secret not in whole
    assert many.here.get("/subscriptions?q=r7@example").text.count('<th scope="row">') == 0
    for path in ("/subscriptions/new", "/subscriptions/mei/edit"):
        assert many.here.get(path).status_code == 403


def test_one_subscription_is_shown_in_words(many: Readers) -> None:
    page = many.here.get("/subscriptions/mei?lang=en").text
    for said in (
        "quiet from 22:00 to 07:00",
        "nothing at weekends",
        "at most 20 events",
        "deadlines as a calendar",
        "every Monday at 08:00",
    ):
        assert said in page
    zh = many.here.get("/subscriptions/mei?lang=zh").text
    assert "最多20条" in zh
    assert many.here.get("/subscriptions/nobody").status_code == 404


def test_a_feed_shows_its_addresses_to_an_operator(many: Readers) -> None:
    assert many.here.get("/subscriptions/wire").text.count("/feeds/") == 6


# --- made


def test_an_operator_makes_a_subscription_with_everything_that_can_be_wished(mine: Readers) -> None:
    answer = send(
        mine, "/subscriptions/new?modality=car_t&jurisdiction=US&issuer=fda&doc_type=guideline&importance=high&query=cell&since=2026-01-01",
        "add", name=["tox-team"], to=["tox@example.org"], every=["weekly"], weekday=["tue"], at=["09:30"], tz=["Europe/London"],
        quiet_from=["22:00"], quiet_to=["07:00"], most=["20"], calendar=["1"], since=["2026-02-01"],
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscriptions/tox-team?done=added")
    [one] = mine.subscriptions()
    assert (one.name, one.channel, one.target, one.timezone) == ("tox-team", "email", "tox@example.org", "Europe/London")
    asked = one.filter
    assert (asked.topics, asked.jurisdictions, asked.issuers, asked.doc_types) == (
        ("car_t",),
        ("US",),
        ("fda",),
        (DocType.GUIDELINE,),
    )
    assert (asked.importance, asked.query, one.options.most, one.options.calendar) == (Importance.HIGH, "cell", 20, True)
    assert (one.cadence.every, one.cadence.weekday) == (Every.WEEKLY, 1)
    assert "Send a test" in mine.here.get(f"{answer.headers['location']}&lang=en").text


def test_what_a_search_asks_for_and_no_subscription_can_is_said(many: Readers) -> None:
    assert "left out" in many.here.get("/subscriptions/new?since=2026-01-01&lang=en").text
    assert "left out" not in many.here.get("/subscriptions/new?jurisdiction=US&lang=en").text


@pytest.mark.parametrize("channel", SCHEMES)
def test_every_way_can_be_chosen(shop: Readers, channel: str) -> None:
    example = EXAMPLES.get(channel, "").replace("…", "x1").replace("TOKEN", "123:abcdefghijk")
    answer = send(shop, "/subscriptions/new", "add", name=[f"by-{channel}"], channel=[channel], to=[example])
    assert answer.status_code == 303, answer.text
    assert shop.bench.app.store.subscription(f"by-{channel}").channel == channel


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": [""]}, 'id="name-error"'), ({"name": ["new"]}, 'id="name-error"'), ({"name": ["a b"]}, 'id="name-error"'),
        ({"to": [""]}, 'id="to-error"'), ({"to": ["nonsense"]}, 'id="to-error"'), ({"at": ["25:00"]}, 'id="at-error"'),
        ({"issuer": ["Europaen Medicine Agncy"]}, "European Medicines Agency"), ({"since": ["soon"]}, 'id="since-error"'),
        ({"query": ['"open']}, 'id="query-error"'), ({"jurisdiction": ["Atlantis"]}, 'role="alert"'), ({"tz": ["Mars/Base"]}, 'id="tz-error"'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_beside_its_field_and_what_was_written_stays(
    many: Readers, changed: dict[str, list[str]], said: str
) -> None:
    answer = send(many, "/subscriptions/new", "add", **{"name": ["one"], "to": ["a@example.org"], "query": ["kept"], **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert "kept" in answer.text or "query" in changed
    assert len(many.subscriptions()) == 60


def test_a_name_that_is_taken_is_told(many: Readers) -> None:
    answer = send(many, "/subscriptions/new", "add", name=["mei"], to=["a@example.org"])
    assert answer.status_code == 422
    assert "exists already" in answer.text


def test_a_filter_is_tried_without_storing_anything(many: Readers) -> None:
    answer = send(many, "/subscriptions/new", "try", jurisdiction=["US"])
    assert answer.status_code == 200
    assert "Would have brought 0 events of the last 90 days." in answer.text
    assert len(many.subscriptions()) == 60


# --- changed


def test_a_form_sent_as_it_stands_changes_nothing(mine: Readers) -> None:
    mine.new_reader(jurisdiction=["US"], cadence="monthly@3-10:00", quiet="weekends", issuer=["fda"], promise="never-twice")
    [before] = mine.subscriptions()
    assert send(mine, "/subscriptions/mei/edit", "change").headers["location"] == "/subscriptions/mei?done=changed"
    assert mine.subscriptions() == [before]


def test_other_wishes_are_stored_and_the_place_is_kept(mine: Readers) -> None:
    mine.new_reader(jurisdiction=["US"])
    assert send(mine, "/subscriptions/mei/edit", "change", every=["hourly"], to=["new@example.org"]).status_code == 303
    [one] = mine.subscriptions()
    assert (one.cadence.every, one.target, one.filter.jurisdictions) == (Every.HOURLY, "new@example.org", ("US",))


def test_another_way_needs_another_address(mine: Readers) -> None:
    mine.new_reader()
    assert send(mine, "/subscriptions/mei/edit", "change", channel=["slack"]).status_code == 422
    assert send(mine, "/subscriptions/mei/edit", "change", channel=["feed"]).status_code == 303
    assert mine.subscriptions()[0].channel == "feed"


def test_a_subscription_is_paused_resumed_and_removed_when_it_is_asked_twice(mine: Readers) -> None:
    mine.new_reader()
    for do, status in (("pause", Status.PAUSED), ("resume", Status.ACTIVE)):
        assert press(mine, "mei", do).status_code == 303
        assert mine.subscriptions()[0].status is status
    assert press(mine, "mei", "remove").status_code == 422
    assert len(mine.subscriptions()) == 1
    assert press(mine, "mei", "remove", sure="1").headers["location"] == "/subscriptions?done=removed"
    assert mine.subscriptions() == []
    assert press(mine, "mei", "pause").status_code == 404


def test_a_test_is_sent_and_what_came_of_it_is_said(mine: Readers) -> None:
    mine.new_reader()
    assert press(mine, "mei", "test").headers["location"] == "/subscriptions/mei?done=tested"
    assert len(mine.letters()) == 1


def test_an_unknown_button_is_not_understood(many: Readers) -> None:
    assert press(many, "mei", "explode").status_code == 400


def test_address_and_secret_of_a_hook_are_shown_when_asked_and_never_logged(
    mine: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mine.new_reader(name="hook", to=HOOK)
    assert "whsec_" not in mine.here.get("/subscriptions/hook").text
    shown = press(mine, "hook", "reveal")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    first = shown.text[shown.text.index("whsec_") :].partition("<")[0]
    assert HOOK in shown.text
    rotated = press(mine, "hook", "rotate")
    assert first not in rotated.text
    assert "whsec_" in rotated.text
    assert "signs until" in mine.here.get("/subscriptions/hook?lang=en").text
    for secret in ("whsec_", "secret/path"):
        assert secret not in caplog.text


# --- before it goes out


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("mailto:mei@example.org", "List-Unsubscribe"), ("local:", "Message-ID"), (HOOK, "&#34;digest.created&#34;"), ("feed:", "<pre>"),
        ("slack:https://hooks.slack.com/services/T0/B0/xyz", "Text of the card"), ("telegram:123:abcdefghijk@-100", "Text of the card"),
    ],
)  # fmt: skip
def test_the_next_message_is_shown_as_its_receiver_gets_it_and_nothing_is_stored(shop: Readers, to: str, said: str) -> None:
    name = f"to-{to.partition(':')[0]}"
    shop.new_reader(name=name, to=to, nothing_new=True)
    before = shop.subscriptions()
    page = shop.here.get(f"/subscriptions/{name}/preview?lang=en")
    assert page.status_code == 200
    assert said in page.text
    assert 'sandbox="allow-popups' in page.text
    frame = shop.here.get(f"/subscriptions/{name}/preview/html")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert (shop.subscriptions(), shop.bench.app.store.deliveries(), shop.bench.app.store.digests()) == (before, [], [])


def test_a_preview_of_what_would_not_be_sent_says_so(many: Readers) -> None:
    assert "nothing would be sent" in many.here.get("/subscriptions/mei/preview?lang=en").text
    assert "latest 20" in many.here.get("/subscriptions/mei/preview?lang=en&last=20").text


def test_an_address_may_be_written_with_its_scheme_or_without() -> None:
    assert said_target("email", "mailto:a@example.org") == said_target("email", "a@example.org") == "mailto:a@example.org"
    assert said_target("feed", "whatever") == "feed:"
    assert said_target("slack", "") is None
