"""Sessions are kept for the next mails, and no mail is lost or doubled by it."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest

from cgtwatch.deliver.mail import pool as pools
from cgtwatch.deliver.mail.pool import Pool
from cgtwatch.deliver.mail.smtp import Envelope, read_server

TLS = ssl.create_default_context()


class Listener:
    """A polite server that keeps what each session said; `moods` says when the n-th session hangs up."""

    def __init__(self, *, pipelining: bool = False, moods: dict[int, str] | None = None) -> None:
        self.sessions: list[list[str]] = []
        self.writes: list[bytes] = []
        self._pipelining, self._moods = pipelining, moods or {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer = self._socket.accept()[0]
                self.sessions.append([])
                threading.Thread(target=self._serve, args=(peer, len(self.sessions)), daemon=True).start()

    def _serve(self, peer: socket.socket, number: int) -> None:
        said, mood = self.sessions[number - 1], self._moods.get(number, "")
        with suppress(OSError), peer, peer.makefile("rb") as reading:
            peer.sendall(b"220 hi\r\n")
            while line := reading.readline().decode().strip():
                word = line.split()[0].upper()
                said.append(word)
                if word == "DATA":
                    if "nobody" not in " ".join(said[-1:]) and self._refused(said):
                        peer.sendall(b"503 no recipient\r\n")
                        continue
                    peer.sendall(b"354 go on\r\n")
                    while reading.readline() != b".\r\n":
                        pass
                    said.append("taken")
                    peer.sendall(b"250 taken\r\n")
                    if mood == "hang up after a mail":
                        return
                elif word == "EHLO":
                    peer.sendall(b"250-fine\r\n250 PIPELINING\r\n" if self._pipelining else b"250 fine\r\n")
                elif word == "MAIL" and mood == "421" and "taken" in said:
                    peer.sendall(b"421 enough\r\n")
                    return
                elif "nobody@" in line:
                    said.append("refused")
                    peer.sendall(b"550 5.1.1 unknown\r\n")
                else:
                    peer.sendall(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")

    @staticmethod
    def _refused(said: list[str]) -> bool:
        return said[-2:-1] == ["refused"]

    def close(self) -> None:
        self._socket.close()

    @property
    def taken(self) -> int:
        return sum(one.count("taken") for one in self.sessions)


@pytest.fixture
def make():
    made = []

    def pool(listener, **more):
        made.extend([listener, Pool(read_server(f"smtp://127.0.0.1:{listener.port}"), "me.example", TLS, **more)])
        return made[-1]

    yield pool
    for one in reversed(made):
        one.close()


def send(pool, times=1, to="a"):
    return [pool.transmit(Envelope("w@x.example", f"{to}@x.example", b"Subject: x\r\n\r\n.\r\n")).result for _ in range(times)]


@pytest.mark.parametrize("pipelining", [False, True])
def test_mails_go_over_one_session(make, pipelining):
    listener = Listener(pipelining=pipelining)
    assert send(make(listener), 3) == ["sent"] * 3
    assert listener.sessions == [["EHLO", *["MAIL", "RCPT", "DATA", "taken"] * 3]]


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_refused_recipient_spoils_nothing_for_the_next_mail(make, pipelining):
    listener = Listener(pipelining=pipelining)
    pool = make(listener)
    assert send(pool, to="nobody") + send(pool) == ["permanent", "sent"]
    assert (len(listener.sessions), listener.taken) == (1, 1)
    assert "RSET" in listener.sessions[0]


@pytest.mark.parametrize("mood", ["hang up after a mail", "421"])
def test_a_session_that_ended_meanwhile_is_replaced_at_once_and_no_mail_comes_twice(make, mood):
    listener = Listener(moods={1: mood})
    assert send(make(listener), 3) == ["sent"] * 3
    assert ([one.count("taken") for one in listener.sessions]) == [1, 2]


def test_a_session_that_nobody_used_for_a_while_is_closed(make):
    listener, time = Listener(), [0.0]
    pool = make(listener, monotonic=lambda: time[0])
    send(pool)
    time[0] = 19.0
    assert pool.sweep() == 1
    time[0] = 21.0
    assert pool.sweep() == 0
    assert send(pool) == ["sent"]
    assert [one[-1] for one in listener.sessions] == ["QUIT", "taken"]


def test_a_session_ends_after_many_mails(make, monkeypatch):
    monkeypatch.setattr(pools, "_MAILS", 2)
    listener = Listener()
    send(make(listener), 5)
    assert [one.count("taken") for one in listener.sessions] == [2, 2, 1]


def test_no_more_sessions_are_open_than_there_are_senders(make, monkeypatch):
    monkeypatch.setattr(pools, "SESSIONS", 2)
    listener = Listener()
    pool = make(listener)
    threads = [threading.Thread(target=send, args=(pool, 5)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert listener.taken == 30
    assert len(listener.sessions) <= 2


def test_stopping_takes_leave_and_takes_nothing_more(make):
    listener = Listener()
    pool = make(listener)
    send(pool)
    pool.close()
    assert send(pool) == ["retry"]
    assert listener.sessions == [["EHLO", "MAIL", "RCPT", "DATA", "taken", "QUIT"]]
