"""The child process: reads one job after another from its input, parses under limits, writes the answer to its output."""

import os
import resource
import sys
from typing import IO, Any

from cgtwatch.errors import CgtwatchError, ParseError
from cgtwatch.model.source import Source
from cgtwatch.parse import PARSERS, Page
from cgtwatch.parse.wire import plain, receive, send, shaped
from cgtwatch.registry import load

_FILES = 32
# What may be asked for beside reading a source by its kind.
_JOBS = {"article": "cgtwatch.parse.document:read_article", "discover": "cgtwatch.parse.discover:offer"}


def main() -> None:
    """Serves until the input ends. Arguments: seconds of CPU for a job, bytes of memory for the process."""
    cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    jobs, answers = _own_pipes()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            header, body = receive(jobs)
        except EOFError:
            return
        _allow_cpu(cpu_seconds)
        send(answers, _answer(header, body))


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The protocol's pipes on their own; what a library prints goes nowhere."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return jobs, answers


def _allow_cpu(seconds: int) -> None:
    """So many seconds more; the kernel ends the process at the limit, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, resource.RLIM_INFINITY))


def _answer(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        source, page = shaped(Source, header["source"]), _page(header["page"], body)
        return {"ok": plain(_run(header["job"], source, page))}
    except ParseError as error:
        return {"error": str(error)}
    except CgtwatchError as error:
        return {"error": f"{header.get('who')}: {error}"}
    except MemoryError:
        return {
            "error": f"{header.get('who')}: expected a page that fits into the memory limit, got one that does not ({len(body)} bytes)"
        }
    except Exception as error:  # noqa: BLE001 - the seam to foreign parsers: whatever breaks costs this job only
        return {"error": f"{header.get('who')}: the parser broke on it: {type(error).__name__}: {str(error)[:200]}"}


def _run(job: str, source: Source, page: Page) -> Any:  # noqa: ANN401 - what a job gives, the service knows
    part = load(_JOBS, job, what="job") if job in _JOBS else load(PARSERS, source.kind.value, what="kind of source")
    return part(source, page)


def _page(header: dict[str, Any], body: bytes) -> Page:
    return shaped(Page, {**header, "body": body})


if __name__ == "__main__":
    main()
