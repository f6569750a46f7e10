"""How two events stand to each other, judged by the two alone: numbers first, then names with their step, issuer and day."""

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cgtwatch.link.numbered import kinds, telling
from cgtwatch.link.products import one_decision
from cgtwatch.link.side import Judgement, Side
from cgtwatch.link.step import Step, drafted, step
from cgtwatch.link.twofold import one_act_in_two_languages
from cgtwatch.link.wording import alike, core, fold
from cgtwatch.model.event import Relation
from cgtwatch.text.similarity import jaccard

UNRELATED = Judgement(Relation.NONE, "none", "no number, name or decision in common")
UNQUOTED = (14, 28)  # letters (Latin: 28) from which on a name is one without quotes; "car-t cell therapy" alone names no act
FORWARD, BACKWARD, NEITHER = "a->b", "b->a", "none"

_SAME_STEP = timedelta(days=150)
_RECURRING = timedelta(days=3)
_NEWS = timedelta(days=45)  # news of an act and its copies follow within weeks
# Of the development pairs copies in other houses share 0.58 to 0.65. English notices of one series share as much by set phrases alone.
_COPIED, _COPIED_ENGLISH = 0.55, 0.9
_AMENDED = re.compile(r"修正|修订|修改|一部改正|改正|\bamend(?:s|ed|ing|ment)?\b|\brevis(?:es|ed|ion|ing)\b")


def relation(a: Side, b: Side, shared: Collection[str] | None = None) -> Judgement:
    """How `a` and `b` stand to each other. Everything that is not supported by a number, a name or one decision is unrelated.

    `shared`: the kinds of keys under which one was found for the other; what cannot come of those is not looked for.
    """
    for judge, kinds_of_keys in _JUDGES:
        if shared is not None and kinds_of_keys.isdisjoint(shared):
            continue
        judgement = judge(a, b)
        if judgement is not None:
            return judgement
    return UNRELATED


def _mirrored(judge: Callable[[Side, Side], Judgement | None]) -> Callable[[Side, Side], Judgement | None]:
    """A judge that looks from a to b, made to look from b to a as well."""

    def both(a: Side, b: Side) -> Judgement | None:
        found = judge(a, b)
        if found is not None:
            return found
        turned = judge(b, a)
        return None if turned is None else Judgement(turned.relation, BACKWARD, turned.reason)

    return both


def _replies(a: Side, b: Side) -> Judgement | None:
    if step(a) is not Step.REPLY or step(b) not in (Step.PROPOSAL, Step.DRAFT):
        return None
    shared = a.proposals & b.proposals
    if shared:
        return Judgement(Relation.REPLIES_TO, FORWARD, f"both name proposal {min(shared)}")
    for name in b.names:
        if any(alike(name, other) for other in a.named) or (len(name) > 9 and name in a.head_letters):
            return Judgement(Relation.REPLIES_TO, FORWARD, f"the answer names {name!r}")
    words = subject_words(b.folded_title)
    if len(words) >= 3 and words <= set(re.findall(r"[a-z]{4,}", a.head)) and _one_issuer(a, b):
        return Judgement(Relation.REPLIES_TO, FORWARD, "the answer names the subject of the consultation")
    return None


def subject_words(folded: str) -> set[str]:
    """The English words of a text that say what it is about."""
    return set(re.findall(r"[a-z]{4,}", folded)) - _COMMON


_COMMON = frozenset({"consultation", "public", "guidance", "draft", "with", "from", "that", "this", "regulation"})


def _two_replies(a: Side, b: Side) -> Judgement | None:
    """Two answers are one only where they answer one proposal."""
    if step(a) is not Step.REPLY or step(b) is not Step.REPLY:
        return None
    shared = a.proposals & b.proposals
    if shared:
        return Judgement(Relation.SAME_ACT, NEITHER, f"both answer proposal {min(shared)}")
    return Judgement(Relation.NONE, NEITHER, "answers to different proposals") if a.proposals or b.proposals else None


