"""subscriptions.yaml in, what it asks for out; every mistake is told at once, with file, line, subscription, field and the mend."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cgtwatch.config import checks
from cgtwatch.config.document import LARGEST, SET_ASIDE_KEY, Document, document_of
from cgtwatch.config.ledger import Check, Ledger, Note, Shape, Spot, Vocabulary, WrongError, lines_of, read_keys
from cgtwatch.config.suggest import shown
from cgtwatch.config.tree import Map, Node, Scalar, Seq, is_nothing, what
from cgtwatch.config.whole import line_of
from cgtwatch.config.wishes import FILTER, LANGUAGES, MOST_EVENTS, OPTIONS, PLAIN, is_name, name_problem, query_of, topic_of
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Cadence, Every, Filter, Options, Origin, Promise, Quiet, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage

_VARIABLE = re.compile(r"(?:([a-z]+):)?env:([A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True, slots=True)
class Readers:
    """What other rooms know of single values, handed in: each makes a value of a text, or raises ValueError with the mend.

    `promises` is the usual one by channel, `topics` the user's own, `secret` answers with the value of a variable.
    """

    cadence: Callable[[str], Cadence]
    quiet: Callable[[str], Quiet | None]
    target: Callable[[str], tuple[str, str]]
    query_problem: Callable[[str], str | None]
    promises: Mapping[str, Promise]
    topics: tuple[str, ...]
    secret: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription as the file has it: no mark and no hour yet; `paused` None where the file says nothing of it.

    `since` is where a new one starts; `agreed` the moment at which its reader agreed (again) to be written to.
    """

    subscription: Subscription
    since: datetime | None = None
    agreed: datetime | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionFile:
    """What a file asks for, and a line for each thing in it that is only doubtful."""

    asked: tuple[Asked, ...]
    path: Path
    warnings: tuple[str, ...] = ()


class _Row(NamedTuple):
    node: Map
    spot: Spot


