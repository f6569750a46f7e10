"""One service with every secret it may be given, all of them used and broken: afterwards each is found nowhere but where it belongs."""

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from attack import entry
from parrot import parrot
from place import Answer, Place, Service, Site, free_port, serving
from receivers import Receivers, receiving
from test_attack_secrets import everything

# What is set in the environment.
SET = {
    "smtp": "smtp-p4ss-canary1", "mailbox": "imap-p4ss-canary2", "key": "s3cret-k3y-of-all-canary3-0123456789", "inbox": "inbox-t0ken-canary4",
    "bounce": "bounce-t0ken-canary5", "translate": "translate-k3y-canary6", "feed": "feed-p4ss-canary7", "api": "api-k3y-canary8",
}  # fmt: skip
# What readers' targets hold: the ledger has to know it, nobody else.
TARGETS = {"hook": "h00k-path-canary9", "slack": "sl4ck-path-canary10"}
READER = {"mail": "m41l-reader-canary11"}
PAGES = (
    "/", "/events", "/sources", "/sources/by-url", "/sources/by-header", "/subscriptions", "/subscriptions/hook", "/subscriptions/hook/edit",
    "/deliveries", "/calendar", "/report", "/subscribe", "/nowhere", "/healthz", "/readyz", "/metrics", "/api/events", "/api/sources",
    "/api/subscriptions", "/api/deliveries", "/api/openapi.json", "/sources.opml", "/feed.atom", "/unsubscribe/wrong",
)  # fmt: skip
COMMANDS = (
    ("doctor", "--json"), ("sources", "list", "--json"), ("sources", "check"), ("sources", "test", "by-url"), ("sources", "test", "by-header"),
    ("subscriptions", "list", "--json"), ("subscriptions", "export"), ("subscriptions", "show", "hook", "--json"), ("deliveries", "list", "--json"),
    ("events", "--json"), ("items", "--json"), ("db", "check"), ("sources", "export"), ("translate",), ("users", "list", "--json"),
)  # fmt: skip
AT_DEBUG = """\
import logging
_set = logging.Logger.setLevel
logging.Logger.setLevel = lambda self, level: _set(self, logging.DEBUG if self.name in ("root", "cgtwatch") else level)
"""
pytestmark = pytest.mark.chaos
JSON = {"Content-Type": "application/json"}


@dataclass
class Seen:
    """All that was said by anybody, by where; what was made on the way; and where the data lie."""

    said: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    data: Path = Path()


def told(site: Site) -> Answer:
    """Everything that the site was asked with."""
    command, path, headers = site.requests[-1]
    body = site.posts[-1][1].decode(errors="replace") if command == "POST" else ""
    return 401, JSON | {"X-Told": path}, json.dumps({"error": {"message": f"{path} {dict(headers)} {body}"}}).encode()


def show(site: Site, *numbers: int) -> None:
    """The feed whose address holds a password, which it repeats."""

    def answer(_: Mapping[str, str]) -> Answer:
        rows = "".join(entry(number) for number in numbers)
        head = f"<title>{site.requests[-1][1]}</title><link>{site.url}/</link><description>{SET['feed']}</description>"
        return 200, {"Content-Type": "application/rss+xml"}, f"<rss version='2.0'><channel>{head}{rows}</channel></rss>".encode()

    site.pages["/feed"] = answer


def sources(site: Site) -> str:
    common = "issuer: fda, jurisdiction: US, language: en, every: {exactly: 60s}, gap: 0s, robots: ignore"
    return f"""sources:
  - {{id: by-url, name: A, kind: feed, url: "{site.url}/feed?token=env:FEED", {common}}}
  - {{id: by-header, name: B, kind: api, url: "{site.url}/told", headers: {{Authorization: "env:API"}}, api: {{items: rows, title: t, link: u}}, {common}}}
"""


