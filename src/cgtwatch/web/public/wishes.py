"""What a reader may wish for on a page: the choices offered, a form read into wishes, and wishes as an operation takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from cgtwatch.app import App
from cgtwatch.compose.words import Words
from cgtwatch.config.wishes import LONGEST_QUERY
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Every, Subscription
from cgtwatch.model.taxonomy import DocType, Importance, Level, Modality, Stage
from cgtwatch.select import parse_cadence, parse_quiet, show_quiet
from cgtwatch.web.forms import Form
from cgtwatch.web.public.authorities import BETWEEN, written
from cgtwatch.web.public.issuers import LONGEST_ISSUERS, read_issuers, show_issuers, wrong_issuers

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST = (10, 20, 50, 100)
_SUGGESTED = 150
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul", "Asia/Singapore", "Asia/Bangkok", "Asia/Jakarta",
    "Asia/Kolkata", "Asia/Dubai", "Asia/Jerusalem", "Europe/Moscow", "Europe/Istanbul", "Europe/Helsinki", "Europe/Athens",
    "Africa/Johannesburg", "Europe/Berlin", "Europe/Paris", "Europe/Zurich", "Europe/Madrid", "Europe/Rome", "Europe/Stockholm",
    "Europe/London", "Europe/Dublin", "UTC", "America/Sao_Paulo", "America/Halifax", "America/New_York", "America/Chicago", "America/Denver",
    "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "Australia/Perth", "Australia/Brisbane",
    "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One choice and what it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that a page offers to choose from."""

    topics: tuple[Option, ...]
    places: tuple[Option, ...]
    provinces: tuple[Option, ...]
    levels: tuple[Option, ...]
    kinds: tuple[Option, ...]
    stages: tuple[Option, ...]
    issuers: Mapping[str, Names]
    suggested: tuple[str, ...]
    importances: tuple[Option, ...]
    everys: tuple[Option, ...]
    weekdays: tuple[Option, ...]
    days: tuple[Option, ...]
    zones: tuple[Option, ...]
    languages: tuple[Option, ...]
    mosts: tuple[Option, ...]
    longest_query: int = LONGEST_QUERY  # characters
    longest_issuers: int = LONGEST_ISSUERS


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a form holds, as it holds it, right or wrong."""

    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    issuers: str = ""
    named: tuple[str, ...] = ()  # the authorities that were asked for before, by id
    importance: str = ""
    query: str = ""
    every: str = "daily"
    at: str = "08:00"
    weekday: str = "mon"
    day: str = "1"
    zone: str = "Asia/Shanghai"
    language: str = "zh"
    quiet_from: str = ""
    quiet_to: str = ""
    weekends: bool = False
    nothing_new: bool = False
    calendar: bool = False
    reminders: bool = True
    most: str = ""


def offer(app: App, said: Words, now: datetime, before: Wishes) -> Offer:
    """What may be chosen here: the places that are watched, the topics of this watch, and whatever was chosen before."""
    names = app.topic_names()
    own = {code: said.pick(called, code) for code, called in names.items()}
    watched = {one.jurisdiction for one in app.sources if one.enabled and one.jurisdiction} | set(before.places)
    ranked = sorted(watched | {code.partition("-")[0] for code in watched}, key=lambda code: (said.place_rank(code), code))
    topics = {**{kind.value: said.name("modalities", kind) for kind in Modality}, **own}
    zones = dict.fromkeys((*ZONES, before.zone))
    return Offer(
        topics=tuple(Option(code, called) for code, called in topics.items()),
        places=tuple(Option(code, said.place(code)) for code in ranked if "-" not in code),
        provinces=tuple(Option(code, said.place(code)) for code in ranked if "-" in code),
        levels=_named(Level, "levels", before.levels, said),
        kinds=_named(DocType, "doc_types", before.kinds, said),
        stages=_named(Stage, "stages", before.stages, said),
        issuers=issuers_of(app, before.named),
        suggested=_suggested(app, said),
        importances=tuple(_importances(said)),
        everys=tuple(Option(every.value, said.say(f"every_{every}")) for every in Every),
        weekdays=tuple(Option(code, name) for code, name in zip(_DAYS, said.tables["weekdays"], strict=True)),
        days=tuple(Option(str(day), said.say("month_day", day=day)) for day in range(1, 32)),
        zones=tuple(
            Option(zone, f"{zone.replace('_', ' ')} ({_offset(zone, now)})" if zone != "UTC" else zone) for zone in zones
        ),
        languages=tuple(Option(code, said.say(f"language_{code}")) for code in ("zh", "en")),
        mosts=(
            Option("", said.say("most_all")),
            *(_most(number, said) for number in dict.fromkeys((*_MOST, *_number(before.most)))),
        ),
    )


def _suggested(app: App, said: Words) -> tuple[str, ...]:
    """The names of those authorities whose sources are watched, as many as a list can hold: all 16,000 would be a megabyte."""
    names, watched = app.issuer_names(), {one.issuer for one in app.sources if one.enabled and one.issuer}
    known = {said.pick(names.get(one), one) for one in watched}
    return tuple(sorted(name for name in known if len(written(name, BETWEEN)) == 1)[:_SUGGESTED])


def issuers_of(app: App, before: Iterable[str] = ()) -> Mapping[str, Names]:
    """The authorities that may be named here: those of the register and of the user's rules, and whatever was named before."""
    names = app.issuer_names()
    more = {one: Names(one, one) for one in before if one not in names}
    return {**more, **names} if more else names  # the register itself has an index already