def read_subscriptions(path: Path) -> bytes:
    """The bytes of the file. Raises `ConfigError` where they cannot be got."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        mend = "name an existing file that this user may read"
        raise ConfigError([f"{path}: cannot be read ({error.strerror or error}); {mend}"]) from None
    if len(raw) > LARGEST:
        raise ConfigError([f"{path}: is larger than {LARGEST // 1024**2} MiB; split it between several services"])
    return raw


def parse_subscriptions(raw: bytes, path: Path, known: Vocabulary, readers: Readers) -> SubscriptionFile:
    """What the bytes of the file at `path` ask for. Raises `ConfigError` with every mistake; none of them holds a target.

    A mistake is `FILE:LINE: subscriptions[N] NAME: FIELD: what is wrong; mend`.
    """
    document = document_of(raw)
    ledger = Ledger(known, Path(path).absolute().parent)
    keys = _keys(readers)
    rows, defaults = _rows(document, ledger, keys)
    asked = [_asked(row, keys, defaults, readers) for row in rows if SET_ASIDE_KEY not in row.node.pairs]
    _same_names(rows)
    ledger.mistakes += [Note(remark.line, remark.message) for remark in document.remarks]
    ledger.warnings += [Note(remark.line, remark.message) for remark in document.warnings]
    if ledger.mistakes:
        raise ConfigError(lines_of(path, ledger.mistakes))
    return SubscriptionFile(tuple(one for one in asked if one is not None), path, lines_of(path, ledger.warnings))


def _rows(document: Document, ledger: Ledger, keys: Mapping[str, Any]) -> tuple[list[_Row], dict[str, Any]]:
    """The subscriptions as nodes, and the values of `defaults`."""
    root, top = document.root, Spot(ledger, "")
    rows: list[_Row] = []
    if root is None or is_nothing(root):
        if not document.remarks:
            top.wrong(1, "is empty; write subscriptions: and a list under it ([] asks for none)")
        return rows, {}
    if not isinstance(root, Map):
        top.wrong(root.line, f"is {what(root)} and no mapping; write subscriptions: and a list under it")
        return rows, {}

    def keep_rows(node: Node, spot: Spot) -> None:
        if not isinstance(node, Seq):
            raise WrongError(f"is {what(node)}; write a list, each subscription after a hyphen")
        for number, one in enumerate(node.items, 1):
            name = one.pairs.get("name") if isinstance(one, Map) else None
            called = f" {name[1].text}" if name and isinstance(name[1], Scalar) and is_name(name[1].text) else ""
            here = Spot(spot.ledger, f"subscriptions[{number}]{called}")
            if isinstance(one, Map):
                rows.append(_Row(one, here))
            else:
                here.wrong(one.line, f"is {what(one)}; write a mapping with name and to")

    own = "belongs to each subscription; take it out of defaults"
    usual = Shape({name: check for name, check in keys.items() if name not in _OWN}, elsewhere=dict.fromkeys(_OWN, own))
    shape = Shape(
        {"defaults": lambda node, spot: read_keys(node, usual, spot), "subscriptions": keep_rows}, required=("subscriptions",)
    )
    return rows, read_keys(root, shape, top).get("defaults") or {}


def _asked(row: _Row, keys: Mapping[str, Any], defaults: Mapping[str, Any], readers: Readers) -> Asked | None:
    mistakes = row.spot.ledger.mistakes
    before = len(mistakes)
    found = {**defaults, **read_keys(row.node, Shape(keys, required=("name", "to")), row.spot)}
    if len(mistakes) > before:
        return None
    channel, target = found["to"]
    plain = {field: found[key] for key, field in PLAIN.items() if key in found}
    made = Subscription(
        found["name"], channel, target, origin=Origin.FILE,
        filter=Filter(**{field: found[key] for key, field in FILTER.items() if key in found}),
        options=Options(**{field: found[key] for key, field in OPTIONS.items() if key in found}),
        **{"cadence": Cadence(Every.DAILY), "promise": readers.promises.get(channel, Promise.AT_LEAST_ONCE), **plain},
    )  # fmt: skip
    return Asked(made, found.get("since"), found.get("agreed"), found.get("paused"))


def _same_names(rows: list[_Row]) -> None:
    """Notes names that stand twice."""
    first: dict[str, int] = {}
    for row in rows:
        pair = row.node.pairs.get("name")
        if pair is None or not isinstance(pair[1], Scalar):
            continue
        text, line = pair[1].text.strip(), line_of(row.node, "name")
        if first.setdefault(text, line) != line:
            row.spot.at("name").wrong(line, f"{shown(text)} stands here and at line {first[text]}; give each a name of its own")


def _name(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if problem := name_problem(found):
        raise WrongError(f"{shown(found)}: {problem}")
    return found


def _to(readers: Readers) -> Callable[[Node, Spot], tuple[str, str]]:
    def check(node: Node, spot: Spot) -> tuple[str, str]:
        text = checks.text(node, spot)
        if found := _VARIABLE.fullmatch(text):
            value = readers.secret(found[2])
            if not value:
                raise WrongError(f"env:{found[2]} is not set; set it in the environment of cgtwatch, or in .env")
            text = f"{found[1]}:{value}" if found[1] else value
        try:
            return readers.target(text)
        except ValueError as error:
            said = str(error).removeprefix("target: ").removeprefix("target ")
            raise WrongError(_QUOTED.sub("'…'", said)) from None  # the log is no place for addresses

    return check


def _by(parse: Callable[[str], Any], plain: Check = checks.word) -> Check:
    """A check by a function that makes a value of a text, or raises ValueError with the mend."""

    def check(node: Node, spot: Spot) -> Any:  # noqa: ANN401 - whatever `parse` makes
        try:
            return parse(plain(node, spot))
        except ValueError as error:
            raise WrongError(str(error)) from None

    return check


def _moment(node: Node, spot: Spot) -> datetime:
    """A day (its beginning in UTC) or an instant."""
    found = checks.text(node, spot)
    try:
        moment = datetime.fromisoformat(found)
    except ValueError:
        raise WrongError(f"{shown(found)} is no day; write 2026-11-22 or 2026-11-22T08:00+08:00 (ISO 8601)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _words(kind: type[Any]) -> Callable[[Node, Spot], tuple[Any, ...]]:
    one = checks.one_of([word.value for word in kind])
    return checks.each(lambda node, spot: kind(one(node, spot)))


def _least(node: Node, spot: Spot) -> Importance:
    return Importance(checks.one_of(("high", "medium", "low"))(node, spot))


def _promise(node: Node, spot: Spot) -> Promise:
    return Promise(checks.one_of([word.value for word in Promise])(node, spot))


def _most(node: Node, spot: Spot) -> int | None:
    found: int = checks.count(0, MOST_EVENTS)(node, spot)
    return found or None


def _keys(readers: Readers) -> Mapping[str, Any]:
    """Every key of a subscription and what reads it: the wishes by their words, and what only a file says."""
    topic = _by(lambda text: topic_of(text, readers.topics), checks.text)
    query = _by(lambda text: query_of(text, readers.query_problem), checks.text)
    return {
        "name": _name, "to": _to(readers), "since": _moment, "agreed": _moment, "paused": checks.flag,
        "cadence": _by(readers.cadence), "tz": checks.timezone, "lang": checks.one_of(LANGUAGES), "promise": _promise,
        "topic": checks.each(topic), "jurisdiction": checks.each(checks.jurisdiction), "level": _words(Level),
        "issuer": checks.each(checks.issuer), "doc_type": _words(DocType), "stage": _words(Stage), "importance": _least,
        "query": query, "quiet": _by(readers.quiet), "nothing_new": checks.flag, "most": _most, "calendar": checks.flag,
        "reminders": checks.flag,
    }  # fmt: skip


_OWN = ("name", "to", "since", "agreed")
