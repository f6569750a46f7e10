"""One line an outcome: readable words, or JSON with a field for each value; and nobody ever waits for whoever reads it."""

import io
import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cgtwatch.ops import logs
from cgtwatch.ops.aside import Aside
from cgtwatch.ops.logs import fields

LOG = logging.getLogger("cgtwatch.engine.engine")


@contextmanager
def logged(log_format: str, secrets: tuple[str, ...] = ()) -> Iterator[io.StringIO]:
    """What is written to the log meanwhile."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    out = io.StringIO()
    logs.set_up(log_format, secrets, out)
    try:
        yield out
    finally:
        root.handlers[:] = before
        root.setLevel(level)


def row(message: str, *args: object, secrets: tuple[str, ...] = ()) -> dict[str, object]:
    with logged("json", secrets) as out:
        LOG.info(message, *args)
    assert out.getvalue().count("\n") == 1
    found = json.loads(out.getvalue())
    assert {found.pop("level"), found.pop("from")} == {"info", "engine.engine"}
    assert found.pop("at").endswith("+00:00")
    return dict(found)


def test_an_operator_reads_each_value_of_an_outcome_as_a_field_of_its_own() -> None:
    told = fields(source="fda", outcome="ok", new=2, seconds=0.25, error=None)
    assert row("poll %s", told) == {"event": "poll", "source": "fda", "outcome": "ok", "new": 2, "seconds": 0.25}


@pytest.mark.parametrize(
    ("message", "args", "read"),
    [
        ("logged in user=%s client=%s", ("mei", "here"), {"event": "logged in", "user": "mei", "client": "here"}),
        ("%s by page source=%s", ("pause", "fda"), {"event": "pause by page", "source": "fda"}),
        ("page not served path=%s: %s", ("/", "disk full"), {"event": "page not served", "path": "/", "error": "disk full"}),
        ("work failed key=%s error=%s: %s", ("k", "E", "x"), {"event": "work failed", "key": "k", "error": "E", "message": "x"}),
        ("stopped count=%d waited=%.1f", (3, 1.25), {"event": "stopped", "count": 3, "waited": 1.25}),
        ("sources not reloaded: %s", ("a.yaml:2: no",), {"event": "sources not reloaded", "error": "a.yaml:2: no"}),
        ("100 %% sure", (), {"event": "100 %% sure"}),
        ("stalled %s", (fields(event="evt_1", on=None),), {"event": "stalled", "event_id": "evt_1"}),
        ("the search index was made anew", (), {"event": "the search index was made anew"}),
        ("set by %+.0f s", (61.0,), {"event": "set by +61 s"}),
    ],
)
def test_messages_written_as_text_are_taken_apart_as_well(message: str, args: tuple[object, ...], read: object) -> None:
    assert row(message, *args) == read


def test_the_text_of_a_line_stays_as_people_know_it() -> None:
    with logged("text") as out:
        LOG.warning("poll %s", fields(source="fda", error="http-5xx: busy\nnow", new=0, notes=None))
    assert out.getvalue().endswith('Z warning engine.engine poll source=fda error="http-5xx: busy\\nnow" new=0\n')


@pytest.mark.fault("S7", "S14")
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_secret_and_a_false_line_never_pass(log_format: str) -> None:
    with logged(log_format, ('s3"cret', "s3", "")) as out:
        LOG.info("poll %s", fields(source='x s3"cret y', error="a\n2026-01-01T00:00:00Z info all is well\x1b[2J"))
        LOG.info('said: s3"cret\nfalse line')
    assert out.getvalue().count("\n") == 2
    assert "cret" not in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_trace_stays_on_its_line() -> None:
    with logged("json") as out:
        try:
            raise ValueError("odd")
        except ValueError:
            LOG.exception("tick broke tick=%s", "poll")
    found = json.loads(out.getvalue())
    assert (found["event"], found["tick"], "ValueError: odd" in found["trace"]) == ("tick broke", "poll", True)


@contextmanager
def aside(room: int) -> Iterator[tuple[Aside, int]]:
    """A handler that writes into a pipe, and the end from which nobody reads yet."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        handler = Aside(stream, room)
        try:
            yield handler, reading
        finally:
            handler.close()
            os.close(reading)


def line(text: str) -> logging.LogRecord:
    return logging.LogRecord("cgtwatch", logging.INFO, "", 0, text, None, None)


@pytest.mark.fault("K8")
def test_nobody_waits_for_a_log_that_is_not_read_and_what_was_lost_is_told() -> None:
    with aside(room=50) as (handler, reading):
        for _ in range(400):
            handler.handle(line("x" * 1000))  # the pipe takes 64 KiB, the queue 50 lines
        assert handler.lost > 200
        came = b""
        while sum(map(int, re.findall(rb"dropped count=(\d+)\n", came))) < handler.lost:
            came += os.read(reading, 1 << 20)
        assert came.count(b"x\n") == 400 - handler.lost
        handler.handle(line("again"))
        while b"again" not in came:
            came += os.read(reading, 1 << 20)


@pytest.mark.fault("K8")
def test_a_closed_log_is_no_reason_to_end() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        handler = Aside(stream, 10)
        for _ in range(20):
            handler.handle(line("x"))
        handler.close()
    assert handler.lost >= 10


def test_what_waits_at_the_end_is_written() -> None:
    out = io.StringIO()
    handler = Aside(out)
    for number in range(100):
        handler.handle(line(str(number)))
    handler.close()
    assert out.getvalue().split() == [str(number) for number in range(100)]
    assert not any(one.name == "log" for one in threading.enumerate())