def _named(kind: type[StrEnum], table: str, before: tuple[str, ...], said: Words) -> tuple[Option, ...]:
    """The words of a vocabulary; the one for nothing at all only where it was chosen before."""
    return tuple(
        Option(one.value, said.name(table, one) or said.say("none_of_these"))
        for one in kind
        if one.value != "none" or one.value in before
    )


def _importances(said: Words) -> Iterable[Option]:
    yield Option("", said.say("importance_all"))
    for least in (Importance.MEDIUM, Importance.HIGH):
        yield Option(least.value, said.say("why_at_least", importance=said.name("importances", least)))


def _is_clock(text: str) -> bool:
    hour, _, minute = text.partition(":")
    return len(text) == 5 and hour.isascii() and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60


def _number(text: str) -> tuple[int, ...]:
    return (int(text),) if text.isascii() and text.isdigit() and len(text) < 5 else ()


def _most(number: int, said: Words) -> Option:
    return Option(str(number), said.say("most_n", n=number))


def _offset(zone: str, now: datetime) -> str:
    try:
        seconds = int((now.astimezone(ZoneInfo(zone)).utcoffset() or now - now).total_seconds())
    except (KeyError, ValueError, OSError):
        return "?"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "+" if seconds >= 0 else "−"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if seconds else "UTC"


def first_wishes(language: str) -> Wishes:
    """What a form holds before anybody touched it. Without scripts no page learns the reader's zone, so the language guesses."""
    return Wishes(language=language, zone="Asia/Shanghai" if language == "zh" else "UTC")


def form_wishes(form: Form) -> Wishes:
    """What somebody posted."""
    return Wishes(
        topics=form.all("topic"), places=form.all("jurisdiction"), levels=form.all("level"), kinds=form.all("doc_type"),
        stages=form.all("stage"), issuers=form.one("issuer"), importance=form.one("importance"), query=form.one("query"),
        every=form.one("every"), at=form.one("at"), weekday=form.one("weekday"), day=form.one("day"), zone=form.one("tz"),
        language=form.one("lang"), quiet_from=form.one("quiet_from"), quiet_to=form.one("quiet_to"), weekends=bool(form.one("weekends")),
        nothing_new=bool(form.one("nothing_new")), calendar=bool(form.one("calendar")), reminders=bool(form.one("reminders")),
        most=form.one("most"),
    )  # fmt: skip


