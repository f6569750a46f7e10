"""Whether a page can be believed, before anything on it is compared."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from cgtwatch.diff.identity import printed_day
from cgtwatch.diff.matching import Matching, match
from cgtwatch.diff.signs import LITTLE, garbled, page_title, visible, wall
from cgtwatch.diff.sketch import CONFIRMED_AT, NOT_TO_CONFIRM, TOUCHED, count_of, same, show, sketch
from cgtwatch.diff.traits import Traits, traits
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Fetched
from cgtwatch.model.item import KnownItem, SourceState, Verdict
from cgtwatch.model.source import Source
from cgtwatch.text.canonical import canonical
from cgtwatch.text.similarity import jaccard, shingles

AT_ONCE = 20  # new entries that no site needs to explain
EDITS = 10  # edited entries likewise
_FEW = 5  # entries before "all of them" means anything
_SHRUNK = 0.3  # of the rows of the last visit
_CRUMBLED = 0.1  # of the records of a file that holds all
_COLLAPSED = 0.2  # of the characters of a watched page
_PAGE = 400  # characters of a watched page before its length means anything
_FOREIGN = 0.05  # of shared runs of characters, below which a watched page is another one
_COMPARED = 60_000  # characters of a watched page that are looked at for that
_STEP = r"(?:[a-z][a-z0-9]*(?:[.#][\w-]+)*|(?:[.#][\w-]+)+)"
_SELECTOR = re.compile(rf"{_STEP}(?:(?:\s+|\s*>\s*){_STEP})*", re.IGNORECASE)

TRUSTED = Verdict(True)


@dataclass(frozen=True, slots=True)
class _Look:
    """All that a check may look at."""

    source: Source
    state: SourceState
    visit: Fetched
    parsed: Parsed
    found: Matching
    body: str

    @property
    def traits(self) -> Traits:
        return traits(self.source)

    @property
    def history(self) -> bool:
        return self.state.baseline_done or bool(self.found.shown)

    @property
    def limit(self) -> int:
        return max(AT_ONCE, max(len(self.found.pairs), self.state.items_seen) // 2)


def judge(source: Source, state: SourceState, visit: Fetched, parsed: Parsed, known: Sequence[KnownItem]) -> Verdict:
    """Trust, or the reason not to.

    BLOCKED, LAYOUT, EMPTY and PARSE last until a page comes that can be believed. QUARANTINE is a doubt about a mass change:
    the same page three visits in a row ends it, as does a page like the ones before.
    """
    found = match(parsed.drafts, known, traits(source).single)
    look = _Look(source, state, visit, parsed, found, _decoded(visit, parsed.encoding))
    return next((verdict for check in _CHECKS if (verdict := check(look)) is not None), TRUSTED)


def unreadable(source: Source, visit: Fetched, problem: str) -> Verdict:
    """The verdict on a body that the parser refused with `problem`: a wall in front of it, or not what was expected."""
    body = _decoded(visit, "utf-8")
    what = wall(visit, page_title(body), visible(body)) if "<" in body[:2000] else None
    if what:
        return _wall_verdict(what, page_title(body))
    return Verdict(
        False,
        ErrorClass.PARSE,
        f"{source.id}: {problem}",
        "open the address in a browser: it may have moved or changed",
        NOT_TO_CONFIRM,
    )


def _decoded(visit: Fetched, encoding: str) -> str:
    try:
        return visit.body.decode(encoding, "replace")
    except LookupError:
        return visit.body.decode("utf-8", "replace")


# ---- what is no page of the source at all


def _check_wall(look: _Look) -> Verdict | None:
    if _recognised(look):
        return None
    title = (
        look.parsed.title
        or page_title(look.body)
        or (look.parsed.drafts[0].title if look.traits.single and look.parsed.drafts else "")
    )
    what = wall(look.visit, title, _seen(look))
    if what and look.traits.single and not look.history and len(_seen(look) or "") > 4 * LITTLE:
        return None  # a long first page about maintenance is a page
    return _wall_verdict(what, title) if what else None


def _seen(look: _Look) -> str | None:
    """What a reader sees; None where rows that nobody knows stand on the page: then only the title and the headers speak."""
    if look.traits.single:
        return look.parsed.drafts[0].text if look.parsed.drafts else visible(look.body)
    return None if look.found.pairs else visible(look.body)


def _wall_verdict(what: str, title: str) -> Verdict:
    shown = f" (“{title[:80]}”)" if title else ""
    lost = what.endswith("exist")
    hint = (
        "open the address in a browser: the page may have moved"
        if lost
        else "nothing to do if it passes; else open the address in a browser"
    )
    return Verdict(
        False, ErrorClass.LAYOUT if lost else ErrorClass.BLOCKED, f"{what} came with status {{}}{shown}", hint, NOT_TO_CONFIRM
    )


def _recognised(look: _Look) -> bool:
    """Whether something of what was known is on the page."""
    if not look.traits.single:
        return len(look.found.met) >= max(1, 0.2 * len(look.found.pairs))
    met = look.found.met
    if not met or not met[0][1].text:
        return False
    return jaccard(shingles(met[0][0].draft.text[:_COMPARED]), shingles(met[0][1].text[:_COMPARED])) >= 0.3


def _check_must_match(look: _Look) -> Verdict | None:
    wanted = look.source.must_match
    if not wanted or _holds(look, wanted):
        return None
    return Verdict(
        False,
        ErrorClass.LAYOUT,
        f"“{wanted}” (must_match) is not on the page",
        "open the address in a browser; mend must_match or the address",
        NOT_TO_CONFIRM,
    )


def _holds(look: _Look, wanted: str) -> bool:
    if wanted in look.body or canonical(wanted) in canonical(visible(look.body)):
        return True
    if any(canonical(wanted) in canonical(f"{d.title}\n{d.text}") for d in look.parsed.drafts):
        return True
    if not _SELECTOR.fullmatch(wanted) or not re.search(r"[.#]", wanted):
        return False
    # A selector: every class and id it names must be given to something. Structure is the parser's business.
    names = re.findall(r"([.#])([\w-]+)", wanted)
    return all(
        re.search(rf"\b{'class' if kind == '.' else 'id'}\s*=\s*[\"']?(?:[^\"'>]*\s)?{re.escape(name)}(?=[\s\"'>])", look.body)
        for kind, name in names
    )


def _check_empty(look: _Look) -> Verdict | None:
    drafts = look.parsed.drafts
    if look.traits.single:
        if drafts and (drafts[0].text.strip() or drafts[0].links):
            return None
        return Verdict(
            False,
            ErrorClass.EMPTY,
            "the watched part of the page holds nothing",
            "check page.part against the page in a browser",
            NOT_TO_CONFIRM,
        )
    if look.found.pairs or (look.traits.may_become_empty if look.history else look.traits.may_be_empty):
        return None
    if look.history and not look.found.shown and not look.state.items_seen:
        return None  # it was empty before
    before = f"; {max(look.state.items_seen, len(look.found.shown))} at the last good visit" if look.history else ""
    error = ErrorClass.EMPTY if look.traits.may_be_empty else ErrorClass.LAYOUT
    return Verdict(
        False,
        error,
        f"no entries on a page of {len(look.visit.body)} bytes{before}",
        "open the address in a browser; if it shows entries, mend the selectors (`cgtwatch sources test`)",
        NOT_TO_CONFIRM,
    )


def _check_encoding(look: _Look) -> Verdict | None:
    texts = [f"{p.draft.title} {p.draft.text[:500]}" for p in look.found.pairs]
    bad = sum(1 for text in texts if garbled(text))
    if not bad or bad * 2 < len(texts):
        return None
    return Verdict(
        False,
        ErrorClass.PARSE,
        f"{bad} of {len(texts)} entries are unreadable: read as {look.parsed.encoding}, written in something else",
        "set `encoding:` for this source",
        NOT_TO_CONFIRM,
    )


# ---- changes too large to believe at first sight


def _check_loss(look: _Look) -> Verdict | None:
    """Most of what stood above something that is still there has vanished; or a page of one leaf has lost most of its rows."""
    if look.traits.single or look.traits.shrinks or look.parsed.truncated:
        return None
    lost, shown = len(look.found.missing), len(look.found.shown)
    if look.traits.complete and (lost > max(AT_ONCE, _CRUMBLED * shown) or (lost >= _FEW and lost * 2 > shown)):
        return _doubt(look, f"{lost} of {shown} records are missing from a file that holds all")
    vanished = len(vanished_from_between(look.found))
    if vanished >= _FEW and vanished * 2 > len(look.found.shown) and vanished > len(look.found.fresh):
        return _doubt(look, f"{vanished} of {len(look.found.shown)} entries vanished at once")
    rows, before = len(look.found.pairs), look.state.items_seen
    if not _many_leaves(look.source) and before >= 2 * _FEW and rows < _SHRUNK * before:
        return _doubt(look, f"{rows} entries where {before} were")
    return None


def _many_leaves(source: Source) -> bool:
    """Whether how many rows are read hangs on how far back was read."""
    return source.paging is not None or (source.list is not None and source.list.next is not None)


def vanished_from_between(found: Matching) -> tuple[KnownItem, ...]:
    """Items that are missing though something that stood below them is still there: they did not just slide off the page."""
    lowest = max((item.position for item in found.standing), default=-1)
    return tuple(item for item in found.missing if item.position < lowest)


def _check_strangers(look: _Look) -> Verdict | None:
    if look.traits.single or look.traits.floods or not look.history:
        return None
    found, fresh = look.found, len(look.found.fresh)
    replaced = not found.met and len(found.shown) >= _FEW and fresh > 0
    if fresh <= look.limit and not replaced:
        return None
    if _caught_up(look):
        return None
    said = f"{fresh} new entries at once" + (", and none of the known ones" if not found.met else "")
    return _doubt(look, said)


def _caught_up(look: _Look) -> bool:
    """Whether the strangers were published since the last visit: dated so, or on top of what is known, in its order."""
    found = look.found
    days = [day for p in found.fresh if (day := printed_day(p.keys)) is not None]
    if len(days) * 2 >= len(found.fresh):
        return _since_last(look, days)
    order = [item.position for item in found.standing]
    if not order or sum(1 for a, b in pairwise(order) if a > b) > 0.2 * len(order):
        return False
    last = max(n for n, p in enumerate(found.pairs) if p.known is not None)
    above = sum(1 for p in found.pairs[:last] if p.known is None)
    return above >= 0.8 * len(found.fresh)


def _since_last(look: _Look, days: Sequence[date]) -> bool:
    newest = max((day for k in look.found.shown if (day := printed_day(k.keys)) is not None), default=None)
    if newest is None:
        newest = look.state.last_ok.date() if look.state.last_ok else None
    if newest is None:
        return False
    today = look.visit.fetched_at.date()
    newest = min(newest, today)  # one entry dated ahead must not make all others old
    fitting = [day for day in days if newest - timedelta(days=1) <= day <= today + timedelta(days=2)]
    if len(fitting) < 0.8 * len(days):
        return False
    return bool(look.found.met) or max(Counter(fitting).values()) <= look.limit


def _check_edits(look: _Look) -> Verdict | None:
    if look.traits.single or look.traits.floods or not mass_edit(look.found):
        return None
    if look.state.held_as == TOUCHED or look.state.held >= CONFIRMED_AT - 1:
        return None  # by now it is known what kind of source this is: its edits are kept quiet, its news is told
    return _doubt(look, f"more than {EDITS} entries and more than half of them were edited at once", with_content=True)


def mass_edit(found: Matching) -> bool:
    """Whether so many known entries differ from what they were that the site, not the documents, must have changed."""
    met = [(p, k) for p, k in found.met if k.fingerprint and not k.gone]
    edited = sum(1 for p, k in met if p.mark != k.fingerprint)
    return edited > EDITS and edited * 2 > len(met)


def _check_page(look: _Look) -> Verdict | None:
    if not look.traits.single or not look.found.met:
        return None
    pair, known = look.found.met[0]
    old, new = canonical(known.text), canonical(pair.draft.text)
    if len(old) < _PAGE or not new:
        return None
    if len(new) < _COLLAPSED * len(old):
        return _doubt(look, f"{len(new)} characters of text where {len(old)} were", with_content=True)
    if (
        canonical(pair.draft.title) != canonical(known.title)
        and jaccard(shingles(old[:_COMPARED]), shingles(new[:_COMPARED])) < _FOREIGN
    ):
        return _doubt(look, "another title and nothing of the text that was there", with_content=True)
    return None


def _doubt(look: _Look, reason: str, with_content: bool = False) -> Verdict | None:
    """A doubt that the same page ends when it comes again and again; None where it has come often enough."""
    drawn = sketch(look.found.pairs, with_content, look.traits.single)
    before = count_of(look.state)
    count = before + 1 if before and same(look.state.held_as, drawn) else 1
    unremembered = not look.state.held_as and look.state.held >= CONFIRMED_AT - 1
    if count >= CONFIRMED_AT or unremembered:
        return None
    hint = "held back, and released if the next visits show the same; `cgtwatch sources release` decides at once"
    return Verdict(False, ErrorClass.QUARANTINE, reason, hint, show(count, drawn))


_CHECKS: tuple[Callable[[_Look], Verdict | None], ...] = (
    _check_wall,
    _check_must_match,
    _check_empty,
    _check_encoding,
    _check_loss,
    _check_strangers,
    _check_edits,
    _check_page,
)
