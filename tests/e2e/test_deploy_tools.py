"""What `deploy/` holds, in the eyes of the programs that it is made for: systemd, nginx, Prometheus, Docker's linter, Compose."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_format import problems
from place import Site, free_port, serving

from exchanges import PEM
from ops.vital_kit import lived, watch

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MONITORING = DEPLOY / "monitoring"
EXPOSED = 1.5  # at most, of 10, by `systemd-analyze security`; it was 1.2 when this was written


def tool(name: str) -> str:
    """Where a program lies; the test is left out, aloud, where it is not there."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip(f"{name} is missing: what deploy/ holds for it was not checked")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(one) for one in command], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine on which the units are installed as they say."""
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for one in DEPLOY.glob("cgtwatch*.*"):
        if one.suffix in {".service", ".timer"}:
            shutil.copy(one, units)
    known = ["basic", "sysinit", "shutdown", "network", "network-online", "time-sync", "timers", "multi-user"]
    for name in known:
        (units / f"{name}.target").write_text("[Unit]\nDescription=there\n")
    for program in ("opt/cgtwatch/bin/cgtwatch", "bin/kill"):
        path = tmp_path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path


def test_systemd_takes_the_units_without_a_word(machine: Path) -> None:
    analyze = tool("systemd-analyze")
    units = sorted((machine / "etc/systemd/system").glob("cgtwatch*"))
    assert [one.name for one in units] == ["cgtwatch-backup.service", "cgtwatch-backup.timer", "cgtwatch.service"]
    said = run(analyze, "verify", "--man=no", f"--root={machine}", *units)
    assert [line for line in said.splitlines() if "cgtwatch" in line] == []


@pytest.mark.parametrize("unit", ["cgtwatch.service", "cgtwatch-backup.service"])
def test_the_units_may_do_little(machine: Path, unit: str) -> None:
    said = run(tool("systemd-analyze"), "security", "--offline=true", "--no-pager", f"--root={machine}", unit)
    level = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert level is not None, said
    assert float(level[1]) <= EXPOSED, said


def test_the_copies_timer_runs_the_copies_service_as_the_same_user_on_the_same_data() -> None:
    service, copies = ((DEPLOY / name).read_text() for name in ("cgtwatch.service", "cgtwatch-backup.service"))
    for line in ("User=cgtwatch", "DynamicUser=yes", "StateDirectory=cgtwatch", "EnvironmentFile=-/etc/cgtwatch/cgtwatch.env"):
        assert line in service.splitlines()
        assert line in copies.splitlines()
    assert re.search(r"^ExecStart=\S+/cgtwatch db backup --keep \d+$", copies, re.MULTILINE)
    assert "Persistent=yes" in (DEPLOY / "cgtwatch-backup.timer").read_text()


