"""Why a reader gets this, in the reader's words."""

from collections.abc import Iterable, Mapping

from cgtwatch.compose.words import Words
from cgtwatch.model.source import Names
from cgtwatch.model.subscription import Every, Filter, Subscription
from cgtwatch.text.clean import one_line

_TABLES = {"level": "levels", "doc_type": "doc_types", "stage": "stages", "importance": "importances"}


_NO_NAMES: Mapping[str, Names] = {}


def why_subscription(
    subscription: Subscription, words: Words, issuers: Mapping[str, Names], topics: Mapping[str, Names] = _NO_NAMES
) -> str:
    """What the subscription asks for and when it is sent, in one sentence."""
    asked = filter_words(subscription, words, issuers, topics)
    return words.say("why_filter", filter=asked, cadence=cadence_words(subscription, words), zone=subscription.timezone)


def page_of(
    subscription: Subscription, words: Words, issuers: Mapping[str, Names], topics: Mapping[str, Names] = _NO_NAMES
) -> str:
    """What a page of all that was told shows, in one sentence: nobody subscribed to a page."""
    return words.say("why_page", filter=filter_words(subscription, words, issuers, topics))


def filter_words(
    subscription: Subscription, words: Words, issuers: Mapping[str, Names], topics: Mapping[str, Names] = _NO_NAMES
) -> str:
    """What the subscription asks for, without when."""
    asked = "".join(_asked(subscription.filter, words, {"issuer": issuers, "topic": topics}))
    return asked or words.say("why_everything")


def _asked(asked: Filter, words: Words, names: Mapping[str, Mapping[str, Names]]) -> str:
    parts: list[tuple[str, Iterable[str]]] = [
        ("topic", asked.topics),
        ("jurisdiction", asked.jurisdictions),
        ("level", asked.levels),
        ("issuer", asked.issuers),
        ("doc_type", asked.doc_types),
        ("stage", asked.stages),
    ]
    said = [
        words.say("colon", a=words.name("fields", name), b=_values(name, tuple(values), words, names))
        for name, values in parts
        if values
    ]
    if asked.importance:
        least = words.say("why_at_least", importance=words.name("importances", asked.importance))
        said.append(words.say("colon", a=words.name("fields", "importance"), b=least))
    if asked.query.strip():
        said.append(words.say("colon", a=words.name("fields", "query"), b=one_line(asked.query, 80)))
    return words.say("separator").join(said)


def cadence_words(subscription: Subscription, words: Words) -> str:
    """When it is sent, without the zone."""
    cadence = subscription.cadence
    weekday = words.tables["weekdays"][cadence.weekday]
    form = words.name("everys", Every(cadence.every))
    return form.format_map({"clock": f"{cadence.hour:02}:{cadence.minute:02}", "weekday": weekday, "day": cadence.day})


def why_event(reasons: Iterable[str], words: Words, issuers: Mapping[str, Names], topics: Mapping[str, Names] = _NO_NAMES) -> str:
    """What of an event the reader had asked for; empty where everything is. Codes are those of `select`: `FIELD=VALUE`."""
    said, names = [], {"issuer": issuers, "topic": topics}
    for reason in reasons:
        name, sign, value = reason.partition("=")
        if sign and name in words.tables["fields"]:
            shown = one_line(value, 80) if name == "query" else _values(name, tuple(value.split(",")), words, names)
            said.append(words.say("colon", a=words.name("fields", name), b=shown))
    return words.say("separator").join(said)


def _values(name: str, values: tuple[str, ...], words: Words, names: Mapping[str, Mapping[str, Names]]) -> str:
    if name == "issuer":
        return words.issuers(values, names["issuer"])
    if name == "topic":
        own = names["topic"]
        return words.say("comma").join(words.pick(own.get(value), words.name("modalities", value)) for value in values)
    if name == "jurisdiction":
        return words.say("comma").join(words.place(value) for value in values)
    return words.say("comma").join(words.name(_TABLES[name], value) for value in values)
