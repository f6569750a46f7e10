"""Channels with fakes at their doors, and the programs that play a hostile receiver."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cgtwatch.deliver.channel import ChannelParts
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest

NOW = datetime(2026, 7, 22, 0, 0, tzinfo=UTC)
SECRET_KEY = b"0123456789abcdef0123456789abcdef"


def parts(tmp_path: Path, **changes) -> ChannelParts:
    known = {
        "net": None,
        "smtp_url": None,
        "mail_from": "CGT 监测 <watch@cgt.example>",
        "maildir": tmp_path / "mail",
        "secret_key": SECRET_KEY,
        "public_url": "https://cgt.example",
        "clock": lambda: NOW,
    }
    return ChannelParts(**{**known, **changes})


@dataclass
class FakeNet:
    """Answers one exchange after another and keeps what was asked."""

    answers: list[NetAnswer | NetFailure]
    asked: list[NetRequest] = field(default_factory=list)

    def exchange(self, request: NetRequest) -> NetAnswer | NetFailure:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def answer(status: int, body: bytes = b"", **headers: str) -> NetAnswer:
    lower = {name.replace("_", "-"): value for name, value in headers.items()}
    return NetAnswer("https://hook.example/", status, lower, body, (), timedelta(), 1)


def failure(error: ErrorClass, *, sent: bool, status: int | None = None) -> NetFailure:
    return NetFailure(error, "no answer from https://hook.example/s3cret", "wait", sent=sent, status=status)


@contextmanager
def running(program: Path, *arguments: str):
    """The program, with what its first line says; ended afterwards. Yields (facts, lines so far)."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