def test_the_dockerfile_is_clean() -> None:
    assert run(tool("hadolint"), DEPLOY / "Dockerfile") == ""


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("compose*.yaml")), ids=lambda path: path.name)
def test_compose_files_have_the_format(path: Path) -> None:
    assert list(problems(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


def test_the_check_of_the_format_finds_what_is_wrong() -> None:
    wrong: dict[str, Any] = {
        "services": {
            "a": {"image": "x", "port": ["1"], "ports": ["http"], "depends_on": ["b"], "volumes": ["c:/d"], "init": "yes"}
        },
        "volume": {},
    }
    assert [one.partition(":")[0] for one in problems(wrong)] == [
        "volume", "services.a.port", "services.a.ports", "services.a.init", "services.a.depends_on", "services.a.volumes",
    ]  # fmt: skip


def test_prometheus_takes_the_rules_and_each_alert_comes_when_it_should() -> None:
    promtool = tool("promtool")
    assert "SUCCESS" in run(promtool, "check", "rules", MONITORING / "cgtwatch.rules.yaml")
    assert "SUCCESS" in run(promtool, "check", "config", MONITORING / "prometheus.yaml")
    tests = sorted(MONITORING.glob("*.test.yaml"))
    assert run(promtool, "test", "rules", *tests).count("SUCCESS") == len(tests)
    tried = "".join(one.read_text(encoding="utf-8") for one in tests)
    assert [name for name in alerts() if tried.count(f"alertname: {name}\n") < 2] == []


def alerts() -> dict[str, str]:
    """Name → expression."""
    read = yaml.safe_load((MONITORING / "cgtwatch.rules.yaml").read_text(encoding="utf-8"))
    return {rule["alert"]: rule["expr"] for group in read["groups"] for rule in group["rules"]}


def test_every_alert_has_a_line_in_the_runbook_and_every_line_an_alert() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(Cgtwatch\w+)` \|", page, re.MULTILINE)) == sorted(alerts())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a service tells of which everything is known."""
    root = tmp_path_factory.mktemp("told")
    with serving(Site()) as site, watch(root, site) as made:
        lived(made, root)
        made.bench.pass_time(days=2)
        made.service.engine.digest_due()
        for _ in range(200):
            if "archive_bytes" in (text := made.signs.metrics.text()[0].decode()):
                return text
            threading.Event().wait(0.02)  # its files are counted beside
        raise AssertionError(text)


def asked(expression: str) -> set[str]:
    """The metrics that an expression asks for; `up` is Prometheus' own."""
    return set(re.findall(r"\b(?:cgtwatch|process)_[a-z_]+\b", expression))


def panels(dashboard: Any) -> Iterator[Any]:
    for one in dashboard["panels"]:
        yield one
        yield from one.get("panels", ())


def queries(dashboard: Any) -> list[str]:
    return [target["expr"] for panel in panels(dashboard) for target in panel.get("targets", ())] + [
        one["expr"] for one in dashboard["annotations"]["list"]
    ]


@pytest.fixture
def dashboard() -> Any:
    return json.loads((MONITORING / "grafana-dashboard.json").read_text(encoding="utf-8"))


def test_dashboard_and_alerts_ask_for_metrics_that_are_told_and_the_manual_names_them_all(told: str, dashboard: Any) -> None:
    families = set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE))
    there = families | set(re.findall(r"^(\w+?)(?:\{| )", told, re.MULTILINE))
    wanted = set().union(*map(asked, [*queries(dashboard), *alerts().values()]))
    assert sorted(wanted - there) == []
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(cgtwatch_\w+)`", page))
    ours = {one for one in families if one.startswith("cgtwatch_")}
    assert (sorted(ours - named), sorted(named - ours)) == ([], [])


def test_the_dashboard_has_the_model_of_one(dashboard: Any, tmp_path: Path) -> None:
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time", "annotations"} <= set(dashboard)
    assert dashboard["schemaVersion"] >= 36
    variables = {one["name"] for one in dashboard["templating"]["list"]}
    numbers, places = [], set[tuple[int, int]]()
    for panel in panels(dashboard):
        numbers.append(panel["id"])
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert (at["x"] + at["w"] <= 24, places & cells) == (True, set()), panel["title"]
        places |= cells
        assert panel["type"] in {"row", "stat", "timeseries"}
        if panel["type"] != "row":
            assert panel["targets"], panel["title"]
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert len({one["refId"] for one in panel["targets"]}) == len(panel["targets"])
    assert len(set(numbers)) == len(numbers)
    assert set(re.findall(r"\$\{?(\w+)", "".join(queries(dashboard)))) <= variables
    promtool, rules = tool("promtool"), []
    for number, one in enumerate(queries(dashboard)):
        rules.append({"record": f"panel:{number}", "expr": one.replace("$job", "j").replace("$instance", ".*")})
    (tmp_path / "r.yaml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    run(promtool, "check", "rules", tmp_path / "r.yaml")


class Behind(BaseHTTPRequestHandler):
    """What stands behind the proxy: tells what it was asked, and of `/api/live` one event, then nothing for as long as it is let."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str]]]
    released: threading.Event

    def do_GET(self) -> None:
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        live = self.path == "/api/live"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if live else "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"7\r\ndata: 1\r\n")
        self.wfile.flush()
        if live:
            self.released.wait(20)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def proxied(root: Path) -> Iterator[tuple[Callable[..., tuple[int, bytes]], type[Behind]]]:
    """The example before something that tells what it was asked; gives what asks by TLS."""
    nginx, port = tool("nginx"), free_port()
    behind = type("Here", (Behind,), {"seen": [], "released": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), behind)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    text = (DEPLOY / "nginx.conf.example").read_text(encoding="utf-8")
    text = re.sub(r"/etc/nginx/tls/\w+\.pem", str(PEM), text).replace("127.0.0.1:8710", f"127.0.0.1:{server.server_address[1]}")
    text = re.sub(r" +listen \[::\].*\n", "", text).replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    paths = "".join(f"{name}_temp_path {root}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = root / "nginx.conf"
    conf.write_text(
        f"user root; pid {root}/pid; error_log {root}/error.log; events {{}}\nhttp {{ access_log off; {paths}\n{text}\n}}\n"
    )
    run(nginx, "-t", "-p", root, "-e", root / "error.log", "-c", conf)
    process = subprocess.Popen([nginx, "-p", root, "-e", root / "error.log", "-c", conf, "-g", "daemon off;"])
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE

    def ask(path: str, *headers: str, wanted: bytes = b"\r\n\r\n") -> tuple[int, bytes]:
        for _ in range(200):
            try:
                plain = socket.create_connection(("127.0.0.1", port), 10)
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                threading.Event().wait(0.02)
        with tls.wrap_socket(plain, server_hostname="watch.example.org") as line:
            lines = [f"GET {path} HTTP/1.1", "Host: watch.example.org", *headers, "", ""]
            line.sendall("\r\n".join(lines).encode())
            came = b""
            while wanted not in came:
                piece = line.recv(65536)
                assert piece, came
                came += piece
        return int(came.split()[1]), came

    try:
        yield ask, behind
    finally:
        behind.released.set()
        process.terminate()
        process.wait(10)
        server.shutdown()
        server.server_close()


def test_the_proxy_says_who_asks_hides_metrics_and_holds_no_news_back(tmp_path: Path) -> None:
    with proxied(tmp_path) as (ask, behind):
        status, _ = ask("/events", "X-Forwarded-For: 9.9.9.9", "Forwarded: for=9.9.9.9", "X-Forwarded-Host: evil.example")
        path, headers = behind.seen[-1]
        assert (status, path, headers["host"]) == (200, "/events", "watch.example.org")
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "https")
        assert (headers["x-forwarded-host"], headers.get("forwarded")) == ("watch.example.org", None)
        asked_before = len(behind.seen)
        assert [ask(hidden)[0] for hidden in ("/metrics", "//metrics", "/%6detrics", "/x/../metrics", "/readyz")] == [404] * 5
        assert len(behind.seen) == asked_before
        status, _ = ask("/api/live", wanted=b"data: 1")  # while the answer goes on
        assert (status, behind.released.is_set()) == (200, False)