def wishes_of(one: Subscription, app: App, said: Words) -> Wishes:
    """What a subscription asks for, as its form holds it."""
    cadence, quiet, asked = one.cadence, one.options.quiet, one.filter
    hours = quiet is not None and quiet.start != quiet.end
    return Wishes(
        topics=tuple(str(topic) for topic in asked.topics), places=asked.jurisdictions, levels=tuple(map(str, asked.levels)),
        kinds=tuple(map(str, asked.doc_types)), stages=tuple(map(str, asked.stages)), named=asked.issuers,
        issuers=show_issuers(asked.issuers, issuers_of(app, asked.issuers), said), importance=str(asked.importance or ""),
        query=asked.query, every=cadence.every.value, at=f"{cadence.hour:02}:{cadence.minute:02}", weekday=_DAYS[cadence.weekday],
        day=str(cadence.day), zone=one.timezone, language=one.language,
        quiet_from=f"{quiet.start:%H:%M}" if quiet and hours else "", quiet_to=f"{quiet.end:%H:%M}" if quiet and hours else "",
        weekends=quiet is not None and quiet.weekends, nothing_new=one.options.nothing_new, calendar=one.options.calendar,
        reminders=one.options.reminders, most=str(one.options.most or ""),
    )  # fmt: skip


def wrong_wishes(wishes: Wishes, offered: Offer, said: Words) -> dict[str, str]:
    """Field → what is wrong with it, in the reader's language; empty where all is well."""
    wrong = {name: said.say(phrase) for name, phrase in _wrong_choices(wishes, offered).items()}
    issuers = wrong_issuers(wishes.issuers, offered.issuers, said)
    return {**wrong, "issuer": issuers} if issuers else wrong


def _wrong_choices(wishes: Wishes, offered: Offer) -> dict[str, str]:
    """Field → the phrase for what is wrong with it."""
    wrong = {}
    choices: Mapping[str, tuple[Iterable[str], tuple[Option, ...]]] = {
        "topic": (wishes.topics, offered.topics),
        "jurisdiction": (wishes.places, (*offered.places, *offered.provinces)),
        "level": (wishes.levels, offered.levels),
        "doc_type": (wishes.kinds, offered.kinds),
        "stage": (wishes.stages, offered.stages),
        "importance": ([wishes.importance], offered.importances),
        "every": ([wishes.every], offered.everys),
        "weekday": ([wishes.weekday], offered.weekdays),
        "day": ([wishes.day], offered.days),
        "tz": ([wishes.zone], offered.zones),
        "lang": ([wishes.language], offered.languages),
        "most": ([wishes.most], offered.mosts),
    }
    for name, (given, known) in choices.items():
        if not set(given) <= {one.value for one in known}:
            wrong[name] = "wrong_choice"
    if not _is_clock(wishes.at):
        wrong["at"] = "wrong_clock"
    for name, clock in (("quiet_from", wishes.quiet_from), ("quiet_to", wishes.quiet_to)):
        if clock and not _is_clock(clock):
            wrong[name] = "wrong_clock"
    if bool(wishes.quiet_from) != bool(wishes.quiet_to):
        wrong["quiet_to" if wishes.quiet_from else "quiet_from"] = "wrong_quiet"
    if len(wishes.query) > LONGEST_QUERY or not wishes.query.isprintable():
        wrong["query"] = "wrong_query"
    return wrong


def asked(wishes: Wishes, offered: Offer) -> dict[str, Any]:
    """The wishes as `subscriptions.add` and `.change` take them; what is empty is said to be, so that it takes something away."""
    return {
        "topic": list(wishes.topics),
        "jurisdiction": list(wishes.places),
        "level": list(wishes.levels),
        "issuer": list(read_issuers(wishes.issuers, offered.issuers).ids),
        "doc_type": list(wishes.kinds),
        "stage": list(wishes.stages),
        "importance": wishes.importance,
        "query": wishes.query,
        "cadence": _cadence(wishes),
        "tz": wishes.zone,
        "lang": wishes.language,
        "quiet": _quiet(wishes),
        "nothing_new": wishes.nothing_new,
        "calendar": wishes.calendar,
        "reminders": wishes.reminders,
        "most": int(wishes.most or 0),
    }


def _cadence(wishes: Wishes) -> str:
    before = {"weekly": f"{wishes.weekday}-", "monthly": f"{wishes.day}-"}.get(wishes.every, "")
    text = wishes.every if wishes.every in {"now", "hourly"} else f"{wishes.every}@{before}{wishes.at}"
    parse_cadence(text)  # what was chosen from ours is right
    return text


def _quiet(wishes: Wishes) -> str:
    hours = f"{wishes.quiet_from}-{wishes.quiet_to}" if wishes.quiet_from else ""
    text = ",".join(filter(None, [hours, "weekends" if wishes.weekends else ""]))
    return show_quiet(parse_quiet(text)) if text else "none"