def _numbered(a: Side, b: Side) -> Judgement | None:
    shared = a.numbers & b.numbers
    if not shared or step(a) is not step(b):
        return None
    # A bare "no. 14 of 2021" or order number is counted by every body on its own.
    if any(map(telling, shared)) or _one_issuer(a, b):
        return Judgement(Relation.SAME_ACT, NEITHER, f"both carry {min(shared)}")
    return None


def _repeals(a: Side, b: Side) -> Judgement | None:
    if not a.repealed or (a.day and b.day and a.day < b.day):
        return None
    for name in b.names:
        if len(name) < 6:
            continue
        own = any(alike(name, other) for other in a.names)  # an older version under the same name is told by its number or day
        for part in a.repealed:
            named = part.endswith(name) or (name.isascii() and name in part)
            if (named and not own) or (_dated(part, b) and (named or name.isascii())):
                return Judgement(Relation.REPEALS, FORWARD, f"{name!r} is repealed by it")
    return None


def _dated(part: str, b: Side) -> bool:
    """Whether what is repealed is `b` by its day or number."""
    told = [f"{b.day.year}年{b.day.month}月{b.day.day}日"] if b.day else []
    return any(each in part for each in (*told, *("".join(filter(str.isalnum, number)).casefold() for number in b.numbers)))


def _same_name(a: Side, b: Side) -> Judgement | None:
    name = _shared_name(a, b)
    if not name or not _may_be_one(a, b):
        return None
    first, second = (_told_of(side, other) for side, other in ((a, b), (b, a)))
    if {first, second} == {Step.DRAFT, Step.FINAL} or {first, second} == {Step.MEETING, Step.FINAL}:
        final_is_a = first is Step.FINAL
        later, earlier = (a, b) if final_is_a else (b, a)
        if later.day and earlier.day and later.day < earlier.day:
            return None
        return Judgement(Relation.FINALISES, FORWARD if final_is_a else BACKWARD, f"{name!r} was a draft and is now final")
    if Step.CHANGE in (first, second) and first is not second:
        return Judgement(Relation.AMENDS, FORWARD if first is Step.CHANGE else BACKWARD, f"a correction or extension of {name!r}")
    if first is second:
        return _one_step(a, b, first, name)
    return None


def _told_of(side: Side, other: Side) -> Step:
    """The step of `side`; a draft whose time was extended is a draft still to the final form that comes after it."""
    own = step(side)
    late = side.day and other.day and side.day > other.day
    return Step.DRAFT if own is Step.CHANGE and step(other) is Step.FINAL and drafted(side) and not late else own


def _amending(a: Side, b: Side) -> Judgement | None:
    """An act that changes another known by name, and two tellings of one such act."""
    shared = a.amending & b.amending
    if shared and _may_be_one(a, b):
        name, first, second = min(shared), step(a), step(b)
        if (first, second) == (Step.FINAL, Step.DRAFT) and not (a.day and b.day and a.day < b.day):
            return Judgement(Relation.FINALISES, FORWARD, f"the change of {name!r} was a bill and is now law")
        return _one_step(a, b, first, name) if first is second else None
    changed = next((name for name in b.names if name in a.amending), None)
    if changed and not b.amending and not (a.day and b.day and a.day < b.day):
        return Judgement(Relation.AMENDS, FORWARD, f"it changes {changed!r}")
    return None


def _one_step(a: Side, b: Side, kind: Step, name: str) -> Judgement | None:
    if a.day is None or b.day is None:
        return Judgement(Relation.SAME_ACT, NEITHER, f"both are {name!r}, at one step")
    apart = abs(a.day - b.day)
    if kind is Step.MEETING:
        return Judgement(Relation.SAME_ACT, NEITHER, f"one meeting, {name!r}") if apart <= _RECURRING else None
    later = a if a.day > b.day else b
    if apart > _SAME_STEP:
        if kind is Step.FINAL and _AMENDED.search(later.head):
            return Judgement(Relation.AMENDS, FORWARD if later is a else BACKWARD, f"a later version of {name!r}")
        return None
    return Judgement(Relation.SAME_ACT, NEITHER, f"both are {name!r}, {apart.days} days apart")


