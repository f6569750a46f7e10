"""Be asked before each system call with which a process touches its files or the network, and kill it at one of them.

By the kernel's own means (seccomp_unotify(2)): the calls of all threads come in one order and each waits for our word. `strace -e
inject=…:signal=KILL:when=K` kills at a call too, but counts the calls of each thread and of each kind apart, so that what a second
thread does is never reached; see `test_fault_system_calls`.
"""

import ctypes
import fcntl
import os
import platform
import selectors
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path

MISSING = "the kernel or the container forbids to be asked before system calls (seccomp_unotify), or this is no x86-64"
# Calls on a handle, and calls on a path; asm/unistd_64.h.
HANDLES = {
    "write": 1, "pwrite64": 18, "writev": 20, "connect": 42, "sendto": 44, "recvfrom": 45, "fsync": 74, "fdatasync": 75,
    "ftruncate": 77,
}  # fmt: skip
PATHS = {"rename": 82, "link": 86, "unlink": 87, "unlinkat": 263, "renameat": 264, "linkat": 265, "renameat2": 316}
NAMES = {number: name for name, number in {**HANDLES, **PATHS}.items()}
_SECCOMP, _PRCTL_NO_NEW_PRIVS, _SET_FILTER, _NEW_LISTENER = 317, 38, 1, 8
_X86_64 = 0xC000003E
_ASK, _ALLOW = 0x7FC00000, 0x7FFF0000
_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1
_NOTIFICATION, _ANSWER = struct.Struct("=QII" + "iIQ6Q"), struct.Struct("=QqiI")


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def ask_before_calls(outside: socket.socket) -> None:
    """In the process itself: from here on each such call waits for whoever has the other end of `outside`. Raises `OSError`."""
    numbers = sorted(NAMES)
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, _X86_64), (0x06, 0, 0, _ALLOW), (0x20, 0, 0, 0)]
    code += [(0x15, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    code += [(0x06, 0, 0, _ALLOW), (0x06, 0, 0, _ASK)]
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PRCTL_NO_NEW_PRIVS, 1, 0, 0, 0)
    program = _Filter(len(code), ctypes.cast(packed, ctypes.c_void_p))
    listener = libc.syscall(_SECCOMP, _SET_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    socket.send_fds(outside, [b"!"], [listener])  # sendmsg, which is not asked about
    os.close(listener)


def possible() -> bool:
    """Whether this machine can do it."""
    if platform.machine() != "x86_64":
        return False
    ours, theirs = socket.socketpair()
    with ours, theirs:
        child = os.fork()
        if child == 0:
            try:
                ask_before_calls(theirs)
            finally:
                os._exit(0)
        theirs.close()
        _, handles, *_ = socket.recv_fds(ours, 1, 1)
        for handle in handles:
            os.close(handle)
        os.waitpid(child, 0)
        return bool(handles)


def answer(child: int, ours: socket.socket, folder: Path, at: int) -> list[str]:
    """From outside: let the calls of `child` pass, those that touch `folder` or the network counted from 0; kill it instead of the
    call number `at`. What was counted, the last one that where it died. The caller reaps the child.
    """
    _, handles, *_ = socket.recv_fds(ours, 1, 1)
    if not handles:
        raise OSError(MISSING)
    (listener,), watched, counted = handles, os.pidfd_open(child), []
    with selectors.DefaultSelector() as waiting:
        waiting.register(listener, selectors.EVENT_READ)
        waiting.register(watched, selectors.EVENT_READ)
        while not any(key.fd == watched for key, _ in waiting.select()):
            asked = bytearray(_NOTIFICATION.size)
            with suppress(FileNotFoundError):  # who asked is no more
                fcntl.ioctl(listener, _RECEIVE, asked)
                number, thread, _, call, _, _, first, *_ = _NOTIFICATION.unpack(asked)
                if Path(f"/proc/{child}/task/{thread}").exists() and (what := _touches(child, call, first, folder)):
                    counted.append(what)
                    if len(counted) == at + 1:
                        os.kill(child, signal.SIGKILL)
                        break
                fcntl.ioctl(listener, _SEND, bytearray(_ANSWER.pack(number, 0, 0, _CONTINUE)))
    os.close(listener)  # children of the child are refused from here on, and end
    os.close(watched)
    return counted


def _touches(child: int, call: int, first: int, folder: Path) -> str | None:
    """What the call touches, where that is a lasting file below `folder` or a connection."""
    name = NAMES[call]
    if name in PATHS:
        return name
    with suppress(OSError):
        target = str(Path(f"/proc/{child}/fd/{first}").readlink())
        if target.startswith("socket:"):
            return f"{name} socket"
        if target.startswith(str(folder)) and not target.endswith("-shm"):  # made anew at each start: nothing there can be lost
            return f"{name} {target.removeprefix(str(folder)).lstrip('/')}"
    return None
