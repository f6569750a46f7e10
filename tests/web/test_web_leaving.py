"""Unsubscribing by link (RFC 8058)."""

import pytest

from cgtwatch.deliver.tokens import sign, unsubscribe_url
from cgtwatch.errors import StoreFull
from cgtwatch.model.delivery import DeliveryState
from cgtwatch.web.site import make_site
from web.watched import HOME, TestClient, Watched

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(watch: Watched, name: str) -> str:
    return unsubscribe_url("", watch.bench.app.secret_key, watch.bench.app.store.subscription(name))


def names(watch: Watched) -> set[str]:
    return {one.name for one in watch.bench.app.store.subscriptions()}


@pytest.mark.promise("P16")
def test_a_post_ends_the_subscription_at_once(watch: Watched) -> None:
    answer = watch.page.post(link(watch, "mei"), data=ONE_CLICK, follow_redirects=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "Unsubscribed" in answer.text
    assert names(watch) == {"picky"}


@pytest.mark.promise("P16")
def test_a_post_cancels_what_is_still_queued(watch: Watched) -> None:
    watch.bench.pass_time(hours=7)
    watch.publish(
        "third", "Agency issues final guideline on stem cell therapy", "The agency has issued a guideline on stem cells."
    )
    watch.bench.poll()
    watch.ask("digest")
    assert watch.bench.app.store.deliveries(DeliveryState.QUEUED)
    watch.page.post(link(watch, "mei"), data=ONE_CLICK)
    assert watch.bench.app.store.deliveries(DeliveryState.QUEUED) == []
    assert watch.bench.app.store.deliveries(DeliveryState.CANCELLED)
    assert watch.ask("send") == []


@pytest.mark.promise("P16")
def test_a_get_changes_nothing_and_shows_a_button(watch: Watched) -> None:
    answer = watch.page.get(f"{link(watch, 'mei')}?lang=en")
    assert answer.status_code == 200
    assert '<form method="post">' in answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert names(watch) == {"mei", "picky"}
    assert watch.page.head(link(watch, "mei")).status_code == 200
    assert names(watch) == {"mei", "picky"}


def test_a_second_post_is_as_good_as_the_first(watch: Watched) -> None:
    address = link(watch, "mei")
    watch.page.post(address, data=ONE_CLICK)
    again = watch.page.post(f"{address}?lang=en", data=ONE_CLICK)
    assert again.status_code == 200
    assert "had ended already" in again.text
    assert "had ended already" in watch.get(f"{address}?lang=en")


def test_an_old_link_does_not_end_a_namesake_made_later(watch: Watched) -> None:
    address = link(watch, "mei")
    watch.ask("subscriptions.remove", name="mei")
    watch.bench.pass_time(hours=1)
    watch.ask("subscriptions.add", name="mei", to="local:")
    assert "had ended already" in watch.page.post(f"{address}?lang=en", data=ONE_CLICK).text
    assert names(watch) == {"mei", "picky"}


@pytest.mark.parametrize("damage", ["cut", "flipped", "purpose", "nothing", "long", "strange"])
def test_a_link_that_was_not_signed_ends_nothing(watch: Watched, damage: str) -> None:
    good = link(watch, "mei")
    bad = {
        "cut": good[:-3],
        "flipped": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "purpose": "/unsubscribe/" + sign(watch.bench.app.secret_key, "confirm", "mei"),
        "nothing": "/unsubscribe/x",
        "long": "/unsubscribe/" + "A" * 5000,
        "strange": "/unsubscribe/%E7%BB%86.%00",
    }[damage]
    assert watch.page.post(bad, data=ONE_CLICK).status_code == 404
    assert watch.page.get(bad).status_code == 404
    assert names(watch) == {"mei", "picky"}


def test_a_page_that_cannot_change_anything_asks_to_come_again(watch: Watched) -> None:
    with TestClient(make_site(watch.bench.app), base_url=HOME) as page:
        for answer in (page.get(link(watch, "mei")), page.post(link(watch, "mei"), data=ONE_CLICK)):
            assert answer.status_code == 503
            assert "Not possible right now" in answer.text
    assert names(watch) == {"mei", "picky"}


def test_a_full_disk_asks_to_come_again_and_tells_no_secret(watch: Watched) -> None:
    def full(*_):
        raise StoreFull("/secret/place: no space left")
        yield

    with TestClient(make_site(watch.bench.app, full), base_url=HOME) as page:
        answer = page.post(link(watch, "mei"), data=ONE_CLICK)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "/secret/place" not in answer.text