def _shared_name(a: Side, b: Side) -> str:
    return next((one for one in a.names for other in b.names if alike(one, other)), "")


def _may_be_one(a: Side, b: Side) -> bool:
    """Two known issuers of different families never issue one act apart; two known own numbers of one kind are two acts."""
    if a.issuers and b.issuers and not _one_issuer(a, b):
        return False
    return not (
        a.numbers and b.numbers and step(a) is step(b) and kinds(a.numbers) & kinds(b.numbers) and not a.numbers & b.numbers
    )


def _one_issuer(a: Side, b: Side) -> bool:
    return bool(a.families & b.families)


def _cites(a: Side, b: Side) -> Judgement | None:
    for name in b.names:
        if len(name) < 8 or any(alike(name, own) for own in a.names[:1]) or not _is_named(name, a):
            continue
        if a.day and b.day and a.day < b.day:
            continue
        if step(a) is step(b) is Step.DRAFT and a.folded_title.isascii() and _one_issuer(a, b) and _near(a, b):
            return Judgement(Relation.SAME_ACT, NEITHER, f"news of the draft {name!r}")
        if step(a) is Step.FINAL and re.search(r"一部を改正する|修改《|amending", a.folded_title):
            return Judgement(Relation.AMENDS, FORWARD, f"it changes {name!r}")
        return Judgement(Relation.CITES, FORWARD, f"it names {name!r}")
    tells = {number for number in b.numbers if telling(number)} & a.all_numbers - a.numbers
    return Judgement(Relation.CITES, FORWARD, f"it names {min(tells)}") if tells else None


def _is_named(name: str, side: Side) -> bool:
    if any(alike(name, other) for other in side.named):
        return True
    title = core(side.title)
    return (len(name) >= UNQUOTED[name.isascii()] and name in side.head_letters) or (
        title.startswith(name) and title.endswith("について")
    )


def _near(a: Side, b: Side) -> bool:
    return a.day is None or b.day is None or abs(a.day - b.day) <= _NEWS


def _copied(a: Side, b: Side) -> Judgement | None:
    """A page of another house that repeats the opening word for word is a copy, whatever it puts above it."""
    if not a.text or not b.text or _host(a.url) == _host(b.url) or step(a) is not step(b) or not _may_be_one(a, b):
        return None
    if a.day is None or b.day is None or abs(a.day - b.day) > _NEWS:
        return None
    floor = _COPIED_ENGLISH if a.folded_title.isascii() and b.folded_title.isascii() else _COPIED
    alike_by = jaccard(a.opening, b.opening)
    return Judgement(Relation.SAME_ACT, NEITHER, f"one text, {alike_by:.0%} of it shared") if alike_by >= floor else None


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def _one_page(a: Side, b: Side) -> Judgement | None:
    if not a.url or address(a.url) != address(b.url) or step(a) is not step(b):
        return None
    return Judgement(Relation.SAME_ACT, NEITHER, "one page") if _shared_name(a, b) else None


@lru_cache(maxsize=512)
def address(url: str) -> str:
    """An address as far as it tells one page from another: no scheme, no query, no `www.`."""
    parts = urlsplit(fold(url))
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")


_NAMES = frozenset({"name", "named", "title", "start"})
# Each judge with the kinds of keys (see `keys`) without which it finds nothing; in their order of precedence.
_JUDGES: tuple[tuple[Callable[[Side, Side], Judgement | None], frozenset[str]], ...] = (
    (_two_replies, _NAMES | {"number", "proposal", "page", "copy", "made", "topic", "cited"}),
    (_mirrored(_replies), _NAMES | {"proposal", "word"}),
    (_numbered, frozenset({"number"})),
    (_one_page, frozenset({"page"})),
    (_mirrored(_repeals), _NAMES | {"number", "cited"}),
    (_mirrored(_amending), _NAMES),
    (_same_name, _NAMES),
    (_copied, frozenset({"copy"})),
    (one_decision, frozenset({"made"})),
    (one_act_in_two_languages, frozenset({"topic"})),
    (_mirrored(_cites), _NAMES | {"number", "cited"}),
)
