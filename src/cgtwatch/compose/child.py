"""Templates that are not ours, rendered in a child process with limits: a loop, a bomb or a leak in one costs nobody a digest.

The sandbox alone would still multiply a text to any size. The child knows nothing of our environment, has no network of ours and
no files open; its answer is a file that the kernel keeps from growing.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from cgtwatch.compose.words import Words
from cgtwatch.errors import ComposeError

LARGEST = 2_000_000  # characters of HTML or text
WALL = 10.0  # seconds; the child allows itself 3 of processor time and 256 MiB
_ENDS = {-24: "it used more than 3 s of processor time", -9: "it was killed", -11: "it crashed"}


def rendered(name: str, said: Words, values: Mapping[str, Any], templates: Mapping[str, str]) -> tuple[str, str]:
    """HTML and text of the message `name` by `templates` (file name → source). About 0.2 s.

    Raises ComposeError with file and line where they are known.
    """
    job = {"name": name, "language": said.language, "tables": said.tables, "values": values, "templates": templates}
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(json.dumps(job).encode("ascii"))
        question.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-s", "-m", "cgtwatch.compose.sandbox"],
            stdin=question, stdout=answer, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True,
        )  # fmt: skip
        try:
            code = child.wait(timeout=WALL)
        except subprocess.TimeoutExpired as late:
            raise ComposeError(f"{name}: its templates took longer than {WALL:g} s") from late
        finally:
            child.kill()
            child.wait()
        answer.seek(0)
        return _read(name, code, answer.read(8 * LARGEST))


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code stands: no settings, no secrets."""
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _read(name: str, code: int, answer: bytes) -> tuple[str, str]:
    try:
        found = json.loads(answer)
        if "error" in found:
            raise ComposeError(str(found["error"]))
        html, text = found["html"], found["text"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise ComposeError(f"{name}: its templates were stopped: {_ENDS.get(code, f'the process ended with {code}')}") from wrong
    if not isinstance(html, str) or not isinstance(text, str):
        raise ComposeError(f"{name}: its templates gave no text")
    return html, text
