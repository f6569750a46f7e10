"""What a process may run out of besides disk: handles and memory, as its limits allow."""

import errno
import os
import resource
from contextlib import suppress
from pathlib import Path

LEAST_HANDLES = 12  # a visit, a mail and a child that reads a page take about as many at once
LEAST_MEMORY = 24 << 20  # bytes; a large page may take as much
_NO_HANDLE = (errno.EMFILE, errno.ENFILE)
_GROUP = Path("/sys/fs/cgroup")  # as a container sees its own (cgroup v2)


def shortages() -> list[str]:
    """A plain line for each thing of which little is left."""
    handles, memory = handles_left(), memory_left()
    found = []
    if handles is not None and handles < LEAST_HANDLES:
        found.append(f"handles: {max(0, handles)} more files and connections can be opened; raise LimitNOFILE")
    if memory is not None and memory < LEAST_MEMORY:
        found.append(f"memory: {max(0, memory) >> 20} MiB are left of what this process may take; raise its limit")
    return found


def by_shortage(error: BaseException) -> bool:
    """Whether something broke for no other reason, so that it is no fault of ours."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in (*_NO_HANDLE, errno.ENOMEM))


def handles_left() -> int | None:
    """How many more files this process may open; None where that cannot be known."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        return None if most == resource.RLIM_INFINITY else most - len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone
    except OSError as error:
        return 0 if error.errno in _NO_HANDLE else None


def memory_left(group: Path = _GROUP) -> int | None:
    """How many more bytes this process may take, by its address space or its control group; None where neither is limited."""
    found = []
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(OSError, ValueError):
        if most != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            found.append(most - pages * resource.getpagesize())
    with suppress(OSError, ValueError, KeyError):
        limit = int((group / "memory.max").read_text(encoding="ascii"))  # "max": no limit
        used = int((group / "memory.current").read_text(encoding="ascii"))
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        cached = dict(line.split() for line in lines)["inactive_file"]  # given back as soon as it is wanted
        found.append(limit - used + int(cached))
    return min(found, default=None)
