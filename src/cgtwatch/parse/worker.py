"""The child process: reads one job after another from its input, parses under limits, writes the answer to its output."""

import dataclasses
import json
import os
import resource
import sys
from functools import lru_cache
from typing import IO, Any

from cgtwatch.errors import CgtwatchError, ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.source import Source
from cgtwatch.parse import PARSERS, Page
from cgtwatch.parse.wire import encoded, receive, send, shaped
from cgtwatch.registry import load

_FILES = 32
# What may be asked for beside reading a source by its kind.
_JOBS = {
    "article": "cgtwatch.parse.document:read_article",
    "discover": "cgtwatch.parse.discover:offer",
    "pick": "cgtwatch.parse.values:pick",
}


def main() -> None:
    """Serves until the input ends. Argument: the most bytes of memory that any job may be given."""
    most_memory = int(sys.argv[1])
    jobs, answers = _own_pipes()
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            header, body = receive(jobs)
        except EOFError:
            return
        _allow(header["cpu"], header["memory"], most_memory)
        answer, rows = _answer(header, body)
        send(answers, answer, rows)


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The protocol's pipes on their own; what a library prints goes nowhere."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return jobs, answers


def _allow(seconds: float, memory: int, most_memory: int) -> None:
    """So many seconds more, and so much memory; the kernel ends the process at the first, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (min(memory, most_memory), most_memory))


def _answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The answer, and beside it the drafts of a page, a line each: a long list is never held as one value."""
    try:
        source, page = _source(header["source"]), shaped(Page, {**header["page"], "body": body})
        result = _run(header["job"], source, page)
        if isinstance(result, Parsed):
            rows = b"\n".join(map(encoded, result.drafts))
            return {"ok": dataclasses.replace(result, drafts=())}, rows
        return {"ok": result}, b""
    except ParseError as error:
        return {"error": str(error)}, b""
    except CgtwatchError as error:
        return {"error": f"{header.get('who')}: {error}"}, b""
    except MemoryError:
        return {
            "error": f"{header.get('who')}: expected a page that fits into the memory limit, got one that does not ({len(body)} bytes)"
        }, b""
    except Exception as error:  # noqa: BLE001 - the seam to foreign parsers: whatever breaks costs this job only
        return {"error": f"{header.get('who')}: the parser broke on it: {type(error).__name__}: {str(error)[:200]}"}, b""


def _run(job: str, source: Source, page: Page) -> object:
    part = load(PARSERS, source.kind.value, what="kind of source") if job == "parse" else load(_JOBS, job, what="job")
    return part(source, page)


@lru_cache(maxsize=1024)
def _source(text: str) -> Source:
    return shaped(Source, json.loads(text))


if __name__ == "__main__":
    main()