def environment(site: Site, port: int, smtp: int, imap: int) -> dict[str, str]:
    return {
        "CGTWATCH_LISTEN": f"127.0.0.1:{port}", "CGTWATCH_PUBLIC_URL": f"http://127.0.0.1:{port}", "CGTWATCH_SIGNUP": "on",
        "CGTWATCH_SMTP_URL": f"smtp://user:{SET['smtp']}@127.0.0.1:{smtp}", "CGTWATCH_SECRET_KEY": SET["key"],
        "CGTWATCH_INBOX_TOKEN": SET["inbox"], "CGTWATCH_BOUNCE_TOKEN": SET["bounce"], "CGTWATCH_BOUNCE_ADDRESS": "bounces@example.org",
        "CGTWATCH_BOUNCE_MAILBOX": f"imap://user:{SET['mailbox']}@127.0.0.1:{imap}/INBOX", "CGTWATCH_TRANSLATE_URL": f"{site.url}/v1",
        "CGTWATCH_TRANSLATE_MODEL": "m", "CGTWATCH_TRANSLATE_KEY": SET["translate"], "CGTWATCH_TRANSLATE_LANGUAGES": "zh",
        "FEED": SET["feed"], "API": SET["api"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A service that lived through all of it."""
    root, found = tmp_path_factory.mktemp("canaries"), Seen()
    site, port = Site(), free_port()
    with (
        serving(site),
        receiving() as receivers,
        parrot("220 parrot", SET["smtp"]) as smtp,
        parrot("* OK parrot", SET["mailbox"]) as imap,
    ):
        place = Place(root, environment(site, port, smtp, imap))
        (root / "debug").mkdir()
        (root / "debug" / "sitecustomize.py").write_text(AT_DEBUG)
        place.extra["PYTHONPATH"] = os.pathsep.join([str(root / "debug"), os.environ.get("PYTHONPATH", "")])
        receivers.answer = lambda post: (500, JSON, json.dumps({"message": f"{post.path} {dict(post.headers)}"}).encode())
        show(site, 1)
        site.pages["/told"] = site.pages["/v1/chat/completions"] = lambda _: told(site)
        place.sources(sources(site))
        with place.service() as service:
            live(place, service, site, receivers, found)
            service.stop()
        found.said["log"] = service.text
        found.data = place.data
    return found


def live(place: Place, service: Service, site: Site, receivers: Receivers, found: Seen) -> None:
    """Everything is asked for, refused, shown and exported."""
    service.until(lambda: "poll source=by-header" in service.text and "poll source=by-url" in service.text, 60)
    add = ("subscriptions", "add")
    [hook] = place.rows(*add, "hook", "--to", f"{receivers.url}/{TARGETS['hook']}", "--cadence", "now", "--lang", "zh")
    found.made["signing secret"] = hook["secret"]
    place.run(*add, "room", "--to", f"slack:{receivers.url}/services/{TARGETS['slack']}", "--cadence", "now", "--lang", "en")
    place.run(*add, "mail", "--to", f"mailto:{READER['mail']}@reader.example", "--cadence", "now", "--lang", "en")
    show(site, 2, 1)
    found.said["poll"] = place.run("poll", "--all", "--json", code=None).stdout
    service.until(lambda: all(f"subscription={name} channel" in service.text for name in ("hook", "room", "mail")), 60)
    found.said["doors"] = "\n".join(_asked(place, path, method, body, token) for path, method, body, token in DOORS)
    found.said["pages"] = "\n".join(_asked(place, path) for path in PAGES)
    found.said["metrics"] = _asked(place, "/metrics")
    for command in COMMANDS:
        done = place.run(*command, code=None)
        found.said[" ".join(command)] = done.stdout + done.stderr
    found.said["processes"] = "\n".join(_processes(service.process.pid))
    found.said["backup"] = place.run("db", "backup", str(place.root / "copy.db")).stdout
    found.said["user"] = place.run(
        "users", "add", "ann", "--role", "operator", "--password", stdin=b"quiet river canary12 lantern\n"
    ).stdout
    found.made["password"] = "quiet river canary12 lantern"
    [made] = place.rows("users", "token", "ann")
    found.made["API token"] = made["token"]
    found.said["with a token"] = "\n".join(_asked(place, path, token=made["token"]) for path in PAGES)


DOORS = (
    ("/api/inbox", "POST", b'{"title": "Draft guidance on CAR-T", "text": "x"}', SET["inbox"]),
    ("/api/inbox", "POST", b"{", SET["inbox"] + "wrong"),
    ("/api/inbox", "POST", b"{", SET["inbox"]),
    ("/api/bounces", "POST", b"From: a@b\r\n\r\nnothing", SET["bounce"]),
    ("/api/bounces", "POST", b"\xff", SET["bounce"]),
    (f"/events?q={quote(SET['bounce'][:5])}", "GET", None, ""),
)


def _asked(place: Place, path: str, method: str = "GET", body: bytes | None = None, token: str = "") -> str:
    headers = {"Authorization": f"Bearer {token}", **JSON} if token else {}
    request = urllib.request.Request(f"http://{place.extra['CGTWATCH_LISTEN']}{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return f"{path} {answer.status} {answer.headers} {answer.read().decode(errors='replace')}"
    except urllib.error.HTTPError as error:
        return f"{path} {error.code} {error.headers} {error.read().decode(errors='replace')}"


def _processes(pid: int) -> Iterator[str]:
    """Command lines of the service and all it started; of the children the environment too."""
    whose = {int(path.name): path for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = {pid}
    for number in sorted(whose):
        with suppress(OSError):
            parent = int(re.search(r"^PPid:\s*(\d+)", (whose[number] / "status").read_text(), re.MULTILINE)[1])  # type: ignore[index]
            if parent in family:
                family.add(number)
    for number in family:
        with suppress(OSError):
            yield (whose[number] / "cmdline").read_text().replace("\0", " ")
            if number != pid:
                yield (whose[number] / "environ").read_text(errors="replace").replace("\0", " ")


def leaks(where: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    """Which secret stands where, as it is or as an address has it."""
    forms = {name: {word, quote(word, safe="")} for name, word in secrets.items()}
    return [
        f"{name} in {place}"
        for place, text in where.items()
        for name, words in forms.items()
        if any(one in text for one in words)
    ]


@pytest.mark.promise("P15")
@pytest.mark.fault("S7", "C11")
def test_no_secret_is_told_shown_logged_or_exported(seen: Seen) -> None:
    assert len(seen.said) > len(COMMANDS)
    assert leaks(seen.said, {**SET, **TARGETS}) == []


@pytest.mark.promise("P15")
def test_a_reader_is_named_to_the_operator_alone(seen: Seen) -> None:
    """Pages and lists are for whoever runs the watch; logs, metrics and process lists are read by others."""
    public = {where: text for where, text in seen.said.items() if where in {"log", "processes", "metrics", "doctor --json"}}
    assert "metrics" in public
    assert leaks(public, READER) == []


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_no_secret_that_was_made_on_the_way_is_told_again(seen: Seen) -> None:
    later = {where: text for where, text in seen.said.items() if where != "subscriptions show hook --json"}
    assert leaks(later, seen.made) == []


@pytest.mark.promise("P15")
@pytest.mark.fault("S7")
def test_the_data_and_their_copies_hold_no_secret_but_where_messages_go(seen: Seen) -> None:
    stored = {"what was written": everything(seen.data.parent).decode("latin-1")}
    assert leaks(stored, {**SET, **seen.made}) == []


@pytest.mark.promise("P15")
def test_every_secret_was_used(seen: Seen) -> None:
    log = seen.said["log"]
    assert re.search(r"(?i)log-in", log), "the mail server refused us"
    assert "by-header" in log
    assert "translate" in log
    assert "bounce" in log.lower()
    assert "/api/inbox 20" in seen.said["doors"]
