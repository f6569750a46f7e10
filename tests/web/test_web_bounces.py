"""A mail server may hand over what came back; what it says must prove itself."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from inside import inside

from cgtwatch.deliver.mail.returned import MOST
from cgtwatch.deliver.tokens import bounce_sender
from cgtwatch.engine.duties import housekeep
from cgtwatch.engine.operations import perform
from cgtwatch.engine.returning import EVERY, Returning
from cgtwatch.model.delivery import Delivery, DeliveryState, Payload
from cgtwatch.model.subscription import Cadence, Every, Status, Subscription
from cgtwatch.web.site import make_site
from deliver.reports import ADDRESS, VACATION, bounce
from web.watched import HERE, HOME, TestClient, sources

TOKEN = "a-token-of-the-mail-server"
SITE = """\
  - id: agency
    kind: feed
    url: http://127.0.0.1:1/feed.xml
"""


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    root = tmp_path_factory.mktemp("bounces")
    for name in ("new", "cur", "tmp"):
        (root / "box" / name).mkdir(parents=True)
    with inside(root, sources(SITE), bounce_token=TOKEN, bounce_mailbox=f"maildir:{root / 'box'}") as bench:
        page = TestClient(make_site(bench.app, partial(perform, bench.engine)), base_url=HOME, raise_server_exceptions=False)
        yield page, bench, root / "box"
        page.close()


def mail(bench, name: str, number: int) -> str:
    """A subscription of that name, a mail of it that was sent, and the envelope's sender of that mail."""
    store, now = bench.app.store, bench.app.clock()
    store.add_subscription(Subscription(name, "email", f"{name}@example.org", Cadence(Every.DAILY)), now)
    key = f"msg_{number:032x}"
    payload = Payload(b"x", "message/rfc822")
    store.queue_deliveries(
        [Delivery(key, name, "email", f"{name}@example.org", payload, "s", DeliveryState.QUEUED, 0, now, None)]
    )
    return bounce_sender(ADDRESS, bench.app.secret_key, key)


def post(page, raw: bytes, token: str = TOKEN, kind: str = "message/rfc822"):
    return page.post("/api/bounces", content=raw, headers={"Authorization": f"Bearer {token}", "Content-Type": kind})


def test_a_hard_bounce_pauses_its_reader_and_resuming_serves_again(watch) -> None:
    page, bench, _ = watch
    answer = post(page, bounce(to=mail(bench, "mei", 1), key="x"))
    assert (answer.status_code, answer.json()) == (202, {"outcome": "paused", "why": "hard 5.1.1"})
    (row,) = perform(bench.engine, "subscriptions.resume", {"name": "mei"})
    assert (row["status"], row["note"]) == ("active", "")
    assert not any("mei" in one.key for one in bench.app.store.open_alarms())


def test_without_the_token_nothing_is_taken(watch) -> None:
    page, bench, _ = watch
    answer = post(page, bounce(to=mail(bench, "li", 2), key="x"), token="wrong")
    assert (answer.status_code, set(answer.json())) == (401, {"error", "mend"})
    assert bench.app.store.subscription("li").status is Status.ACTIVE


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [(b"x" * (MOST + 1), "message/rfc822", 413), (b"", "message/rfc822", 400), (b"{}", "application/json", 415)],
)
def test_what_is_no_mail_is_refused(watch, raw, kind, status) -> None:
    assert post(watch[0], raw, kind=kind).status_code == status


@pytest.mark.parametrize("raw", [VACATION, bounce(to=ADDRESS, key="msg_" + "9" * 32)])
def test_what_proves_nothing_changes_nothing(watch, raw) -> None:
    answer = post(watch[0], raw)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "ignored")


def test_a_report_about_a_mail_that_is_not_stored_changes_nothing(watch) -> None:
    page, bench, _ = watch
    answer = post(page, bounce(to=bounce_sender(ADDRESS, bench.app.secret_key, "msg_" + "9" * 32), key="x"))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "unknown")


def test_the_address_is_closed_where_no_token_is_set(tmp_path) -> None:
    with inside(tmp_path, sources(SITE)) as bench:
        page = TestClient(make_site(bench.app, partial(perform, bench.engine)), base_url=HOME, client=HERE)
        assert post(page, bounce()).status_code == 404
        page.close()


def test_the_mailbox_is_looked_at_every_few_minutes_beside_other_work(watch) -> None:
    _, bench, box = watch
    (box / "new" / "1").write_bytes(bounce(to=mail(bench, "chen", 3), key="x"))
    time = [0.0]
    returning = Returning(bench.app, bench.engine.storage, lambda: time[0])
    returning.work()
    returning._threads._pool.shutdown(wait=True)
    assert bench.app.store.subscription("chen").status is Status.PAUSED
    assert timedelta(minutes=5).total_seconds() == EVERY


def test_a_mailbox_that_cannot_be_read_for_long_is_told_once_and_so_is_its_end(watch) -> None:
    _, bench, box = watch
    returning = Returning(bench.app, bench.engine.storage)
    (box / "new").rename(box / "away")
    for looks in range(1, 5):
        returning.look()
        assert any(one.key == "bounce:the mailbox" for one in bench.app.store.open_alarms()) == (looks >= 3)
    (box / "away").rename(box / "new")
    returning.look()
    assert not any(one.key == "bounce:the mailbox" for one in bench.app.store.open_alarms())


def test_housekeeping_tells_the_operator_who_was_paused(watch) -> None:
    page, bench, _ = watch
    post(page, bounce(to=mail(bench, "wang", 4), key="x"))
    housekeep(bench.app, bench.engine.rhythm)
    (alarm,) = [one for one in bench.app.store.open_alarms() if one.key == "bounce:wang"]
    assert (alarm.told_at, "no such mailbox (5.1.1)" in alarm.subject) == (bench.app.clock(), True)
