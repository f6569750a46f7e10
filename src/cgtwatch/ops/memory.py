"""Keeping a process of many threads small."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2


def share_arenas() -> None:
    """Let all threads take their memory from two arenas, where the C library has such a setting.

    glibc gives threads arenas of their own, and each keeps what its largest page ever needed: after a first poll of 2,000 sources
    that was more than half of 500 MiB. Python's own lock lets one thread at a time allocate anyway.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
