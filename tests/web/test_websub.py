"""A hub that tells of news is heard: asked for what it tells, believed only where it signs, and never taken at its word."""

import hmac
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from place import Site, serving

from cgtwatch.deliver.tokens import sign
from cgtwatch.model.draft import Parsed
from cgtwatch.model.push import Push, PushState
from cgtwatch.pipeline.push import PURPOSE, Step, learn, next_step
from web.watched import FEED, Watched, watched


class Hub:
    """A watch with one feed that names a hub; the hub notes what it was asked."""

    def __init__(self, watch: Watched) -> None:
        self.watch, self.site = watch, watch.site
        self.status = 202
        self.site.pages["/hub"] = lambda _: (self.status, {}, b"")
        self.publish("First notice")

    @property
    def topic(self) -> str:
        return f"{self.site.url}/feed.xml"

    def publish(self, *titles: str, hub: bool = True) -> None:
        links = f"<link rel='hub' href='{self.site.url}/hub'/><link rel='self' href='{self.topic}'/>" if hub else ""
        entries = "".join(
            f"<entry><id>{title}</id><title>{title}</title><link href='{self.site.url}/{n}'/><updated>2026-03-01T00:00:00Z</updated></entry>"
            for n, title in enumerate(titles)
        )
        self.site.page(
            "/feed.xml",
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{links}{entries}</feed>",
            "application/atom+xml",
        )

    @property
    def asked(self) -> list[dict[str, str]]:
        """The forms that the hub was sent."""
        return [{name: values[0] for name, values in parse_qs(body.decode()).items()} for _, body in self.site.posts]

    @property
    def push(self) -> Push | None:
        return self.watch.bench.app.store.push("agency")

    def subscribe(self) -> None:
        """Find the hub and let housekeeping ask it."""
        bench = self.watch.bench
        learn(bench.app.source("agency"), Parsed((), hub=f"{self.site.url}/hub", topic=self.topic), bench.app.store)
        bench.engine.housekeep()

    def callback(self) -> str:
        return urlsplit(self.asked[-1]["hub.callback"]).path

    def verify(self, **more: str):
        given = {"mode": "subscribe", "topic": self.topic, "challenge": "c-123", "lease_seconds": "864000"} | more
        return self.watch.page.get(self.callback(), params={f"hub.{name}": value for name, value in given.items()})

    def confirmed(self) -> None:
        self.subscribe()
        assert self.verify().status_code == 200

    def ping(self, body: bytes = b"<feed/>", algorithm: str = "sha256", secret: str | None = None, **headers: str):
        key = (secret or self.asked[-1]["hub.secret"]).encode()
        signature = {"X-Hub-Signature": f"{algorithm}={hmac.new(key, body, algorithm).hexdigest()}"}
        return self.watch.page.post(self.callback(), content=body, headers=signature | headers)

    def due(self) -> bool:
        app = self.watch.bench.app
        return app.store.due(app.clock(), ["agency"]) == ["agency"]


@pytest.fixture(scope="module")
def one_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with serving(Site()) as site, watched(tmp_path_factory.mktemp("hub"), site, FEED) as watch:
        yield Hub(watch)


@pytest.fixture
def hub(one_hub: Hub) -> Hub:
    """As if the feed had just been visited, and its hub not been asked yet."""
    app = one_hub.watch.bench.app
    one_hub.watch.bench.pass_time(minutes=10)
    one_hub.publish("First notice")
    one_hub.status = 202
    app.use_sources(app.read_sources())
    one_hub.watch.bench.poll()
    app.store.forget_push("agency")
    one_hub.site.posts.clear()
    return one_hub


def test_a_hub_that_a_feed_names_is_asked_once(hub) -> None:
    hub.publish("First notice", "Another notice")
    hub.watch.bench.poll()
    hub.watch.bench.engine.housekeep()
    hub.watch.bench.engine.housekeep()
    [asked] = hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", hub.topic)
    assert asked["hub.callback"].startswith("https://watch.example.org/websub/")
    assert 32 <= len(asked["hub.secret"]) <= 200


def test_a_feed_without_a_hub_leads_to_no_question(hub) -> None:
    hub.publish("First notice", hub=False)
    hub.watch.bench.poll()
    hub.watch.bench.engine.housekeep()
    assert hub.asked == []


def test_a_hubs_question_is_answered_with_its_challenge(hub) -> None:
    hub.subscribe()
    answer = hub.verify()
    assert (answer.status_code, answer.text) == (200, "c-123")
    assert answer.headers["content-type"].startswith("text/plain")
    assert hub.push is not None
    assert hub.push.state is PushState.ACTIVE
    assert hub.push.lease_until == hub.watch.bench.now + timedelta(days=10)


@pytest.mark.parametrize(
    "more", [{"topic": "https://elsewhere.test/feed"}, {"mode": "unsubscribe"}, {"mode": "weird"}, {"challenge": "c" * 2000}]
)
def test_what_was_not_asked_for_is_not_confirmed(hub, more) -> None:
    hub.subscribe()
    assert hub.verify(**more).status_code == 404
    assert hub.push is not None
    assert hub.push.state is PushState.ASKED


def test_a_callback_that_we_never_gave_is_not_known(hub) -> None:
    hub.subscribe()
    forged = f"/websub/{sign(b'another key', PURPOSE, 'agency')}"
    assert hub.watch.page.get(forged, params={"hub.mode": "subscribe", "hub.topic": hub.topic}).status_code == 404
    assert hub.watch.page.post(forged, content=b"x").status_code == 404


