"""One text in one language: asked for, read, checked, kept; nothing else ever waits for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.translation import Translation
from cgtwatch.net.request import NetAnswer, NetFailure, NetRequest
from cgtwatch.net.retry_after import retry_after
from cgtwatch.store import Store
from cgtwatch.translate.ask import Text, UnreadableError, key, read_answer, request_body, text_of
from cgtwatch.translate.check import Names, refusal, suspicious

MOST_BYTES = 128 * 1024  # of an answer; 600 characters with their envelope are 4 KB


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who translates. `key` is a secret; `languages` are those that texts are put into."""

    url: str  # without a slash at the end
    model: str
    languages: tuple[str, ...]
    key: str | None = None
    deadline: timedelta = timedelta(seconds=30)

    def __repr__(self) -> str:
        return f"Endpoint({self.model!r}, {self.languages!r})"


@dataclass(frozen=True, slots=True)
class TranslateParts:
    """What a translation walks through, put together by the app. `names` finds authorities, products and therapies."""

    store: Store
    exchange: Callable[[NetRequest], NetAnswer | NetFailure]
    endpoint: Endpoint
    names: Callable[[], Names]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class TranslateRow:
    """What asking came to: kept, refused (with why; it is not asked again), or trouble with the endpoint (asked again later)."""

    event: str
    language: str
    outcome: str  # kept, refused, trouble
    reason: str = ""
    retry_after: timedelta | None = None


def missing(events: list[PolicyEvent], parts: TranslateParts) -> list[tuple[PolicyEvent, str]]:
    """The events and languages that nothing is kept for yet, in the order given, each text once."""
    found: dict[tuple[str, str], tuple[PolicyEvent, str]] = {}
    for language in parts.endpoint.languages:
        foreign = {key(asked(event)): event for event in reversed(events) if not event.language.startswith(language)}
        known = parts.store.translations(foreign.keys(), language)
        found |= {(text, language): (event, language) for text, event in foreign.items() if text not in known}
    order = {event.id: number for number, event in enumerate(events)}
    return sorted(found.values(), key=lambda pair: (order[pair[0].id], pair[1]))


def asked(event: PolicyEvent) -> Text:
    """What of an event is translated."""
    return text_of(event.title, event.summary)


def lookup(
    store: Store, language: str, events: Iterable[PolicyEvent] = (), *, on: bool
) -> Callable[[PolicyEvent], Translation | None]:
    """Finds what is kept of an event in `language` and passed the check; None for one that is in that language anyway.

    Those of `events` are looked up all at once.
    """
    foreign = {key(asked(event)) for event in events if not event.language.startswith(language)} if on else set()
    ready = store.translations(foreign, language) if foreign else {}

    def found(event: PolicyEvent) -> Translation | None:
        if not on or event.language.startswith(language):
            return None
        text = key(asked(event))
        kept = ready.get(text) if text in foreign else store.translations([text], language).get(text)
        return kept if kept and not kept.refused else None

    return found


def translate(event: PolicyEvent, language: str, parts: TranslateParts) -> TranslateRow:
    """Ask for one translation and keep it, or why it is refused. Trouble with the endpoint keeps nothing."""
    source = asked(event)
    if suspicious(source):
        return _keep(event, language, Text("", ""), "its source speaks to a language model", parts)
    answer = parts.exchange(_request(source, language, parts.endpoint))
    if isinstance(answer, NetFailure):
        wait = retry_after(answer.retry_after, parts.clock())
        return TranslateRow(event.id, language, "trouble", f"{answer.error}: {answer.message}", wait)
    if answer.status != 200:
        wait = retry_after(answer.headers.get("retry-after"), parts.clock())
        return TranslateRow(event.id, language, "trouble", f"it answers with status {answer.status}", wait)
    try:
        said = read_answer(answer.body)
    except UnreadableError as error:
        if error.whole:
            return TranslateRow(event.id, language, "trouble", str(error))
        return _keep(event, language, Text("", ""), str(error), parts)
    why = refusal(source, said, language, parts.names())
    return _keep(event, language, Text("", "") if why else said, why, parts)


def _request(source: Text, language: str, endpoint: Endpoint) -> NetRequest:
    headers = {"content-type": "application/json", "accept": "application/json"}
    if endpoint.key:
        headers["authorization"] = f"Bearer {endpoint.key}"
    url = f"{endpoint.url}/chat/completions"
    body = request_body(source, language, endpoint.model)
    return NetRequest(
        url, "POST", headers, body, deadline=endpoint.deadline, max_bytes=MOST_BYTES, follow=0, trusted=endpoint.url
    )  # a redirect would take the key elsewhere


def _keep(event: PolicyEvent, language: str, said: Text, why: str, parts: TranslateParts) -> TranslateRow:
    made = Translation(key(asked(event)), language, said.title, said.summary, why, parts.endpoint.model, parts.clock())
    parts.store.keep_translation(made)
    return TranslateRow(event.id, language, "refused" if why else "kept", why)
