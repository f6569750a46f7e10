"""Changes too large to believe at first sight, and pages that broke off: doubts that the same page ends when it comes again."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from cgtwatch.diff.identity import printed_day
from cgtwatch.diff.look import Look
from cgtwatch.diff.looks import broken_off, is_markup, unended
from cgtwatch.diff.matching import Matching, Pair
from cgtwatch.diff.sketch import CONFIRMED_AT, TOUCHED, count_of, marks, same, show, sketch
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import KnownItem, Verdict
from cgtwatch.model.source import Kind, Source
from cgtwatch.text.canonical import canonical

AT_ONCE = 20  # new entries that no site needs to explain
EDITS = 10  # edited entries likewise
MANY = 100  # new or edited entries of a long file beyond which a small share of it is a flood, too
_FEW = 5  # entries before "all of them" means anything
_SHRUNK = 0.3  # of the rows of the last visit
_CRUMBLED = 0.1  # of the records of a file that holds all
_STRANGE = 0.2  # of the rows, known ones that do not yet make a page the old one
_COLLAPSED = 0.2  # of the characters of a watched page
_PAGE = 150  # characters of a watched page before its length means anything
_FOREIGN = 0.05  # of shared runs of characters, below which a watched page is another one
_ANOTHER = 0.3  # likewise where the answer came from another address
_TAIL = 40  # characters at the end of a watched page by which it is seen whether it is all there


def check_end(look: Look) -> Verdict | None:
    """A page that stops in the middle, or one without the end that those before had and without what stood there last."""
    if not look.source.url or look.endless:
        return None
    where = next((found for answer in (look.visit, *look.visit.more) if (found := broken_off(answer.body))), "")
    if where:
        return doubt(look, f"the answer breaks off {where}, after {len(look.visit.body)} bytes")
    if not look.history or not is_markup(look.head) or not unended(look.visit.body):
        return None
    if _lost_its_end(look):
        return doubt(look, "the page breaks off before its end, and what stood there last is missing")
    return None


def _lost_its_end(look: Look) -> bool:
    if look.traits.single:
        if look.known_page is None:
            return False
        draft, known = look.known_page
        return canonical(known.text)[-_TAIL:] not in canonical(draft.text)
    found = look.found
    if found.pairs and (last := found.pairs[-1]).known is not None and _shorter(last, last.known):
        return True
    return len(found.pairs) < look.state.items_seen and len(found.missing) > len(found.fresh)


def _shorter(pair: Pair, known: KnownItem) -> bool:
    new, old = canonical(pair.draft.title), canonical(known.title)
    undated = known.published_on is not None and pair.draft.published_on is None
    return undated or (len(new) < len(old) and old.startswith(new))


def check_loss(look: Look) -> Verdict | None:
    """Most of what stood above something that is still there has vanished; or a page of one leaf has lost most of its rows."""
    if look.traits.single or look.traits.shrinks or look.parsed.truncated:
        return None
    lost, shown = len(look.found.missing), len(look.found.shown)
    if look.traits.complete and (lost > max(AT_ONCE, _CRUMBLED * shown) or (lost >= _FEW and lost * 2 > shown)):
        return doubt(look, f"{lost} of {shown} records are missing from a file that holds all")
    vanished = len(vanished_from_between(look.found))
    if not look.traits.beside and vanished >= _FEW and vanished * 3 > shown and vanished > len(look.found.fresh):
        return doubt(look, f"{vanished} of {shown} entries vanished at once")
    rows, before = len(look.entries), min(look.state.items_seen, len(look.shown_entries) or look.state.items_seen)
    if _many_leaves(look.source):
        if before >= 2 * _FEW and rows <= 2 and not any(p.known is None for p in look.entries):
            return doubt(look, f"{rows} entries where {before} were")
    elif before > _FEW and rows < _SHRUNK * before:
        return doubt(look, f"{rows} entries where {before} were")
    return None


def _many_leaves(source: Source) -> bool:
    """Whether how many rows are read hangs on how far back was read."""
    return source.paging is not None or (source.list is not None and source.list.next is not None)


def vanished_from_between(found: Matching) -> tuple[KnownItem, ...]:
    """Items that are missing though something that stood below them is still there: they did not just slide off the page."""
    lowest = max((item.position for item in found.standing), default=-1)
    return tuple(item for item in found.missing if item.position < lowest)


def check_strangers(look: Look) -> Verdict | None:
    """More new entries than a site gets at once, or others in the place of nearly all that was known."""
    if look.traits.single or look.traits.floods or not look.history:
        return None
    rows, shown, known = len(look.entries), len(look.shown_entries), look.standing
    fresh = sum(1 for pair in look.entries if pair.known is None)
    met = fresh < rows
    nearly = known <= _STRANGE * rows and fresh >= 2 * _FEW and known <= _STRANGE * shown
    replaced = shown >= _FEW and fresh > 0 and (not met or nearly) and not look.traits.beside
    if fresh <= _limit(look) and not replaced:
        return None
    if _caught_up(look) and (met or not elsewhere(look)):
        return None
    return doubt(look, f"{fresh} new entries at once" + ("" if met else ", and none of the known ones"))


def _limit(look: Look) -> int:
    rows = max(len(look.found.pairs), look.state.items_seen)
    return max(AT_ONCE, min(rows // 2, MANY + rows // 100))


def _caught_up(look: Look) -> bool:
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


def _since_last(look: Look, days: Sequence[date]) -> bool:
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
    return bool(look.found.met) or max(Counter(fitting).values()) <= _limit(look)


def check_edits(look: Look) -> Verdict | None:
    """So many edited entries that the site, not the documents, must have changed."""
    if look.traits.single or look.traits.floods or not mass_edit(look.found):
        return None
    if TOUCHED in marks(look.state) or look.state.held >= CONFIRMED_AT - 1:
        return None  # by now it is known what kind of source this is: its edits are kept quiet, its news is told
    met, edited = edits(look.found)
    return doubt(look, f"{edited} of {met} known entries were edited at once", with_content=True)


def edits(found: Matching) -> tuple[int, int]:
    """How many entries with a known content are on the page, and how many of them differ from it."""
    met = [(p, k) for p, k in found.met if k.fingerprint and not k.gone]
    return len(met), sum(1 for p, k in met if p.mark != k.fingerprint)


def mass_edit(found: Matching) -> bool:
    """Whether so many known entries differ from what they were that the site, not the documents, must have changed."""
    met, edited = edits(found)
    return edited > EDITS and (edited * 2 > met or edited > max(MANY, _CRUMBLED * met))


def check_page(look: Look) -> Verdict | None:
    """A watched page of which hardly anything is left, or another page in its place."""
    if look.known_page is None:
        return None
    draft, known = look.known_page
    old, new = canonical(known.text), canonical(draft.text)
    if len(old) < _PAGE or not new:
        return None
    if len(new) < _COLLAPSED * len(old):
        return doubt(look, f"{len(new)} characters of text where {len(old)} were", with_content=True)
    likeness = look.kept[1]
    if canonical(draft.title) != canonical(known.title) and likeness < _FOREIGN:
        return doubt(look, "another title and nothing of the text that was there", with_content=True)
    if likeness < _ANOTHER and elsewhere(look):
        return doubt(look, f"another page, to which {look.visit.url} leads", with_content=True)
    return None


def elsewhere(look: Look) -> bool:
    """Whether redirects led to another host or to a site's front page."""
    asked, got = urlsplit(look.visit.requested), urlsplit(look.visit.url)
    if not look.visit.redirects or look.source.kind is Kind.FOLDER:
        return False
    return asked.hostname != got.hostname or (got.path in ("", "/") and asked.path not in ("", "/"))


def doubt(look: Look, reason: str, with_content: bool = False) -> Verdict | None:
    """A doubt that the same page ends when it comes again and again; None where it has come often enough."""
    drawn = sketch(look.found.pairs, with_content, look.traits.single)
    before = count_of(look.state)
    count = before + 1 if before and same(look.state.held_as, drawn) else 1
    if count >= CONFIRMED_AT or look.kept_by_hand:
        return None
    hint = "held back, and released if the next visits show the same; `cgtwatch sources release` decides at once"
    return Verdict(False, ErrorClass.QUARANTINE, reason, hint, show(count, drawn))


DOUBTS: tuple[Callable[[Look], Verdict | None], ...] = (check_end, check_loss, check_strangers, check_edits, check_page)
