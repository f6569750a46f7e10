"""The running service as a process: starts, works, obeys signals, ends."""

import json
import signal
import urllib.request

import pytest
from place import Place, Site, free_port

FEED = """<rss version="2.0"><channel><title>News</title><link>http://127.0.0.1/</link><description>All of it</description>{}</channel></rss>"""
ENTRY = "<item><guid>{0}</guid><title>{1}</title><link>http://127.0.0.1/{0}</link><description>{2}</description></item>"
OLD = ENTRY.format("1", "Annual report", "Figures of the year.")
NEWS = ENTRY.format(
    "2",
    "FDA issues draft guidance on CAR-T cell therapy",
    "The draft guidance on chimeric antigen receptor T cells is open for comment.",
)
SOURCES = """\
sources:
  - {{id: one, name: One, kind: feed, url: "{url}/feed.xml", issuer: fda, jurisdiction: US, language: en, every: {{exactly: 60s}}, gap: 0s, robots: ignore}}
"""


@pytest.fixture
def running_place(place: Place, site: Site) -> Place:
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    site.page("/feed.xml", FEED.format(OLD), "application/rss+xml")
    place.sources(SOURCES.format(url=site.url))
    return place


def page(place: Place, path: str = "/") -> str:
    with urllib.request.urlopen(f"http://{place.extra['CGTWATCH_LISTEN']}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_service_polls_serves_and_stops_cleanly(running_place: Place, site: Site) -> None:
    running_place.forked = False  # the start itself is of interest here
    with running_place.service() as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        assert "http://" + running_place.extra["CGTWATCH_LISTEN"] in service.text
        service.until(lambda: "send delivery=" in service.text)  # the welcome of the subscription `local`
        assert json.loads(page(running_place, "/healthz"))["ok"] is True
        assert "One" in page(running_place, "/sources")
        assert service.stop() == 0
    assert not (running_place.data / "control.sock").exists()


def test_commands_work_through_the_running_service(running_place: Place, site: Site) -> None:
    with running_place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        running_place.rows("subscriptions", "add", "mei", "--to", "local:", "--cadence", "now", "--lang", "en")
        site.page("/feed.xml", FEED.format(NEWS + OLD), "application/rss+xml")
        assert running_place.poll("one")["one"]["new"] == 1
        service.until(lambda: "digest subscription=mei outcome=queued" in service.text)
        service.until(
            lambda: any(
                row["subscription"] == "mei" and row["state"] == "sent" for row in running_place.rows("deliveries", "list")
            )
        )
        assert [row["title"] for row in running_place.rows("events")] == ["FDA issues draft guidance on CAR-T cell therapy"]


@pytest.mark.fault("K5")
@pytest.mark.promise("P7")
def test_a_second_service_is_refused_and_none_is_blocked_after_a_kill(running_place: Place) -> None:
    with running_place.service("--no-web") as service:
        service.until(lambda: "started" in service.text)
        refused = running_place.run("run", "--no-web", code=75)
        assert "another cgtwatch" in refused.stderr
        service.process.kill()
        service.process.wait(10)
    with running_place.service("--no-web") as again:
        again.until(lambda: again.text.count("started sources") == 2)
        assert again.stop() == 0


@pytest.mark.chaos
@pytest.mark.fault("C1")
@pytest.mark.promise("P17")
def test_a_wrong_sources_file_leaves_the_running_service_as_it_was(running_place: Place, site: Site) -> None:
    with running_place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        running_place.sources("sources:\n  - {id: one, kind: fed, url: 'http://x/'}\n")
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "sources not reloaded" in service.text)
        assert "sources.yaml:2" in service.text
        assert running_place.poll("one")["one"]["outcome"] in {"ok", "unchanged"}


def test_a_right_sources_file_is_taken_over_on_sighup(running_place: Place, site: Site) -> None:
    with running_place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        site.page("/other.xml", FEED.format(OLD), "application/rss+xml")
        text = SOURCES.format(url=site.url)
        running_place.sources(text + text.splitlines()[1].replace("id: one", "id: two").replace("/feed.xml", "/other.xml") + "\n")
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "poll source=two outcome=ok" in service.text)


@pytest.mark.fault("K3")
def test_service_stops_within_ten_seconds_in_the_middle_of_a_slow_fetch(running_place: Place, site: Site) -> None:
    import threading

    release = threading.Event()

    def slow(_headers: object) -> tuple[int, dict[str, str], bytes]:
        release.wait(30)
        return 200, {}, b""

    site.pages["/feed.xml"] = slow
    with running_place.service("--no-web") as service:
        service.until(lambda: site.asked("/feed.xml") == 1)
        assert service.stop(within=10) == 0
    release.set()


def test_service_says_plainly_where_no_source_is_reachable_and_stays_up(running_place: Place) -> None:
    closed = free_port()
    entry = SOURCES.format(url=f"http://127.0.0.1:{closed}").splitlines()[1]
    running_place.sources(
        "sources:\n" + "".join(entry.replace("id: one", f"id: s{n}").replace("/feed.xml", f"/{n}.xml") + "\n" for n in range(4))
    )
    with running_place.service() as service:
        service.until(lambda: "alarm subject=" in service.text, seconds=60)
        service.until(lambda: service.text.count("send delivery=") >= 2)
        shown = page(running_place, "/?lang=en")
        assert shown.count("s0") >= 1
        alarms = [line for line in service.text.splitlines() if " alarm " in line]
        assert len(alarms) == 1
        assert all(row["error"] for row in running_place.rows("sources", "list"))
        assert service.process.poll() is None
