"""Whether a page can be believed, before anything on it is compared."""

import re
from collections.abc import Callable

from cgtwatch.diff.doubts import DOUBTS, doubt
from cgtwatch.diff.faults import fault_in
from cgtwatch.diff.garbled import garbled, unwritten
from cgtwatch.diff.identity import title_of
from cgtwatch.diff.look import Look, decoded, tells
from cgtwatch.diff.looks import is_markup, page_title, visible
from cgtwatch.diff.matching import Matching
from cgtwatch.diff.signs import LITTLE, NAMES, Seen, marked, says_empty, stands_before
from cgtwatch.diff.sketch import NOT_TO_CONFIRM
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Fetched
from cgtwatch.model.item import SourceState, Verdict
from cgtwatch.model.source import Kind, Source
from cgtwatch.text.canonical import canonical

_STEP = r"(?:[a-z][a-z0-9]*(?:[.#][\w-]+)*|(?:[.#][\w-]+)+)"
_SELECTOR = re.compile(rf"{_STEP}(?:(?:\s+|\s*>\s*){_STEP})*", re.IGNORECASE)
_FEW_ROWS = 10  # of a list that may really become empty
_SAMPLE = 40  # rows that are looked at for their encoding
_MUDDLED = 0.25  # of the rows of a page, unreadable ones that make it unreadable
_ALONE = 100  # characters
_PASSES = "nothing to do if it passes; else open the address in a browser"
_MOVED = "open the address in a browser: the page may have moved"

TRUSTED = Verdict(True)


def judge(source: Source, state: SourceState, visit: Fetched, parsed: Parsed, found: Matching) -> Verdict:
    """Trust, or the reason not to.

    BLOCKED, LAYOUT, EMPTY and PARSE last until a page comes that can be believed. QUARANTINE is a doubt about a mass change:
    the same page three visits in a row ends it, as does a page like the ones before.
    """
    look = Look(source, state, visit, parsed, found)
    return next((verdict for check in _CHECKS if (verdict := check(look)) is not None), TRUSTED)


def unreadable(source: Source, visit: Fetched, problem: str) -> Verdict:
    """The verdict on a body that the parser refused with `problem`: a wall in front of it, or not what was expected."""
    body = decoded(visit, "utf-8")
    title = page_title(body)
    what = stands_before(visit, Seen(title, visible(body), body)) if is_markup(body) else marked(visit)
    if what and what != NAMES["shell"]:
        return _wall_verdict(what, visit, title)
    hint = "open the address in a browser: it may have moved or changed"
    return Verdict(False, ErrorClass.PARSE, f"{source.id}: {problem}", hint, NOT_TO_CONFIRM)


# ---- what is no page of the source at all


def _check_wall(look: Look) -> Verdict | None:
    for answer in (look.visit, *look.visit.more):
        if what := marked(answer):
            return _wall_verdict(what, answer, "")
    if look.visit.more:
        return _check_each(look)
    if not look.source.url or not (is_markup(look.head) and _is_page(look)) or _recognised(look):
        return None
    seen = _seen(look)
    what = stands_before(look.visit, seen)
    if what == NAMES["shell"] and look.source.via == "browser" and look.found.pairs:
        return None  # its scripts have run, and what they drew stands there
    return _wall_verdict(what, look.visit, seen.title) if what else None


def _is_page(look: Look) -> bool:
    """Whether words can be a wall's: plain ones are only where a page should be."""
    return look.source.kind in (Kind.PAGE, Kind.LIST) or "<" in look.head


def _check_each(look: Look) -> Verdict | None:
    """Each of several answers by itself: one wall among them would go unseen beside the others."""
    names = [title for k in look.found.shown if (title := title_of(k.keys)[:40])]
    for answer in (look.visit, *look.visit.more):
        body = decoded(answer, look.parsed.encoding)
        if not is_markup(body):
            continue
        text = visible(body)
        shown = canonical(text).casefold()
        if any(name in shown for name in names) or any(d.title and d.title in text for d in look.parsed.drafts):
            continue
        title = page_title(body)
        what = stands_before(answer, Seen(title, text, body, history=look.history))
        if what and what != NAMES["shell"]:
            return _wall_verdict(what, answer, title)
    return None


def _seen(look: Look) -> Seen:
    drafts = look.parsed.drafts
    title = look.parsed.title or page_title(look.body) or (drafts[0].title if look.traits.single and drafts else "")
    if look.traits.single:
        if look.known_page is not None and canonical(title) == canonical(look.known_page[1].title):
            title = ""  # it says nothing against the page
        return Seen(title, look.added, look.body, _stands_alone(look), look.history)
    text = visible(look.body)
    for draft in drafts:
        text = text.replace(draft.title, " ", 1) if draft.title else text
    return Seen(title, text, look.body, tells(drafts), look.history)


def _stands_alone(look: Look) -> bool:
    """Whether a watched page carries content of its own: much, or found at first by a part that only the source's pages have."""
    part = look.source.page.part if look.source.page else None
    chosen = not look.history and bool(part) and len(look.added) > _ALONE
    return chosen or len(look.added) > 4 * LITTLE


