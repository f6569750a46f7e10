"""The child process of `child.py`: one message's templates, read under limits, answered as JSON."""

import json
import resource
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FunctionLoader, TemplateNotFound, TemplateSyntaxError, nodes

from cgtwatch.compose.child import LARGEST
from cgtwatch.compose.environment import environment
from cgtwatch.compose.words import Words

_MIB = 1024 * 1024
_LIMITS = {
    resource.RLIMIT_AS: 256 * _MIB,
    resource.RLIMIT_CPU: 3,
    resource.RLIMIT_FSIZE: 8 * LARGEST,
    resource.RLIMIT_NOFILE: 16,
    resource.RLIMIT_CORE: 0,
}


def main() -> None:
    """Read a job, answer it, end."""
    for what, most in _LIMITS.items():
        resource.setrlimit(what, (most, most + (what == resource.RLIMIT_CPU)))  # a second between the signal and the kill
    job = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(_answer(job)).encode("ascii"))


def _answer(job: Mapping[str, Any]) -> dict[str, str]:
    sources: dict[str, str] = job["templates"]
    made = {}
    try:
        for form, key in (("html", "html"), ("txt", "text")):
            made[key] = _rendered(form, job, sources)
            if len(made[key]) > LARGEST:
                return {"error": f"{job['name']}.{form}.j2: gives more than {LARGEST:,} characters"}
    except MemoryError:
        return {"error": f"{job['name']}.{form}.j2: needs more than 256 MiB of memory"}
    except Exception as wrong:  # noqa: BLE001 - the seam to templates that are not ours: whatever breaks is said
        return {"error": _said(wrong, sources)}
    return made


def _rendered(form: str, job: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    def load(name: str) -> tuple[str, str, None] | None:
        return (sources[name], name, None) if name in sources else None

    made = environment(form, FunctionLoader(load), sandboxed=True)
    if form == "html":
        _stay_escaped(made, sources)
    said = Words(job["language"], job["tables"])
    return made.get_template(f"{job['name']}.{form}.j2").render(words=said, **job["values"])


def _stay_escaped(made: Environment, sources: Mapping[str, str]) -> None:
    """Titles come from anywhere: what would put them into HTML as they are is refused. Raises TemplateSyntaxError."""
    for name, source in sources.items():
        if not name.endswith(".html.j2"):
            continue
        tree = made.parse(source, name, name)
        for found in tree.find_all((nodes.Filter, nodes.EvalContextModifier)):
            if not isinstance(found, nodes.Filter) or found.name == "safe":
                raise TemplateSyntaxError(
                    "what comes from a source stays escaped; take out |safe and autoescape", found.lineno, name, name
                )


def _said(wrong: Exception, sources: Mapping[str, str]) -> str:
    """What is wrong, with the file and the line of the template."""
    if isinstance(wrong, TemplateSyntaxError):
        return f"{wrong.name or 'template'}:{wrong.lineno}: {wrong.message}"
    frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename in sources]
    where = f"{frames[-1].filename}:{frames[-1].lineno}: " if frames else ""
    what = f"no template {wrong.name!r}" if isinstance(wrong, TemplateNotFound) else str(wrong)
    return f"{where}{what[:300] or type(wrong).__name__}"


if __name__ == "__main__":
    main()
