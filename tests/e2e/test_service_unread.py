"""A service whose log nobody reads works on, and ends when it is told to."""

import fcntl
import os
import subprocess
import urllib.error
import urllib.request

import pytest
from place import PROGRAM, Place, Service, Site, free_port

FEED = "<rss version='2.0'><channel><title>t</title><item><title>a</title><link>http://127.0.0.1/a</link></item></channel></rss>"


@pytest.mark.chaos
@pytest.mark.fault("K8")
def test_a_service_polls_answers_and_ends_while_its_log_is_blocked(place: Place, site: Site) -> None:
    site.page("/f.xml", FEED, "application/rss+xml")
    place.sources(f"sources:\n  - {{id: one, name: One, kind: feed, url: '{site.url}/f.xml', robots: ignore}}\n")
    place.extra["CGTWATCH_LISTEN"] = f"127.0.0.1:{free_port()}"
    unread, log = os.pipe()
    fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, 4096)
    os.write(log, b"x" * 4096)  # not a byte more goes in
    (place.root / "service.log").write_text("")
    with subprocess.Popen([*PROGRAM, "run"], cwd=place.root, env=place.env, stdout=log, stderr=log) as process:
        os.close(log)
        service = Service(process, place.root / "service.log")
        try:
            service.until(lambda: 'cgtwatch_polls_total{error="",outcome="ok"} 1.0' in metrics(place), seconds=120)
            assert service.stop() == 0
        finally:
            process.kill()
            os.close(unread)


def metrics(place: Place) -> str:
    try:
        with urllib.request.urlopen(f"http://{place.extra['CGTWATCH_LISTEN']}/metrics", timeout=10) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError):
        return ""
