"""Health turns red before handles or memory run out."""

import errno
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from cgtwatch.ops import shortage
from cgtwatch.ops.shortage import LEAST_HANDLES, LEAST_MEMORY, by_shortage, handles_left, memory_left, shortages

LIMIT = 512 << 20


@pytest.fixture
def few_handles() -> Iterator[None]:
    usual, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len([*Path("/proc/self/fd").iterdir()]) + LEAST_HANDLES // 2, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (usual, hard))


def group(folder: Path, used: int, cached: int = 0, limit: str = str(LIMIT)) -> Path:
    """The files of a control group."""
    for name, text in {"max": limit, "current": str(used), "stat": f"anon 5\ninactive_file {cached}\nslab 1"}.items():
        (folder / f"memory.{name}").write_text(text + "\n")
    return folder


@pytest.mark.fault("K6")
def test_few_handles_are_told_before_there_are_none(few_handles: None) -> None:
    left = handles_left()
    assert left is not None
    assert left < LEAST_HANDLES
    assert shortages()[0] == f"handles: {handles_left()} more files and connections can be opened; raise LimitNOFILE"


@pytest.mark.fault("K6")
def test_little_memory_is_told_before_the_kernel_ends_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortage, "memory_left", lambda: memory_left(group(tmp_path, LIMIT - LEAST_MEMORY // 2)))
    assert shortages() == ["memory: 12 MiB are left of what this process may take; raise its limit"]


def test_what_the_kernel_keeps_of_files_is_not_used_up(tmp_path: Path) -> None:
    assert memory_left(group(tmp_path, LIMIT, cached=100 << 20)) == 100 << 20


@pytest.mark.parametrize("limit", ["max", "", "a lot"])
def test_where_nothing_is_limited_nothing_is_short(tmp_path: Path, limit: str) -> None:
    assert memory_left(group(tmp_path, LIMIT, limit=limit)) is None
    assert memory_left(tmp_path / "no such folder") is None


def test_a_process_with_room_is_short_of_nothing() -> None:
    assert shortages() == []


@pytest.mark.parametrize(
    ("error", "so"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (MemoryError(), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("a fault"), False),
    ],
)
def test_what_breaks_for_want_of_handles_or_memory_is_no_fault_of_ours(error: Exception, so: bool) -> None:
    assert by_shortage(error) is so
