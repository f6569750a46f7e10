"""`cgtwatch demo`, run as a newcomer runs it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import html
from place import PROGRAM, Place

SRC = Path(__file__).resolve().parents[2] / "src" / "cgtwatch"
CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str, float]:
    """One telling: the place, what was said, and how many seconds it took."""
    root = tmp_path_factory.mktemp("demo")
    place = Place(root)
    began = time.monotonic()
    done = place.run("demo", "--no-stay", "--place", str(root / "here"))
    assert done.stderr == ""
    return place, done.stdout, time.monotonic() - began


@pytest.mark.parametrize(
    "said",
    [
        "3. First look: what is there already is learned, and told to nobody",
        "10 documents stored, 4 of them cell and gene therapy policy; announcements: 0.",
        "2 digests looked at, 0 messages sent",
        "demo-register  held back  blocked: a maintenance page came with status 200",
        "approval, issued, importance high, about gene_therapy",
        "kept, told to nobody: Fuel cell vehicles join the agency's car pool",
        "with 3 events; its signature is right.",
        "reader-en  sent: CGT policy: 3 events",
        "0 new or updated, 0 messages, 0 more at the webhook. Nothing twice.",
    ],
)
def test_the_demo_tells_what_happens(told: tuple[Place, str, float], said: str) -> None:
    assert said in told[1]


def test_the_demo_tells_of_the_deadline_that_moved(told: tuple[Place, str, float]) -> None:
    assert re.search(r"the deadline moved from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", told[1])


def test_the_demo_numbers_its_steps(told: tuple[Place, str, float]) -> None:
    assert re.findall(r"^(\d)\. ", told[1], re.MULTILINE) == [str(number) for number in range(1, 10)]


def test_the_demo_takes_less_than_a_minute(told: tuple[Place, str, float]) -> None:
    assert told[2] < 60


def test_the_demo_is_plain_and_narrow_in_a_pipe(told: tuple[Place, str, float]) -> None:
    assert "\x1b" not in told[1]
    assert max(len(line) for line in told[1].splitlines() if "://" not in line and not CHINESE.search(line)) <= 130


def test_the_demos_digests_can_be_opened(told: tuple[Place, str, float]) -> None:
    paths = [Path(line.strip().removeprefix("file://")) for line in told[1].splitlines() if "file://" in line]
    assert [path.name for path in sorted(paths)] == ["digest-reader-en.html", "digest-reader-zh.html"]
    for path in paths:
        page = html.fromstring(path.read_text(encoding="utf-8"))
        assert page.xpath("//h3")
        assert len(page.xpath("//h3//a[starts-with(@href, 'http')]")) == 3


def test_what_the_demo_stored_can_be_looked_at_with_every_command(told: tuple[Place, str, float]) -> None:
    here = Place(told[0].root / "here")
    events = here.rows("events", "--importance", "high")
    assert {"approval", "guideline"} <= {event["doc_type"] for event in events}
    assert here.run("explain", events[0]["id"])
    assert here.run("sources", "check")


def test_the_demo_keeps_away_from_a_place_in_use(told: tuple[Place, str, float]) -> None:
    again = told[0].run("demo", "--no-stay", "--place", str(told[0].root / "here"), code=2)
    assert "name a new or empty directory" in again.stderr


@pytest.mark.chaos
def test_the_demo_is_coloured_on_a_terminal(tmp_path: Path) -> None:
    place = Place(tmp_path)
    master, slave = os.openpty()
    with subprocess.Popen(
        [*PROGRAM, "demo", "--no-stay"], cwd=tmp_path, env={**place.env, "TERM": "xterm", "TMPDIR": str(tmp_path)},
        stdout=slave, stderr=slave, stdin=slave,
    ) as process:  # fmt: skip
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 65536)
            except OSError:  # the other end is closed
                break
        assert process.wait(30) == 0
    os.close(master)
    assert "\x1b[" in shown.decode()
    assert "Nothing twice." in shown.decode()


# What a shell starts in the background ignores SIGINT (POSIX 2.11), and so would the demo where the tests run there.
HEARS_CTRL_C = (
    sys.executable, "-c", "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
)  # fmt: skip


@pytest.mark.chaos
def test_the_demo_stays_with_its_page_and_its_site_until_it_is_stopped(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with (
        subprocess.Popen(
            [*HEARS_CTRL_C, *PROGRAM, "demo", "--stay", "--place", str(tmp_path / "here")],
            cwd=tmp_path,
            env=place.env,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        ended(process),
    ):
        assert process.stdout is not None
        address = next(line.split()[0] for line in process.stdout if "(Ctrl-C ends)" in line)
        page = read(f"{address}?lang=en")
        assert "New in the last seven days" in page
        assert "Not polling" in page
        event = re.search(r'href="(/events/e[0-9a-f]+)', page)
        assert event is not None
        original = re.search(
            r'href="(http://127[^"]+)" rel="noopener noreferrer external">Open the original', read(address[:-1] + event[1])
        )
        assert original is not None
        assert "<h1>" in read(original[1])
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """A test that fails leaves no process behind, for which `Popen` would wait for ever."""
    try:
        yield
    finally:
        process.kill()


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        body: bytes = answer.read()
        return body.decode(answer.headers.get_content_charset() or "utf-8")


@pytest.mark.parametrize("room", ["demo", "web"])
def test_chinese_words_stand_in_data_files_only(room: str) -> None:
    assert [path.name for path in sorted((SRC / room).glob("*.py")) if CHINESE.search(path.read_text(encoding="utf-8"))] == []
