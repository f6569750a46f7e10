"""Passwords: how one is hashed and compared (argon2id, RFC 9106), and what is too weak to be one."""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cgtwatch.errors import BusyError

SHORTEST, LONGEST = 12, 256  # characters; NIST SP 800-63B 3.1.1: length is what counts, and no rules of composition
SIDE_BY_SIDE, WAITING = 2, 8  # a hash takes 64 MiB and all of a core: a flood of log-ins waits, or goes away
_FEWEST = 5  # different characters


class Passwords:
    """Hashes and compares, a few at once. Safe to use from several threads."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(SIDE_BY_SIDE)
        self._door = threading.BoundedSemaphore(SIDE_BY_SIDE + WAITING)

    def hashed(self, password: str) -> str:
        """What is kept of a password (PHC string). Raises `BusyError` where too many are hashed at once."""
        with self._turn():
            return self._hasher.hash(_plain(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether `kept` was made of that password. Where nothing is kept it is False, and takes as long.

        Raises `BusyError` where too many are compared at once.
        """
        stand_in = self._nobodys
        with self._turn():
            try:
                return self._hasher.verify(kept or stand_in, _plain(password)[:LONGEST]) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than are taken today."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        """What a name that nobody has is compared with."""
        return self._hasher.hash(secrets.token_hex())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._door.acquire(blocking=False):
            raise BusyError("too many log-ins at once; try again in a moment")
        try:
            with self._room:
                yield
        finally:
            self._door.release()


def weakness(password: str, name: str) -> str:
    """Why that is no password for the user `name`: `short`, `long`, `plain` or `name`; empty where it is one."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return "short"
    if len(plain) > LONGEST:
        return "long"
    if len(set(plain.casefold())) < _FEWEST or _runs(plain.casefold()):
        return "plain"
    rest = plain.casefold().replace(name.casefold(), "") if name else plain
    return "name" if len(rest) < SHORTEST // 2 else ""


def _runs(text: str) -> bool:
    """Whether each character is the next of the one before, as in `123456789012`, or a short word stands there again and again."""
    steps = {(ord(b) - ord(a)) % 10 if a.isdigit() and b.isdigit() else ord(b) - ord(a) for a, b in pairwise(text)}
    again = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))
    return again or steps in ({1}, {-1}, {9})


def _plain(password: str) -> str:
    """The same text, however a keyboard put it together (NIST SP 800-63B: NFKC before hashing)."""
    return unicodedata.normalize("NFKC", password)
