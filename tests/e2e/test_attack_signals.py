"""Signals and requests in any number and at any time leave the service able to work and to stop."""

import json
import os
import signal
import socket
import subprocess
import threading
from contextlib import suppress

import pytest
from attack import feed, sources
from place import Place, Site

from cgtwatch.engine.control import ask


@pytest.mark.chaos
def test_a_storm_of_reloads_ends_with_the_last_file_and_a_clean_stop(place: Place, site: Site) -> None:
    for name in ("one", "two"):
        site.page(f"/{name}", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/one"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        for _ in range(2000):
            service.process.send_signal(signal.SIGHUP)
        place.sources(sources(one=f"{site.url}/one", two=f"{site.url}/two"))
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "poll source=two outcome=ok" in service.text)
        for _ in range(500):
            service.process.send_signal(signal.SIGHUP)
        assert service.stop() == 0
    assert "Traceback" not in service.text


def test_a_request_that_makes_no_sense_is_answered_and_breaks_nothing(place: Place, site: Site) -> None:
    site.page("/one", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/one"))
    with place.service("--no-web") as service:
        service.until(lambda: "started" in service.text)
        for request in (
            b"\n",
            b"[]\n",
            b"{nonsense\n",
            b'{"operation": "deliveries.redeliver"}\n',
            b'{"operation": "poll", "args": 5}\n',
        ):
            with socket.socket(socket.AF_UNIX) as asker:
                asker.connect(str(place.data / "control.sock"))
                asker.sendall(request)
                assert "error" in json.loads(asker.makefile().readline())
        assert place.poll("one")["one"]["error"] is None
        assert service.stop() == 0


@pytest.mark.chaos
def test_many_commands_at_once_are_all_served_by_the_running_service(place: Place, site: Site) -> None:
    site.page("/one", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/one"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        answers: list[list[dict[str, object]]] = []
        askers = [
            threading.Thread(target=lambda: answers.append(list(ask(place.data, "poll", {"all": True}) or ()))) for _ in range(12)
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(30)
        assert len(answers) == 12
        assert all(rows[-1]["summary"]["sources"] == 1 for rows in answers)  # type: ignore[index]
        assert service.stop() == 0


def test_a_poll_in_the_middle_of_a_stop_says_that_it_was_not_finished(place: Place, site: Site) -> None:
    release = threading.Event()

    def slow(_headers: object) -> tuple[int, dict[str, str], bytes]:
        release.wait(30)
        return 200, {}, b""

    site.pages["/one"] = slow
    place.sources(sources(one=f"{site.url}/one"))
    with place.service("--no-web") as service:
        service.until(lambda: site.asked("/one") == 1)
        codes: list[int] = []
        asker = threading.Thread(target=lambda: codes.append(place.run("poll", "--all", code=None).returncode))
        asker.start()
        service.until(lambda: True)
        threading.Event().wait(1.5)  # the command is a process that has to come up first
        assert service.stop() == 0
        asker.join(20)
    release.set()
    assert codes in ([1], [75])


@pytest.mark.fault("K3")
def test_service_stops_within_ten_seconds_while_a_parser_hangs(place: Place, site: Site) -> None:
    site.page("/one", feed([1]), "application/rss+xml")
    place.sources(sources(one=f"{site.url}/one"))
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        listed = subprocess.run(["pgrep", "-P", str(service.process.pid)], capture_output=True, text=True, check=True)
        children = [int(number) for number in listed.stdout.split()]
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            site.page("/one", feed([2, 1]), "application/rss+xml")
            asked = site.asked("/one")
            threading.Thread(target=lambda: place.run("poll", "one", code=None), daemon=True).start()
            service.until(lambda: site.asked("/one") > asked)
            assert service.stop(within=10) == 0
        finally:
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
