"""Who leaves while something is on its way to her: nothing of her is left, nothing more is sent, nothing breaks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import Desk, desk, once
from place import Site
from receivers import Post, Receivers

from cgtwatch.deliver.tokens import unsubscribe_url
from cgtwatch.engine.operations import perform
from cgtwatch.errors import BusyError
from cgtwatch.model.subscription import Status
from cgtwatch.web.public.leaving import Left, leave
from cgtwatch.web.site import make_site
from web.watched import HOME, TestClient

ADDRESS = "mei.secretive@reader.example"
NUMBER = re.compile(rb"FDA-2026-D-1(\d\d\d)")


@pytest.fixture
def at(tmp_path: Path, site: Site, receivers: Receivers) -> Iterator[Desk]:
    with desk(tmp_path, site, smtp_url=receivers.smtp, public_url="https://watch.example.org") as found:
        found.subscribe(mei=f"mailto:{ADDRESS}", other="mailto:other@reader.example")
        yield found


def mails_to(receivers: Receivers, who: str) -> int:
    return sum(who in mail.to for mail in receivers.mails)


def stored(at: Desk) -> bytes:
    """Every byte of every file in the data directory."""
    folder = at.bench.app.settings.data_dir
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def ending(at: Desk, how: str) -> Callable[[], object]:
    return lambda: at.bench.ask(f"subscriptions.{how}", name="mei")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("how", ["erase", "remove"])
@pytest.mark.parametrize("moment", ["announcements", "record_digests"])
def test_who_leaves_while_a_digest_is_made_gets_none_and_nothing_of_her_is_written_again(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch, moment: str, how: str, after: bool
) -> None:
    at.publish()
    once(monkeypatch, at.bench.app.store, moment, ending(at, how), after=after)
    at.live(2)
    assert (mails_to(receivers, ADDRESS), mails_to(receivers, "other")) == (0, 1)
    if how == "erase":
        assert ADDRESS.encode() not in stored(at)
    at.publish()
    at.live(2)
    assert (mails_to(receivers, ADDRESS), mails_to(receivers, "other")) == (0, 2)
    assert at.bench.app.store.check() == []


@pytest.mark.parametrize("answer", ["250 OK", "450 4.2.0 later", "550 5.1.1 no such user"])
def test_who_is_erased_during_her_mail_is_asked_to_come_again_and_then_gone(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    heard: list[str] = []

    def erasing(*_: object) -> None:
        with pytest.raises(BusyError) as refused:
            at.bench.ask("subscriptions.erase", name=ADDRESS)
        heard.append(str(refused.value))

    receivers.mail_answer = lambda _: answer
    once(monkeypatch, at.bench.app.channel("email"), "send", erasing)
    at.publish()
    at.live(0.25)
    assert heard
    assert "ask again in a minute" in heard[0]
    at.bench.ask("subscriptions.erase", name=ADDRESS)
    before = mails_to(receivers, ADDRESS)
    at.live(8)
    assert mails_to(receivers, ADDRESS) == before
    assert ADDRESS.encode() not in stored(at)


def test_who_was_removed_during_her_mail_and_then_erased_leaves_nothing(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, at.bench.app.channel("email"), "send", ending(at, "remove"))
    at.publish()
    at.live(2)
    at.bench.ask("subscriptions.erase", name=ADDRESS)
    assert ADDRESS.encode() not in stored(at)
    assert at.bench.app.store.check() == []


def test_leaving_twice_at_once_is_as_good_as_once(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Left] = []
    engine = at.bench.engine

    def gone() -> None:
        said.append(leave(lambda name, args: perform(engine, name, args), "mei"))

    once(monkeypatch, at.bench.app.store, "remove_subscription", gone)
    gone()
    assert sorted(said) == [Left.BEFORE, Left.DONE]


@pytest.mark.parametrize("status", Status)
def test_one_click_ends_a_subscription_whatever_became_of_it(at: Desk, receivers: Receivers, status: Status) -> None:
    app = at.bench.app
    at.publish()
    app.store.update_subscription("mei", status=status)
    page = TestClient(make_site(app, lambda name, args: perform(at.bench.engine, name, args)), base_url=HOME)
    link = unsubscribe_url("", app.secret_key, app.store.subscription("mei"))
    answers = [page.post(link, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False).status_code for _ in range(2)]
    assert answers == [200, 200]
    assert [one.name for one in app.store.subscriptions()] == ["other"]
    at.live(2)
    assert mails_to(receivers, ADDRESS) == 0
    at.bench.ask("subscriptions.erase", name=ADDRESS)
    assert ADDRESS.encode() not in stored(at)


@pytest.mark.promise("P16")
def test_one_click_while_her_mail_is_under_way_ends_it_without_a_second_try(
    at: Desk, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, at.bench.app.channel("email"), "send", ending(at, "remove"), after=True)
    at.publish(2)
    at.live(4)
    assert mails_to(receivers, ADDRESS) <= 1
    assert {one.state for one in at.ledger("mei")} <= {"sent", "cancelled"}


def test_a_hook_that_erases_its_own_subscription_when_called_breaks_nothing(at: Desk, receivers: Receivers) -> None:
    at.subscribe(hook=f"{receivers.url}/hook")

    def leaving(post: Post) -> tuple[int, dict[str, str], bytes]:
        if post.path == "/hook":
            at.bench.ask("subscriptions.remove", name="hook")
            return 410, {}, b""
        return 200, {}, b""

    receivers.answer = leaving
    at.publish()
    at.live(2)
    at.publish()
    at.live(2)
    assert [one.attempts for one in at.ledger("hook")] == [1]
    assert [alarm.key for alarm in at.bench.app.store.open_alarms()] == []
