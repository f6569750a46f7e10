"""Passwords: what is kept of one, what is too weak, and that a flood of them waits."""

import threading

import pytest
from argon2 import PasswordHasher

from cgtwatch.errors import BusyError
from cgtwatch.ops.passwords import SIDE_BY_SIDE, WAITING, Passwords, weakness

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_what_is_kept_opens_by_its_password_and_by_no_other() -> None:
    real = Passwords()
    kept = real.hashed("three green lanterns")
    assert kept.startswith("$argon2id$")
    assert real.matches("three green lanterns", kept)
    assert not real.matches("three green lantern", kept)
    assert not real.is_dated(kept)
    assert real.is_dated(CHEAP.hash("x"))


@pytest.mark.parametrize("kept", [None, "", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_where_nothing_good_is_kept_no_password_opens(kept: str | None) -> None:
    assert not Passwords(CHEAP).matches("nobody's", kept)


def test_a_password_is_the_same_from_every_keyboard() -> None:
    one = Passwords(CHEAP)
    assert one.matches("caf\u00e9 au lait matin", one.hashed("cafe\u0301 au lait matin"))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "short"), ("x" * 300, "long"), ("aaaaaaaaaaaa", "plain"), ("123456789012", "plain"), ("098765432109", "plain"),
        ("abcdefghijklm", "plain"), ("passwdpasswd", "plain"), ("mei-mei-mei-mei", "plain"), ("meister.fang12", "name"),
        ("three green lanterns", ""), ("细胞治疗产品政策监测系统", ""), ("            ", "plain"),
    ],
)  # fmt: skip
def test_a_weak_password_is_told_why(password: str, why: str) -> None:
    assert weakness(password, "meister.fang") == why


def test_a_flood_of_log_ins_waits_or_goes_away() -> None:
    inside, go = threading.Semaphore(0), threading.Event()
    most, now, guard = [0], [0], threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            with guard:
                now[0] += 1
                most[0] = max(most[0], now[0])
            inside.release()
            go.wait(10)
            with guard:
                now[0] -= 1
            return "kept"

    passwords = Passwords(Slow())  # type: ignore[arg-type]
    threads = [threading.Thread(target=passwords.hashed, args=("x",)) for _ in range(SIDE_BY_SIDE + WAITING)]
    for thread in threads:
        thread.start()
    for _ in range(SIDE_BY_SIDE):
        assert inside.acquire(timeout=10)
    while not _full(passwords):
        pass
    with pytest.raises(BusyError):
        passwords.hashed("one more")
    go.set()
    for thread in threads:
        thread.join(10)
    assert most[0] == SIDE_BY_SIDE


def _full(passwords: Passwords) -> bool:
    """Whether nobody else may come in."""
    if passwords._door.acquire(blocking=False):
        passwords._door.release()
        return False
    return True
