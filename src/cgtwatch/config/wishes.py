"""What may be wished of a subscription: the one set of words that commands, files and programs share, and their limits."""

import re
from collections.abc import Callable, Iterable, Mapping

from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.model.taxonomy import Modality

# Wish → field of the subscription, of its filter, of its options.
PLAIN: Mapping[str, str] = {"cadence": "cadence", "tz": "timezone", "lang": "language", "promise": "promise"}
FILTER: Mapping[str, str] = {
    "topic": "topics", "jurisdiction": "jurisdictions", "level": "levels", "issuer": "issuers", "doc_type": "doc_types", "stage": "stages",
    "importance": "importance", "query": "query",
}  # fmt: skip
OPTIONS: Mapping[str, str] = {
    "quiet": "quiet", "nothing_new": "nothing_new", "most": "most", "calendar": "calendar", "reminders": "reminders",
}  # fmt: skip
LANGUAGES = ("zh", "en")
MOST_EVENTS = 1000  # of one message that may be asked for
LONGEST_QUERY = 500  # characters
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_OURS = re.compile(r"erased-\d+")  # what somebody is called who was erased


def is_name(text: str) -> bool:
    """Whether a subscription, or a user, may be called that: it stands in addresses, file names and logs."""
    return _NAME.fullmatch(text) is not None


def name_problem(name: object) -> str | None:
    """What is wrong with the name of a new subscription, with the mend; None where nothing is."""
    if not isinstance(name, str) or not is_name(name):
        return "use letters, digits, '-', '_' and '.', at most 64"
    return "stands for somebody who was erased; choose another" if _OURS.fullmatch(name) else None


def query_of(text: str, problem_of: Callable[[str], str | None]) -> str:
    """`text` as a query; `problem_of` says what is wrong with a short one. Raises ValueError with the mend."""
    problem = f"is longer than {LONGEST_QUERY} characters; write fewer words" if len(text) > LONGEST_QUERY else problem_of(text)
    if problem:
        raise ValueError(f"{shown(text)}: {problem}")
    return text


def topic_of(text: str, own: Iterable[str]) -> str:
    """A kind of therapy, or one of the user's `own` topics. Raises ValueError with the known ones."""
    known: dict[str, str] = {**{kind.value: kind for kind in Modality}, **{name: name for name in own}}
    if text not in known:
        raise ValueError(f"{shown(text)} is not known{did_you_mean(text, known)}; known: {', '.join(known)}")
    return known[text]
