"""What somebody asks of a subscription, as commands and the API write it: read into its fields, every mistake told at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Any, TypeVar

from cgtwatch.app import App
from cgtwatch.config.addresses import private_host
from cgtwatch.config.places import jurisdiction_problem
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.wishes import FILTER, LANGUAGES, MOST_EVENTS, OPTIONS, PLAIN, query_of, topic_of
from cgtwatch.deliver import DEFAULT_PROMISE
from cgtwatch.engine.operations import Args
from cgtwatch.errors import ConfigError
from cgtwatch.model.subscription import Cadence, Every, Origin, Promise, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Stage
from cgtwatch.select import operator_only, parse_cadence, parse_quiet, parse_target, query_problem
from cgtwatch.select.cadence import zone
from cgtwatch.text.fragment import split_settings

Word = TypeVar("Word", bound=StrEnum)
ANY = "any"  # takes a part of the filter away
NEW = Subscription("", "", "", Cadence(Every.DAILY))


@dataclass(frozen=True, slots=True)
class Known:
    """What a wish may name: the authorities of the register and of the user's rules, the user's own topics, and private networks.

    Where `private` is None nobody asks where a hook leads.
    """

    issuers: frozenset[str] = frozenset()
    topics: tuple[str, ...] = ()
    private: tuple[IPv4Network | IPv6Network, ...] | None = None


@dataclass(slots=True)
class _Reading:
    """What the readers of single wishes need, and the mistakes they found."""

    known: Known
    problems: list[str] = field(default_factory=list)

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(f"--{name.replace('_', '-')}{message}")


_CALLED = re.compile(r"(?:cadence|target|quiet hours|time zone)(?=[ :])")  # how the readers call what an option names already


def known_of(app: App) -> Known:
    """What may be named in this place."""
    return Known(app.vocabulary.issuers | app.rules_file.issuers, tuple(app.topic_names()), app.settings.allow_private)


def wished(args: Args, known: Known, before: Subscription | None = None, also: tuple[str, ...] = ()) -> Subscription:
    """`before` (a new one without) with everything that `args` ask for; what is absent or null stays as it is.

    `to` (text), `cadence`, `tz`, `lang`, `promise`, `quiet` (texts), `nothing_new`, `calendar`, `reminders` (truths), `most` (a
    number, 0: no limit), `topic`, `jurisdiction`, `level`, `issuer`, `doc_type`, `stage` (lists, or one; empty or `any`: all),
    `importance` (or `any`), `query` (empty: all). `also` are further names that `args` may hold.
    Raises `ConfigError` with every mistake; none of them holds a target.
    """
    reading = _Reading(known)
    allowed = (*PLAIN, *FILTER, *OPTIONS, "to", *also)
    for name in args:
        if name not in allowed:
            reading.wrong(name, f" is no option{did_you_mean(name, allowed)}; known: {', '.join(sorted(allowed))}")
    base = before or NEW
    found = replace(
        base,
        **_read(PLAIN, args, reading),
        filter=replace(base.filter, **_read(FILTER, args, reading)),
        options=replace(base.options, **_read(OPTIONS, args, reading)),
    )
    if args.get("to") is not None:
        found = _going_to(found, args["to"], base, reading)
    if args.get("promise") is None and (not base.channel or base.promise == DEFAULT_PROMISE.get(base.channel)):
        found = replace(found, promise=DEFAULT_PROMISE.get(found.channel, Promise.AT_LEAST_ONCE))
    if reading.problems:
        raise ConfigError(reading.problems)
    return found


def _read(table: Mapping[str, str], args: Args, reading: _Reading) -> dict[str, Any]:
    """The fields that `args` ask for; mistakes are noted."""
    found: dict[str, Any] = {}
    for name, place in table.items():
        if args.get(name) is None:
            continue
        try:
            found[place] = _READERS[name](args[name], reading.known)
        except ValueError as error:
            for line in str(error).split("\n"):
                reading.wrong(name, line)
    return found


def _going_to(found: Subscription, to: object, base: Subscription, reading: _Reading) -> Subscription:
    try:
        channel, target = parse_target(_text(to, None))
    except ValueError as error:
        reading.wrong("to", _said(error) if not str(error).startswith(":") else str(error))
        return found
    if base.origin is Origin.PAGE and operator_only(channel, target):
        reading.wrong("to", ": only the operator may name that kind of target")
    if _leads_inside(target, reading.known):
        reading.wrong(
            "to", " leads into a private network; write a public address, or name the network in CGTWATCH_ALLOW_PRIVATE"
        )
    return replace(found, channel=channel, target=target)


def _leads_inside(target: str, known: Known) -> bool:
    """Whether a hook is, by its letters alone, where nothing may be sent; what a name leads to is asked at each send."""
    if known.private is None or not target.lower().startswith(("http://", "https://")):
        return False
    return private_host(split_settings(target)[0], known.private) is not None


def _text(given: object, _known: Known | None) -> str:
    if not isinstance(given, str):
        raise ValueError(f": {shown(str(given))} is no text; write one")
    return given


def _by(parse: Callable[[str], Any]) -> "_Reader":
    """A reader of a text by a function whose ValueError says how to write it."""

    def read(given: object, known: Known) -> Any:  # noqa: ANN401 - whatever `parse` makes
        text = _text(given, known)
        try:
            return parse(text)
        except ValueError as error:
            raise ValueError(_said(error)) from error

    return read


def _said(error: ValueError) -> str:
    """What is wrong, to stand behind the name of an option, without naming it again."""
    bare, called = _CALLED.subn("", str(error), count=1) if _CALLED.match(str(error)) else (str(error), 0)
    return bare if called else f": {bare}"


def _truth(given: object, _known: Known) -> bool:
    if isinstance(given, bool):
        return given
    raise ValueError(f" {shown(str(given))}: say true or false")


def _most(given: object, _known: Known) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_EVENTS:
        raise ValueError(f" {shown(str(given))} is no number of events; write 1 to {MOST_EVENTS}, or 0 for no limit")
    return given or None


def _query(given: object, known: Known) -> str:
    try:
        return query_of(_text(given, known).strip(), query_problem)
    except ValueError as error:
        raise ValueError(f" {error}") from error


def _lang(given: object, known: Known) -> str:
    text = _text(given, known)
    if text not in LANGUAGES:
        raise ValueError(f" {shown(text)} is not spoken; write zh or en")
    return text


def _zone(text: str) -> str:
    return zone(text).key


def _members(given: object) -> list[str]:
    """The members of a list, or of one value; an empty list and `any` ask for everything."""
    members = [given] if isinstance(given, str) else given
    if not isinstance(members, list | tuple) or not all(isinstance(one, str) for one in members):
        raise ValueError(f" {shown(str(given))} is no list of texts; write one")
    found = [one.strip() for one in members]
    return [one for one in dict.fromkeys(found) if one not in {"", ANY}]


def _each(one: Callable[[str, Known], Any]) -> "_Reader":
    """A reader of a list; a line for each member that is wrong."""

    def read(given: object, known: Known) -> tuple[Any, ...]:
        found, wrong = [], []
        for member in _members(given):
            try:
                found.append(one(member, known))
            except ValueError as error:
                wrong.append(str(error))
        if wrong:
            raise ValueError("\n".join(wrong))
        return tuple(dict.fromkeys(found))

    return read


def _word(kind: type[Word]) -> Callable[[str, Known], Word]:
    names = {word.value: word for word in kind}

    def read(given: str, _known: Known) -> Word:
        if given not in names:
            raise ValueError(f" {shown(given)} is not known{did_you_mean(given, names)}; known: {', '.join(names)}")
        return names[given]

    return read


def _importance(given: object, known: Known) -> Importance | None:
    text = _text(given, known)
    return None if text in {"", ANY} else _word(Importance)(text, known)


def _topic(given: str, known: Known) -> str:
    try:
        return topic_of(given, known.topics)
    except ValueError as error:
        raise ValueError(f" {error}") from error


def _issuer(given: str, known: Known) -> str:
    if given in known.issuers or given.startswith("other:"):
        return given
    mend = "write an id of the register, such as nmpa or fda, or other:NAME"
    raise ValueError(f" {shown(given)} is not in the register{did_you_mean(given, known.issuers)}; {mend}")


def _jurisdiction(given: str, _known: Known) -> str:
    if problem := jurisdiction_problem(given.upper()):
        raise ValueError(f": {problem}")
    return given.upper()


_Reader = Callable[[Any, Known], Any]
_READERS: Mapping[str, _Reader] = {
    "cadence": _by(parse_cadence), "tz": _by(_zone), "lang": _lang, "promise": lambda given, known: _word(Promise)(_text(given, known), known),
    "topic": _each(_topic), "jurisdiction": _each(_jurisdiction), "level": _each(_word(Level)), "issuer": _each(_issuer),
    "doc_type": _each(_word(DocType)), "stage": _each(_word(Stage)), "importance": _importance, "query": _query,
    "quiet": _by(parse_quiet), "nothing_new": _truth, "most": _most, "calendar": _truth, "reminders": _truth,
}  # fmt: skip