def _wall_verdict(what: str, visit: Fetched, title: str) -> Verdict:
    shown = f" (“{title[:80]}”)" if title else ""
    lost = what in (NAMES["lost"], NAMES["shell"], NAMES["foreign"])
    error = ErrorClass.LAYOUT if lost else ErrorClass.BLOCKED
    hint = (
        "try `via: browser`, or an address that answers without scripts"
        if what == NAMES["shell"]
        else _MOVED
        if lost
        else _PASSES
    )
    return Verdict(False, error, f"{what} came with status {visit.status}{shown}", hint, NOT_TO_CONFIRM)


def _recognised(look: Look) -> bool:
    """Whether enough of what was known is on the page."""
    if not look.history and look.source.must_match and _holds(look, look.source.must_match):
        return True
    if not look.traits.single:
        return look.standing >= max(1, 0.2 * len(look.entries))
    kept, likeness = look.kept
    if kept >= 0.7:
        return True
    if likeness < 0.3 or look.known_page is None:
        return False
    # The frame of a site may make up half of a short page, so that its error pages look alike: then the new title decides.
    return canonical(look.known_page[0].title) == canonical(look.known_page[1].title)


def _check_must_match(look: Look) -> Verdict | None:
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


def _holds(look: Look, wanted: str) -> bool:
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


def _check_error(look: Look) -> Verdict | None:
    """An object that speaks of an error where there should be records."""
    if look.found.pairs or look.traits.single or not look.source.url:
        return None
    for answer in (look.visit, *look.visit.more):
        said = fault_in(answer)
        if said:
            return Verdict(
                False,
                ErrorClass.BLOCKED
                if re.search(r"40[13]|429|登[录陆]|auth|token|频繁|limit", said, re.IGNORECASE)
                else ErrorClass.PARSE,
                f"an error in the place of records came with status {answer.status}: {said[:160]}",
                _PASSES,
                NOT_TO_CONFIRM,
            )
    return None


def _check_empty(look: Look) -> Verdict | None:
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
    if look.found.pairs or look.kept_by_hand or (look.traits.may_become_empty if look.history else look.traits.may_be_empty):
        return None
    if look.state.baseline_done and not look.state.items_seen:
        return None  # it was empty before
    most = max(look.state.items_seen, len(look.found.shown))
    if most < _FEW_ROWS and is_markup(look.head) and says_empty(visible(look.body)):
        return doubt(look, "no entries, and the page says so")
    before = f"; {max(look.state.items_seen, len(look.found.shown))} at the last good visit" if look.history else ""
    error = ErrorClass.EMPTY if look.traits.may_be_empty else ErrorClass.LAYOUT
    return Verdict(
        False,
        error,
        f"no entries on a page of {len(look.visit.body)} bytes{before}",
        "open the address in a browser; if it shows entries, mend the selectors (`cgtwatch sources test`)",
        NOT_TO_CONFIRM,
    )


def _check_encoding(look: Look) -> Verdict | None:
    changed = [p.draft for p in look.found.pairs if p.known is None or p.mark != p.known.fingerprint]
    sample = changed[:: max(1, len(changed) // _SAMPLE)]
    share = sum(1 for draft in sample if garbled(f"{draft.title} {draft.text[:500]}")) / max(1, len(sample))
    bad = round(share * len(changed))
    if not bad or look.kept_by_hand or (bad < 3 and bad * 2 < len(look.found.pairs)) or bad < _MUDDLED * len(look.found.pairs):
        return None
    return Verdict(
        False,
        ErrorClass.PARSE,
        f"{bad} of {len(look.found.pairs)} entries are unreadable: read as {look.parsed.encoding}, written in something else",
        "set `encoding:` for this source",
        NOT_TO_CONFIRM,
    )


def _check_template(look: Look) -> Verdict | None:
    """Rows as a script finds them, before it has put anything into them; or every one of them under one and the same name."""
    pairs = look.found.pairs
    if look.traits.single or not pairs or look.kept_by_hand:
        return None
    titles = [p.draft.title for p in pairs if p.known is None or p.mark != p.known.fingerprint]
    empty = sum(1 for title in titles if unwritten(title))
    one_name = (
        len(titles) >= 3 and len(set(titles)) == 1 and look.history and len({title_of(k.keys) for k in look.found.shown}) > 1
    )
    if (not empty or empty * 2 < len(pairs)) and not (one_name and len(titles) == len(pairs)):
        return None
    said = f"{empty or len(titles)} of {len(pairs)} entries have no title of their own (“{titles[0][:60]}”)"
    return Verdict(False, ErrorClass.LAYOUT, said, "the list may be drawn by a script: try `via: browser`", NOT_TO_CONFIRM)


_CHECKS: tuple[Callable[[Look], Verdict | None], ...] = (
    _check_wall,
    _check_must_match,
    _check_error,
    _check_empty,
    _check_encoding,
    _check_template,
    *DOUBTS,
)
