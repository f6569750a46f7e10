"""What `deploy/` holds runs the service: the unit's command and its notices, the compose file's shape."""

import configparser
import socket
from pathlib import Path

import yaml
from place import Place, Site

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FEED = "<rss version='2.0'><channel><title>t</title><item><title>a</title><link>http://127.0.0.1/a</link></item></channel></rss>"


def unit() -> configparser.SectionProxy:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(DEPLOY / "cgtwatch.service", encoding="utf-8")
    return read["Service"]


def test_the_service_tells_its_manager_when_it_is_ready_and_when_it_stops(place: Place, site: Site) -> None:
    site.page("/f.xml", FEED, "application/rss+xml")
    place.sources(f"sources:\n  - {{id: one, name: One, kind: feed, url: '{site.url}/f.xml', robots: ignore}}\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place.root / "notify"))
        manager.settimeout(30)
        place.extra["NOTIFY_SOCKET"] = str(place.root / "notify")
        with place.service("--no-web") as service:
            assert b"READY=1" in manager.recv(4096)
            assert service.stop() == 0
        heard = b""
        while b"STOPPING=1" not in heard:
            heard = manager.recv(4096)


def test_the_unit_runs_the_command_that_notifies_and_is_asked_to_reload_by_hangup() -> None:
    service = unit()
    assert service["ExecStart"].endswith("/cgtwatch run")
    assert (service["Type"], service["ExecReload"]) == ("notify", "/bin/kill -HUP $MAINPID")
    assert int(service["WatchdogSec"]) >= 30  # the service says it lives every five seconds
    assert service["RestartPreventExitStatus"] == "2 75"


def test_the_compose_file_builds_the_dockerfile_and_publishes_the_page_on_loopback_only() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["cgtwatch"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert service["ports"] == ["127.0.0.1:8710:8710"]
    assert service["read_only"] is True


def test_the_dockerfile_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") and "--from" not in line for name in line.split()[1:-1]]
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []
    assert "USER cgtwatch" in lines
    assert lines[-1] == 'CMD ["cgtwatch", "run"]'
