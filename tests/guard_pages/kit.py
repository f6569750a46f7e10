"""Cases of the guard: answers of invented sites, read by the real parsers and judged with what was known of their source before.

A case is a YAML file of `seen/` or `kept/`, with the keys

    verdict   bad or good
    category  what sort of answer it is
    why       one line that says why a reader of the site would judge so
    source    kind, url, rules and whatever else `Source` takes
    before    earlier answers of the source, oldest first; none at a first visit
    now       the answer to judge

An answer has a `body`, and where they are not the usual ones `status`, `headers`, `url` (where redirects led), `redirects` and
`at` (the moment). Its bytes are the body in `encoding`. `misread` first takes the UTF-8 of the body for another charset, `patch`
puts texts of another charset in place of marks, `hurt` takes so many of the last bytes away.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cgtwatch.acquire.answers import Asked, visit_of
from cgtwatch.diff.guard import unreadable
from cgtwatch.errors import ParseError
from cgtwatch.model.fetch import Fetched, NotModified, Validators
from cgtwatch.model.item import Outcome
from cgtwatch.model.source import ApiRule, Kind, ListRule, Names, PageRule, Source
from cgtwatch.net.request import NetAnswer
from cgtwatch.parse import PARSERS, Page
from cgtwatch.registry import load
from diff.diff_site import Memory

HERE = Path(__file__).resolve().parent
THEN = datetime(2026, 9, 14, 1, tzinfo=UTC)  # the first of the earlier answers, where a case does not say
NOW = datetime(2026, 9, 15, 7, tzinfo=UTC)
QUIET_VISITS = 2  # visits after the last earlier answer that found nothing changed
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HTML = "text/html; charset=utf-8"
_OF_A_PAGE = ("next_url", "title", "warnings", "encoding", "truncated", "cursor", "total", "follow")
_RULES = {"list": ListRule, "page": PageRule, "api": ApiRule}


@dataclass(frozen=True, slots=True)
class Case:
    """One case as its file holds it."""

    name: str
    verdict: str
    category: str
    why: str
    source: Source
    before: tuple[Mapping[str, Any], ...]
    now: Mapping[str, Any]

    @property
    def bad(self) -> bool:
        """Whether the answer is none of the source's."""
        return self.verdict == "bad"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a case's answer: `by` says who caught it (acquire, parse, guard); empty where it is trusted.

    `spoiled`: an earlier answer, which was good, was refused, so that the case proves nothing.
    """

    caught: bool
    by: str = ""
    reason: str = ""
    spoiled: str = ""

    def right(self, case: Case) -> bool:
        """Whether this is what the case asks for."""
        return not self.spoiled and self.caught == case.bad


def paths(folder: str) -> list[Path]:
    """The files of `seen` or `kept`, by name."""
    return sorted((HERE / folder).glob("*.yaml"))


@cache
def case_of(path: Path) -> Case:
    """The case in a file."""
    said = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return Case(
        path.stem,
        said["verdict"],
        said["category"],
        said["why"],
        _source(said["source"]),
        tuple(said.get("before", ())),
        said["now"],
    )


def judged(case: Case) -> Judged:
    """Let the source live through the case as the service does: answer, parser, guard, and what is remembered."""
    memory = Memory(source=case.source)
    moment = THEN
    for number, answer in enumerate(case.before):
        moment = _moment(answer, THEN + number * timedelta(days=1) if number else THEN)
        was = _visited(memory, answer, moment)
        last = number == len(case.before) - 1
        if was.caught and last:
            return Judged(False, spoiled=f"the earlier answer was refused by {was.by}: {was.reason}")
    for _ in range(QUIET_VISITS if case.before else 0):
        memory.same()
    return _visited(memory, case.now, max(_moment(case.now, NOW), moment + timedelta(hours=1)))


def misses(cases: Iterable[Case]) -> tuple[list[str], list[str]]:
    """Names of bad answers that were trusted, and of good ones that were refused."""
    wrong = [case for case in cases if not judged(case).right(case)]
    return [case.name for case in wrong if case.bad], [case.name for case in wrong if not case.bad]


def bytes_of(answer: Mapping[str, Any]) -> bytes:
    """The body of an answer as it went over the wire."""
    text = answer["body"]
    encoding = answer.get("encoding", "utf-8")
    if answer.get("misread"):
        text = text.encode("utf-8").decode(answer["misread"], "replace")
    raw: bytes = text.encode(encoding)
    for patch in answer.get("patch", ()):
        raw = raw.replace(patch["at"].encode("ascii"), patch["text"].encode(patch["encoding"]))
    return raw[: len(raw) - answer.get("hurt", 0)]


def _source(said: Mapping[str, Any]) -> Source:
    fields = dict(said)
    rules = {key: kind(**_tupled(fields.pop(key))) for key, kind in _RULES.items() if key in fields}
    name = fields.pop("name", "站点")
    fields.setdefault("timezone", "Asia/Shanghai")
    return Source("site", Kind(fields.pop("kind")), fields.pop("url"), Names(name, name), **rules, **fields)


def _tupled(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in rule.items()}


def _moment(answer: Mapping[str, Any], default: datetime) -> datetime:
    said = answer.get("at")
    if said is None:
        return default
    return said.replace(tzinfo=UTC) if isinstance(said, datetime) else datetime.fromisoformat(said).astimezone(UTC)


def _answer(source: Source, answer: Mapping[str, Any]) -> NetAnswer:
    headers = {"content-type": _HTML, **{name.lower(): str(value) for name, value in answer.get("headers", {}).items()}}
    redirects = tuple((one["status"], one["to"]) for one in answer.get("redirects", ()))
    return NetAnswer(
        answer.get("url", source.url), answer.get("status", 200), headers, bytes_of(answer), redirects, timedelta(seconds=1),
        1 + len(redirects),
    )  # fmt: skip


def _visited(memory: Memory, answer: Mapping[str, Any], moment: datetime) -> Judged:
    source = memory.source
    asked = Asked(source.url, memory.state.validators or Validators(), True, moment)
    visit = visit_of(_answer(source, answer), asked)
    if isinstance(visit, NotModified):
        memory.same()
        return Judged(False)
    if not isinstance(visit, Fetched):
        return Judged(True, "acquire", visit.message)
    page = Page(visit.body, visit.url, visit.content_type, _charset(visit), moment)
    try:
        parsed = load(PARSERS, source.kind.value, what="kind of source")(source, page)
    except ParseError as error:
        return Judged(True, "parse", unreadable(source, visit, str(error)).reason)
    memory.now = moment - source.every
    plan = memory.look(list(parsed.drafts), visit, **{name: getattr(parsed, name) for name in _OF_A_PAGE})
    held = plan.outcome is Outcome.HELD
    return Judged(held, "guard" if held else "", plan.state.message)


def _charset(visit: Fetched) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?\s*([\w.:\-]+)", visit.headers.get("content-type", ""), re.IGNORECASE)
    return found[1] if found else None
