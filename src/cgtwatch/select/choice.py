"""Does this subscription want this event, and why."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.subscription import Filter, Subscription
from cgtwatch.model.taxonomy import Importance
from cgtwatch.text.words import fold, read_query

_RANK = {Importance.NONE: 0, Importance.LOW: 1, Importance.MEDIUM: 2, Importance.HIGH: 3}


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether an event is wanted, and the codes of why.

    A code is `everything`, `FIELD=VALUE` for what the reader asked for and the event has, or `FIELD!VALUE` for what stood in
    the way (empty value: the event says nothing there). Fields: relevant, topic, jurisdiction, level, issuer, doc_type, stage,
    importance, query.
    """

    wanted: bool
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """The choice in an English line, for `explain` and logs."""
        return f"{'wanted' if self.wanted else 'not wanted'}: {'; '.join(describe(reason) for reason in self.reasons)}"


def describe(reason: str) -> str:
    """An English phrase for a reason code; what is no code comes back as it is."""
    found = re.fullmatch(r"([a-z_]+)([=!])(.*)", reason, re.DOTALL)
    if found is None:
        return "no filter set" if reason == "everything" else reason
    name, sign, value = found.groups()
    if name == "relevant":
        return "not a policy event about cell and gene therapy"
    field = name.replace("_", " ")
    if sign == "=":
        return f"{field} {value}"
    if name == "query":
        return f"words not as asked for: {value}"
    return f"{field} {value} not asked for" if value else f"no {field} known"


def wanted(subscription: Subscription, event: PolicyEvent) -> Choice:
    """Whether `event` passes the subscription's filter: empty parts want everything, parts must all agree.

    Where it does not, the reasons hold every part that stood in the way and none of the others.
    """
    if not event.labels.relevant:
        return Choice(False, ("relevant!no",))
    verdicts = [verdict for part in _PARTS if (verdict := part(subscription.filter, event)) is not None]
    against = [reason for reason in verdicts if "!" in reason.partition("=")[0]]
    if against:
        return Choice(False, tuple(against))
    return Choice(True, tuple(verdicts) or ("everything",))


def _verdict(name: str, asked: Iterable[str], has: Iterable[str]) -> str | None:
    asked, has = tuple(asked), tuple(has)
    if not asked:
        return None
    common = [value for value in has if value in asked]
    return f"{name}={','.join(common)}" if common else f"{name}!{','.join(has)}"


def _topic(asked: Filter, event: PolicyEvent) -> str | None:
    return _verdict("topic", asked.topics, (*event.labels.modalities, *event.labels.topics))


def _jurisdiction(asked: Filter, event: PolicyEvent) -> str | None:
    """`CN` takes `CN-BJ` too (ISO 3166-2: the country's code, a hyphen, the subdivision's)."""
    if not asked.jurisdictions:
        return None
    here = (event.labels.jurisdiction or "").upper()
    takes = any(here == place.upper() or here.startswith(f"{place.upper()}-") for place in asked.jurisdictions if place)
    return f"jurisdiction{'=' if takes else '!'}{here}"


def _level(asked: Filter, event: PolicyEvent) -> str | None:
    return _verdict("level", asked.levels, filter(None, [event.labels.level]))


def _issuer(asked: Filter, event: PolicyEvent) -> str | None:
    return _verdict("issuer", asked.issuers, event.labels.issuers)


def _doc_type(asked: Filter, event: PolicyEvent) -> str | None:
    return _verdict("doc_type", asked.doc_types, [event.labels.doc_type])


def _stage(asked: Filter, event: PolicyEvent) -> str | None:
    return _verdict("stage", asked.stages, [event.labels.stage])


def _importance(asked: Filter, event: PolicyEvent) -> str | None:
    if asked.importance is None:
        return None
    has = event.labels.importance
    return f"importance{'=' if _RANK[has] >= _RANK[asked.importance] else '!'}{has}"


def _query(asked: Filter, event: PolicyEvent) -> str | None:
    """Words as `words.read_query` reads them; width and case do not matter; a Chinese word may stand inside a sentence."""
    groups = read_query(asked.query)
    if not groups:
        return None
    text = fold("\n".join([event.title, event.summary, event.labels.document_number or ""]))
    missing = [" | ".join(word.shown for word in group) for group in groups if not any(word.met(text) for word in group)]
    return f"query!{' '.join(missing)}" if missing else f"query={asked.query.strip()}"


_PARTS: tuple[Callable[[Filter, PolicyEvent], str | None], ...] = (
    _topic,
    _jurisdiction,
    _level,
    _issuer,
    _doc_type,
    _stage,
    _importance,
    _query,
)
