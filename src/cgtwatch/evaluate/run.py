"""One evaluation: a labelled file in, scores out, predictions written beside."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from cgtwatch.errors import ConfigError
from cgtwatch.evaluate import items, pages, pairs, passages
from cgtwatch.evaluate.files import LabelKind, day, kind_of, read_lines, shows_mistakes, text_of
from cgtwatch.evaluate.scores import Report
from cgtwatch.evaluate.shape import problems
from cgtwatch.link import Side, relation
from cgtwatch.model.classification import Document, Understanding
from cgtwatch.understand import dates, roundup
from cgtwatch.understand import rules as rule_data
from cgtwatch.understand.classify import classify
from cgtwatch.understand.read import read

Lines = Sequence[Mapping[str, Any]]


def run(path: Path, predictions_out: Path | None = None, mistakes: int = 0) -> Report:
    """Score the understanding on the labelled file at `path`; `data["seconds"]` is the time spent on understanding alone.

    The report holds the first `mistakes` wrong answers. Raises `ConfigError` for a file that cannot be read, and where single
    mistakes of a file named `check…` are asked for.
    """
    if mistakes and not shows_mistakes(path):
        raise ConfigError(
            [f"{path}: single mistakes of a check file are not shown; leave --mistakes away, or name a file to build on"]
        )
    lines = read_lines(path)
    kind = kind_of(lines[0])
    _refuse(path, kind, lines)
    report = _SCORERS[kind](lines)
    if predictions_out is not None:
        write_lines(predictions_out, report.predictions)
    shown = report.mistakes[:mistakes]
    return replace(report, mistakes=shown)


def _refuse(path: Path, kind: LabelKind, lines: Lines) -> None:
    """Raises `ConfigError` that names every line that cannot be scored."""
    named = (f"{path}: {_called(number, line)}: {told}" for number, line in enumerate(lines, 1) for told in problems(kind, line))
    found = list(named)
    if found:
        raise ConfigError(found)


def _called(number: int, line: Mapping[str, Any]) -> str:
    return f"object {number}" + (f" ({line['id']})" if line.get("id") else "")


def _items(lines: Lines) -> Report:
    clock = _Clock()
    report = items.score(lines, clock.timed(_reader()))
    seconds = round(clock.seconds, 3)
    speed = f"{seconds:.2f} s, {len(lines) / max(seconds, 1e-6):.0f} documents a second"
    return replace(report, data={**report.data, "seconds": seconds}, lines=(*report.lines, speed))


def _reader() -> Callable[[Document], Understanding]:
    rules = rule_data.load()
    return lambda document: read(document, rules)


class _Clock:
    """Adds up the time spent in one function."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, read: Callable[[Document], Understanding]) -> Callable[[Document], Understanding]:
        def timed_read(document: Document) -> Understanding:
            begin = perf_counter()
            try:
                return read(document)
            finally:
                self.seconds += perf_counter() - begin

        return timed_read


def write_lines(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Write `records` to `path`, one a line. Raises `ConfigError` where that cannot be."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written ({error.strerror}); name a file in a folder that exists"]) from error


def _dates(lines: Lines) -> Report:
    return passages.score(lines, _find_dates)


def _find_dates(text: str, published: date | None, language: str | None) -> dict[str, str | None]:
    answer: dict[str, str | None] = {}
    for found in dates.find(text, published=published, lang=language):
        answer[found.field] = found.value.isoformat() if found.value else None
        if found.relative:
            answer[f"{found.field}{passages.RELATIVE}"] = found.relative
    return answer


def _pages(lines: Lines) -> Report:
    # Straight from the reader of acts: the pages of these files are labelled whether or not they are about cells and genes.
    rules = rule_data.load()
    return pages.score(lines, lambda document: roundup.acts(document, rules, classify(document, rules)))


def _links(lines: Lines) -> Report:
    return pairs.score(lines, _judge)


def _judge(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, str]:
    judgement = relation(_side(a), _side(b))
    return {"relation": str(judgement.relation), "direction": judgement.direction, "reason": judgement.reason}


def _side(item: Mapping[str, Any]) -> Side:
    issuer = item.get("issuer")
    issuers = tuple(issuer) if isinstance(issuer, list) else (str(issuer),) if issuer else ()
    return Side(text_of(item, "title"), text_of(item, "text"), text_of(item, "url"), day(item.get("date")), issuers)


_SCORERS: dict[LabelKind, Callable[[Lines], Report]] = {
    LabelKind.ITEMS: _items,
    LabelKind.DATES: _dates,
    LabelKind.ROUNDUPS: _pages,
    LabelKind.LINKS: _links,
}