def test_a_denied_subscription_is_not_asked_for_again_for_days(hub) -> None:
    hub.subscribe()
    assert hub.verify(mode="denied").status_code == 200
    hub.watch.bench.pass_time(days=2)
    hub.watch.bench.engine.housekeep()
    assert len(hub.asked) == 1


def test_a_ping_brings_the_visit_forward_and_the_visit_finds_the_news(hub) -> None:
    hub.confirmed()
    hub.publish("First notice", "Second notice")
    assert not hub.due()
    assert 200 <= hub.ping().status_code < 300
    assert hub.due()
    assert hub.watch.bench.poll()["agency"]["new"] == 1


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_that_the_standard_names_is_understood(hub, algorithm) -> None:
    hub.confirmed()
    hub.ping(algorithm=algorithm)
    assert hub.due()


def test_a_ping_with_a_wrong_signature_is_taken_and_ignored(hub) -> None:
    hub.confirmed()
    assert 200 <= hub.ping(secret="guessed").status_code < 300
    assert 200 <= hub.watch.page.post(hub.callback(), content=b"x").status_code < 300
    assert (
        200 <= hub.watch.page.post(hub.callback(), content=b"x", headers={"X-Hub-Signature": "md5=é".encode()}).status_code < 300
    )
    assert not hub.due()


def test_nothing_that_a_ping_says_is_stored(hub) -> None:
    hub.confirmed()
    hub.ping(b"<feed><entry><title>Invented</title></entry></feed>")
    assert hub.watch.bench.poll()["agency"]["outcome"] == "unchanged"


def test_a_ping_without_end_is_not_believed(hub, monkeypatch) -> None:
    hub.confirmed()
    monkeypatch.setattr("cgtwatch.web.incoming.websub.MOST", 1000)
    assert 200 <= hub.ping(b"x" * 2000).status_code < 300
    assert not hub.due()


def test_a_storm_of_pings_is_one_visit_now_and_one_a_while_later(hub) -> None:
    hub.confirmed()
    hub.ping()
    hub.watch.bench.poll()
    for _ in range(20):
        hub.ping()
    assert not hub.due()
    hub.watch.bench.pass_time(seconds=31)
    assert hub.due()


def test_a_lease_is_renewed_before_its_end(hub) -> None:
    hub.confirmed()
    hub.watch.bench.pass_time(days=8)
    hub.watch.bench.engine.housekeep()
    assert len(hub.asked) == 1
    hub.watch.bench.pass_time(days=1, hours=1)
    hub.watch.bench.engine.housekeep()
    assert len(hub.asked) == 2
    hub.ping()  # what runs still holds while it is renewed
    assert hub.due()


def test_a_source_that_goes_away_is_unsubscribed(hub) -> None:
    hub.confirmed()
    app = hub.watch.bench.app
    app.use_sources(type(app.source_file)((), app.source_file.path, ()))
    hub.watch.bench.engine.housekeep()
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert hub.verify(mode="unsubscribe").status_code == 200
    assert hub.verify().status_code == 404
    assert hub.push is None
    assert hub.watch.page.post(hub.callback(), content=b"x").status_code == 410


def test_a_feed_that_names_no_hub_any_more_is_not_renewed(hub) -> None:
    hub.confirmed()
    hub.publish("First notice", "Second notice", hub=False)
    hub.watch.bench.poll()
    hub.watch.bench.pass_time(days=9, hours=1)
    hub.watch.bench.engine.housekeep()
    assert len(hub.asked) == 1


def test_a_hub_that_says_no_is_left_alone_for_days(hub) -> None:
    hub.status = 403
    hub.subscribe()
    hub.watch.bench.pass_time(days=1)
    hub.watch.bench.engine.housekeep()
    assert len(hub.asked) == 1


def test_a_hub_inside_is_not_asked(hub) -> None:
    app = hub.watch.bench.app
    app.store.save_push(
        Push("agency", "http://10.0.0.1/hub", hub.topic, PushState.ASKED, hub.watch.bench.now - timedelta(days=1))
    )
    hub.watch.bench.engine.housekeep()
    assert hub.push is not None
    assert hub.push.state is PushState.ASKED


@pytest.mark.parametrize(
    ("state", "asked_ago", "lease_left", "step"),
    [
        (PushState.ASKED, timedelta(minutes=30), None, Step.NOTHING),
        (PushState.ASKED, timedelta(hours=2), None, Step.SUBSCRIBE),
        (PushState.ACTIVE, timedelta(days=5), timedelta(days=5), Step.NOTHING),
        (PushState.ACTIVE, timedelta(days=9), timedelta(hours=20), Step.SUBSCRIBE),
        (PushState.ACTIVE, timedelta(minutes=5), timedelta(hours=20), Step.NOTHING),
        (PushState.ACTIVE, timedelta(days=20), timedelta(days=-10), Step.SUBSCRIBE),
        (PushState.REFUSED, timedelta(days=3), None, Step.NOTHING),
        (PushState.REFUSED, timedelta(days=8), None, Step.SUBSCRIBE),
    ],
)
def test_a_hub_is_asked_when_it_is_time(hub, state, asked_ago, lease_left, step) -> None:
    now = hub.watch.bench.now
    push = Push("agency", "http://hub.test", hub.topic, state, now - asked_ago, now + lease_left if lease_left else None)
    assert next_step(push, now, wanted=True) is step
    assert next_step(push, now, wanted=False) is Step.UNSUBSCRIBE
