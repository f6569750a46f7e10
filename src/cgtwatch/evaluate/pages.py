"""Scoring the events read out of a page: same day, same place, at least one issuer in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cgtwatch.compose.records import act_record
from cgtwatch.evaluate import scores
from cgtwatch.evaluate.files import text_of
from cgtwatch.evaluate.items import document
from cgtwatch.evaluate.scores import Count, Mistake, Report
from cgtwatch.model.classification import Act, Document

Event = Mapping[str, Any]
Actor = Callable[[Document], Sequence[Act]]


def score(lines: Sequence[Mapping[str, Any]], acts: Actor) -> Report:
    """Read the acts of every page and match them with its events."""
    counts: list[Count] = []
    predictions: list[Mapping[str, Any]] = []
    mistakes: list[Mistake] = []
    singles = one_main = 0
    for line in lines:
        found = list(acts(document(line)))
        records = [act_record(act) for act in found]
        predictions.append({"id": line.get("id"), "events": records})
        gold = [event for event in line.get("events") or [] if isinstance(event, dict)]
        missed, false = match(gold, records)
        counts.append(Count(len([e for e in gold if not e.get("optional")]) - len(missed), len(false), len(missed)))
        mistakes += [Mistake(str(line.get("id", "")), "event", _brief(event), "", text_of(line, "title")) for event in missed]
        mistakes += [Mistake(str(line.get("id", "")), "event", "", _brief(event), text_of(line, "title")) for event in false]
        if line.get("kind") == "single":
            singles += 1
            one_main += len(found) == 1 or sum(act.main for act in found) == 1
    events = scores.found(counts)
    data = {"n": len(lines), "events": events, "single": {"n": singles, "one_main": one_main}}
    text = [
        f"{len(lines)} pages",
        *scores.table({"events": events}),
        f"  pages with one event: {one_main} of {singles} give one main event",
    ]
    return Report("roundups", data, tuple(text), tuple(predictions), tuple(mistakes))


def match(gold: Sequence[Event], found: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """The events that were missed and those that are false alarms. Optional events count neither way."""
    free = list(found)
    missed = []
    # Events that must be found choose first, so that an optional one never takes their match away.
    for event in sorted(gold, key=lambda event: bool(event.get("optional"))):
        partner = next((other for other in free if agree(event, other)), None)
        if partner is not None:
            free.remove(partner)
        elif not event.get("optional"):
            missed.append(event)
    return missed, free


def agree(gold: Event, found: Event) -> bool:
    """Whether both are one event: day (a month agrees with all its days), place, and an issuer in common."""
    return (
        _same_day(gold.get("date"), found.get("date"))
        and gold.get("jurisdiction") == found.get("jurisdiction")
        and (bool(set(gold.get("issuers") or []) & set(found.get("issuers") or [])) or not gold.get("issuers"))
    )


def _same_day(gold: object, found: object) -> bool:
    if not gold or not found:
        return not gold and not found
    return str(found).startswith(str(gold)) or str(gold).startswith(str(found))


def _brief(event: Event) -> str:
    return (
        f"{event.get('date')} {event.get('jurisdiction')} {','.join(event.get('issuers') or [])} {str(event.get('title'))[:60]}"
    )
