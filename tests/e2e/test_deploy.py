"""What `deploy/` holds runs the service: the unit's command and its notices, the compose file's shape."""

import configparser
import re
import socket
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import requires
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from place import Place, Site

from cgtwatch.config.settings import CA_NAMES, PREFIX, READERS, TESTS_ONLY, load_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
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
    assert service["RestartPreventExitStatus"] == "2", (
        "who found the database held by a copy, or by another cgtwatch, tries again"
    )


def test_the_unit_points_at_nothing_that_its_own_instructions_do_not_install() -> None:
    text = (DEPLOY / "cgtwatch.service").read_text(encoding="utf-8")
    paths = {path.rstrip(".,") for path in re.findall(r"(?<![\w/])/(?:opt|etc)/[^\s),;]*", text)}
    installed = (
        "/opt/cgtwatch",
        "/opt/cgtwatch/bin/*",
        "/etc/cgtwatch",
        "/etc/cgtwatch/cgtwatch.env",
        "/etc/cgtwatch/sources.yaml",
    )
    assert [path for path in sorted(paths) if not any(fnmatch(path, known) for known in installed)] == []
    assert "file://" not in text


def test_the_compose_file_builds_the_dockerfile_and_publishes_the_page_on_loopback_only() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["cgtwatch"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert service["ports"] == ["127.0.0.1:8710:8710"]
    assert service["read_only"] is True


def example() -> dict[str, str]:
    """The settings that the example names, with the values it gives."""
    text = (DEPLOY / "cgtwatch.env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_every_setting_stands_in_the_example_and_can_be_passed_on() -> None:
    settings = {f"{PREFIX}{key.upper()}" for key in READERS}
    known = example().keys() & (settings | {*CA_NAMES})
    assert (settings - known, example().keys() - known) == (set(), set())
    passed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["cgtwatch"]["environment"]
    image = set(re.findall(r"(CGTWATCH_\w+)=", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    assert settings - passed.keys() == image  # which says where data lies and what is listened on
    assert [name for name, value in passed.items() if value != f"${{{name}:-}}"] == []
    assert not passed.keys() & {*CA_NAMES}  # an empty one is no bundle to OpenSSL
    assert unit()["EnvironmentFile"] == "-/etc/cgtwatch/cgtwatch.env"


def test_the_settings_of_the_operators_page_are_settings() -> None:
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in ("docs/operating.md", "docs/channels.md", "README.md"))
    told = set(re.findall(r"CGTWATCH_[A-Z_]*[A-Z]", text)) - {TESTS_ONLY}
    assert sorted(told - example().keys()) == []


def test_the_values_of_the_example_are_understood(tmp_path: Path) -> None:
    for name in ("sources.yaml", "rules.yaml", "subscriptions.yaml", "dkim.pem", "ca.pem"):
        (tmp_path / name).write_text("")
    (tmp_path / "templates").mkdir()
    given = {**example(), "SSL_CERT_FILE": "ca.pem", "CGTWATCH_BROWSER": sys.executable}
    found = load_settings(given, tmp_path)
    assert (found.signup, found.bounce_address, found.ca_file) == (True, "bounces@example.org", str(tmp_path / "ca.pem"))


def test_an_empty_setting_is_none(tmp_path: Path) -> None:
    assert load_settings(dict.fromkeys(example(), ""), tmp_path) == load_settings({}, tmp_path)


def test_the_dockerfile_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") and "--from" not in line for name in line.split()[1:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert (
        re.search(r"useradd .*--uid (\d+)", "\n".join(lines))[1]
        == next(line for line in lines if line.startswith("USER")).split()[1]
    )  # type: ignore[index]
    assert lines[-1] == 'CMD ["cgtwatch", "run"]'


def test_the_image_is_built_without_data_secrets_and_tests_and_with_all_that_is_copied() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {".git", ".venv", "data", ".env", "tests", "benchmarks", "docs"} <= set(ignored)
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") and "--from" not in line for name in line.split()[1:-1]]
    assert [name for name in copied if any(fnmatch(name.removeprefix("./"), pattern) for pattern in ignored)] == []


def test_the_image_holds_pinned_packages_and_none_that_only_tests_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {canonicalize_name(line.partition("==")[0]) for line in (ROOT / "requirements.lock").read_text().split()}
    extras = project["optional-dependencies"]
    needed = closure([*project["dependencies"], *extras["apprise"], *extras["cluster"], *extras["dkim"]])
    only_tests = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"]["dev"]}
    assert (needed - pinned, needed & only_tests) == (set(), set())
    [install] = [
        line for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines() if " install " in line and "pip" in line
    ]
    assert install.endswith("--constraint requirements.lock '.[apprise,cluster,dkim]'")


def closure(asked: list[str]) -> set[str]:
    """The packages that come with these, as this interpreter would install them."""
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        one = Requirement(waiting.pop())
        name = canonicalize_name(one.name)
        if name not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
            found.add(name)
            waiting += requires(name) or []
    return found


def test_the_readme_asks_for_the_packages_that_the_landing_check_installs() -> None:
    command = re.search(r"apt-get install -y (.+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    checked = re.search(r"^packages=\((.+)\)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert command is not None
    assert checked is not None
    assert command[1].split() == checked[1].split()
