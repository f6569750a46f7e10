"""What people say of events against what was read: checked against the taxonomy, then stored."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from cgtwatch.compose.records import event_record, mark_record
from cgtwatch.config.places import jurisdiction_problem
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.model.classification import Labels
from cgtwatch.model.feedback import Mark
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.text.clean import one_line

Word = TypeVar("Word", bound=StrEnum)
LONGEST_NOTE = 1000
_LONGEST_NUMBER = 200
_OTHER = re.compile(r"other:\w+(?:[-_. ]\w+)*")  # a body without an entry, by a name of one's own
_NEVER = datetime.min.replace(tzinfo=UTC)
_YES, _NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否"})


def mark(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `event`, `relevant` (true, false or null), `fields` (texts `NAME=VALUE`), `note`, `by`. Row: the mark and the event now."""
    app = engine.app
    app.store.event(args["event"])
    said = asked(args, app.vocabulary.issuers)
    made = app.store.mark(replace(said, event=args["event"], at=app.clock()))
    yield {"mark": mark_record(made), "event": event_record(app.store.event(made.event))}


def clear(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `event`. Row: whether something had been said of it, and the event as it was read."""
    had = engine.app.store.clear_mark(args["event"])
    yield {"mark": None, "cleared": had, "event": event_record(engine.app.store.event(args["event"]))}


def asked(args: Args, issuers: frozenset[str]) -> Mark:
    """The mark that `args` ask for, of no event and no time yet. Raises `ConfigError` with every mistake."""
    problems: list[str] = []
    values = _values(args.get("fields") or (), issuers, problems)
    values = _with_relevance(values, args.get("relevant"), problems)
    if not values and not problems:
        problems.append("nothing to mark: write --relevant, --not-relevant, --field NAME=VALUE or --clear")
    note, by = one_line(args.get("note") or ""), one_line(args.get("by") or "")
    if len(note) > LONGEST_NOTE:
        problems.append(f"--note has {len(note)} characters; write at most {LONGEST_NOTE}")
    if problems:
        raise ConfigError(problems)
    return Mark("", tuple(values), replace(Labels(), **values), by[:100] or "somebody", _NEVER, note)


def _values(texts: Sequence[str], issuers: frozenset[str], problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip().lower().replace("-", "_")
        if not sign:
            problems.append(
                f"--field {shown(text)}: write NAME=VALUE, such as stage=issued (an empty value: the document says none)"
            )
        elif name not in READERS:
            problems.append(f"--field {shown(name)} is no field{did_you_mean(name, READERS)}; known: {', '.join(READERS)}")
        elif name in values:
            problems.append(f"--field {name} is given twice; lists take commas, such as issuers=nmpa,cde")
        else:
            try:
                values[name] = READERS[name](value.strip(), issuers)
            except ValueError as error:
                problems.append(f"--field {name}: {error}")
    return values


def _with_relevance(values: Mapping[str, Any], relevant: bool | None, problems: list[str]) -> dict[str, Any]:
    """Relevant is what is about cells or genes and policy: each of the three follows from the others where it can."""
    found = dict(values)
    said = found.get("relevant") if relevant is None else relevant
    if relevant is not None and found.get("relevant", relevant) is not relevant:
        problems.append("--relevant and --field relevant contradict each other; say one of them")
    if said is None and False in (found.get("cgt"), found.get("policy")):
        said = False
    if said is True:
        wrong = [name for name in ("cgt", "policy") if found.get(name) is False]
        problems += [f"what is relevant is about cells or genes and policy, so {name}=no contradicts it" for name in wrong]
        found |= {"cgt": True, "policy": True}
    if said is False and found.get("cgt") and found.get("policy"):
        problems.append(
            "what is about cells or genes (cgt=yes) and policy (policy=yes) is relevant; leave --not-relevant or one of them"
        )
    return found if said is None else {"relevant": said, **found}


def _truth(text: str, _issuers: frozenset[str]) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(f"{shown(text)} is neither yes nor no")


def _word(kind: type[Word], text: str) -> Word:
    word = text.lower().replace("-", "_").replace(" ", "_")
    known = [one.value for one in kind]
    if word not in known:
        raise ValueError(f"{shown(text)} is not known{did_you_mean(word, known)}; known: {', '.join(known)}")
    return kind(word)


def _one(kind: type[Word]) -> Callable[[str, frozenset[str]], Word]:
    """A word of a vocabulary that knows `none`."""
    return lambda text, _issuers: _word(kind, text or "none")


def _level(text: str, _issuers: frozenset[str]) -> Level | None:
    return _word(Level, text) if text else None


def _modalities(text: str, _issuers: frozenset[str]) -> tuple[Modality, ...]:
    return tuple(dict.fromkeys(_word(Modality, one) for one in _members(text)))


def _issuers(text: str, known: frozenset[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.lower() for one in _members(text)))
    strange = [one for one in found if one not in known and not _OTHER.fullmatch(one)]
    if strange:
        hint = did_you_mean(strange[0], known)
        raise ValueError(f"{shown(strange[0])} is not in the register{hint}; write an id such as nmpa or fda, or other:NAME")
    return found


def _jurisdiction(text: str, _issuers: frozenset[str]) -> str | None:
    if not text:
        return None
    problem = jurisdiction_problem(text.upper())
    if problem:
        raise ValueError(problem)
    return text.upper()


def _day(text: str, _issuers: frozenset[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is no day; write 2026-11-22 (ISO 8601)") from error


def _number(text: str, _issuers: frozenset[str]) -> str | None:
    text = one_line(text)
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"has {len(text)} characters; write the number alone, as printed")
    return text or None


def _members(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()]


# Every field that may be said, and how its text is read.
READERS: Mapping[str, Callable[[str, frozenset[str]], Any]] = {
    "relevant": _truth, "cgt": _truth, "policy": _truth, "modalities": _modalities, "doc_type": _one(DocType), "stage": _one(Stage),
    "jurisdiction": _jurisdiction, "issuers": _issuers, "level": _level, "document_number": _number, "document_date": _day,
    "effective_date": _day, "comment_deadline": _day, "importance": _one(Importance),
}  # fmt: skip
