"""What a visit leads to: entries new, updated, seen and gone, and the state the source is in after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from cgtwatch.diff.doubts import mass_edit, vanished_from_between
from cgtwatch.diff.identity import item_id, printed_day
from cgtwatch.diff.looks import unended
from cgtwatch.diff.matching import Matching, Pair
from cgtwatch.diff.missed import missed
from cgtwatch.diff.rhythm import GAP, next_poll
from cgtwatch.diff.sketch import CONFIRMED_AT, ENDLESS, TOUCHED, count_of, marks, remembered, same, sketch
from cgtwatch.diff.traits import traits
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import ErrorClass, Failed, Fetched, NotModified, Validators
from cgtwatch.model.item import Change, Finding, ItemKeys, KnownItem, Outcome, Plan, SourceState, Verdict
from cgtwatch.model.source import FirstLook, Source

_LONGEST_MESSAGE = 500
_FOR_GOOD = frozenset({301, 308})
_MOVED_AT = 3  # good visits in a row


def decide(source: Source, state: SourceState, visit: Fetched, parsed: Parsed, found: Matching, now: datetime) -> Plan:
    """The plan for a page that the guard trusts. The first one is the baseline: remembered, and announced only if asked.

    The page's order decides nothing but positions; deciding again on the same page finds nothing.
    """
    first = not state.baseline_done
    touched = _touched(state, found)
    doubted = count_of(state) > 0  # believed because it came again and again, not because a person said so
    findings = _found(source, found, touched, first, doubted=doubted) + _gone(source, parsed, found)
    told = any(f.change is Change.NEW and not f.quiet for f in findings)
    after = _well(state, now)
    after = replace(
        after,
        validators=visit.validators,
        last_new=now if told else state.last_new,
        items_seen=len(found.pairs),
        baseline_done=True,
        held_as=remembered(frozenset((TOUCHED,) * touched + (ENDLESS,) * unended(visit.body))),
        full_fetch_at=now,
    )
    after = replace(after, permanent_url=_moved_to(visit))
    notes = (*parsed.warnings, *found.notes, *_remarks(state, found, touched))
    if after.permanent_url == state.permanent_url:
        notes += _moved(after)
    soon = source.every / 2 if _gap(notes) and not source.exactly else source.every
    after = replace(
        after, message="; ".join(notes)[:_LONGEST_MESSAGE], next_poll=next_poll(replace(source, every=soon), after, now)
    )
    return Plan(Outcome.OK, after, findings, first and source.first_look is FirstLook.SILENT, notes)


def unchanged(source: Source, state: SourceState, visit: NotModified, now: datetime) -> Plan:
    """The plan for a 304 or the same bytes again: all is well, and whatever the guard held in between is denied.

    A 304 before anything was ever read (RFC 9110 15.4.5 forbids it) is no good visit: the next one asks without conditions.
    """
    if not state.baseline_done:
        message = "“not modified” came though nothing was known"
        after = _ill(state, ErrorClass.EMPTY, message, "the next visit asks for the whole page", now)
        after = replace(after, validators=Validators())
        return Plan(Outcome.FAILED, replace(after, next_poll=next_poll(source, after, now)))
    remark = state.message if state.error is None else ""  # what was remarked of the page is still so
    after = replace(
        _well(state, now),
        message=remark or "; ".join(_moved(_well(state, now))),
        validators=_merged(state.validators, visit.validators),
        held_as=remembered(marks(state)),
        full_fetch_at=now if visit.status == 200 else state.full_fetch_at,
    )
    return Plan(Outcome.UNCHANGED, replace(after, next_poll=next_poll(source, after, now)))


def failed(source: Source, state: SourceState, visit: Failed, now: datetime) -> Plan:
    """The plan for a visit without a usable answer: nothing is compared, nothing forgotten, the wait grows."""
    after = _ill(state, visit.error, visit.message, visit.hint, now)
    return Plan(Outcome.FAILED, replace(after, next_poll=next_poll(source, after, now, visit.retry_after)))


def held(source: Source, state: SourceState, visit: Fetched, verdict: Verdict, now: datetime) -> Plan:
    """The plan for a page that the guard doubts: known items stay as they are, and the old validators stay, so that the page
    comes whole again. A doubt about a mass change is looked at again soon; what is no page of the source at all counts as a
    failure.
    """
    error = verdict.error or ErrorClass.QUARANTINE
    reason = verdict.reason.replace("{}", str(visit.status))
    if error is ErrorClass.QUARANTINE:
        after = replace(
            state, last_visit=now, good=0, failures=0, error=error, message=reason[:_LONGEST_MESSAGE], hint=verdict.hint
        )
    else:
        after = _ill(state, error, reason, verdict.hint, now)
    after = replace(after, held=state.held + 1, held_as=verdict.held_as, full_fetch_at=now)
    return Plan(Outcome.HELD, replace(after, next_poll=next_poll(source, after, now)), notes=(f"held: {reason}",))


# ---- entries


def _found(source: Source, found: Matching, touched: bool, first: bool, *, doubted: bool) -> tuple[Finding, ...]:
    ids = {item.id for item in found.known}
    quiet_edits = mass_edit(found) and not traits(source).floods
    slid = found.known and not first and not traits(source).complete  # where everything is listed nothing slides into view
    old = _from_before(found) | (_backfilled(found) if doubted else frozenset()) if slid else frozenset[int]()
    findings = []
    for n, pair in enumerate(_placed(found.pairs)):
        if pair.known is None:
            made = _free_id(source.id, pair.keys, ids)
            ids.add(made)
            reason = (
                "no younger than what is known: from before the first look" if n in old else "not known by id, address or title"
            )
            findings.append(Finding(Change.NEW, made, pair.keys, pair.mark, reason, pair.draft, None, n in old))
        else:
            findings.append(_known(pair, pair.known, touched, quiet_edits))
    return tuple(findings)


def _placed(pairs: Sequence[Pair]) -> list[Pair]:
    return [
        pair if pair.draft.position == n else replace(pair, draft=replace(pair.draft, position=n)) for n, pair in enumerate(pairs)
    ]


def _known(pair: Pair, item: KnownItem, touched: bool, quiet: bool) -> Finding:
    mark = pair.mark
    back = ", back after it was gone" if item.gone else ""
    if mark == item.fingerprint or (touched and item.fingerprint):
        return Finding(Change.SEEN, item.id, pair.keys, mark, f"known by {pair.how}{back}", pair.draft, item)
    reason = f"known by {pair.how}{back}; " + (
        "its text or page is still to be read" if not item.fingerprint else "title, text, day or links differ"
    )
    return Finding(Change.UPDATED, item.id, pair.keys, mark, reason, pair.draft, item, quiet and bool(item.fingerprint))


def _free_id(source_id: str, found: ItemKeys, taken: set[str]) -> str:
    """The id of the strongest name that no other item has: old ids of publishers and addresses are given twice at times."""
    weaker = (found, replace(found, guid=""), replace(found, guid="", link="", path=""))
    for each in weaker:
        if each != ItemKeys() and (made := item_id(source_id, each)) not in taken:
            return made
    number, whole = 2, "\x1e".join((found.guid, found.link, found.title_date))
    while (made := item_id(source_id, ItemKeys(guid=f"{whole}\x1e{number}"))) in taken:
        number += 1
    return made


def _from_before(found: Matching) -> frozenset[int]:
    """Places of strangers that slid into view from below, because rows above them went or the page grew longer.

    Only on a page that runs from new to old by its own dates, and only what is no younger than the oldest known row there.
    """
    days = [printed_day(p.keys) for p in found.pairs]
    standing = {item.id for item in found.standing}
    places = [n for n, p in enumerate(found.pairs) if p.known is not None and p.known.id in standing]
    if not places or not _newest_first([day for day in days if day is not None]):
        return frozenset()
    oldest = min((day for n in places if (day := days[n]) is not None), default=None)
    if oldest is None:
        return frozenset()
    below = range(max(places) + 1, len(days))
    return frozenset(n for n in below if (day := days[n]) is not None and day <= oldest)


def _backfilled(found: Matching) -> frozenset[int]:
    """Places of strangers, wherever they stand, whose own day is no younger than the oldest known row: a site that put in its past."""
    known = [day for item in found.standing if (day := printed_day(item.keys)) is not None]
    oldest = min(known, default=None)
    if oldest is None:
        return frozenset()
    days = {n: printed_day(pair.keys) for n, pair in enumerate(found.pairs) if pair.known is None}
    return frozenset(n for n, day in days.items() if day is not None and day <= oldest)


def _newest_first(days: Sequence[date]) -> bool:
    rising = sum(1 for a, b in pairwise(days) if a < b)
    falling = sum(1 for a, b in pairwise(days) if a > b)
    return falling > 0 and rising <= 0.1 * len(days)


def _gone(source: Source, parsed: Parsed, found: Matching) -> tuple[Finding, ...]:
    if parsed.truncated or not found.pairs:
        return ()
    complete = traits(source).complete
    lost = found.missing if complete else () if traits(source).beside else vanished_from_between(found)
    reason = "no longer listed" if complete else "no longer there, while something that stood below it is"
    return tuple(Finding(Change.GONE, k.id, k.keys, k.fingerprint, reason, None, k) for k in lost)


def _touched(state: SourceState, found: Matching) -> bool:
    """Whether the source edits everything at every visit, so that its edits mean nothing."""
    if not mass_edit(found):
        return False
    if TOUCHED in marks(state):
        return True
    again = count_of(state) > 0 and same(state.held_as, sketch(found.pairs, True, False))
    return state.held >= CONFIRMED_AT - 1 and not again


def _remarks(state: SourceState, found: Matching, touched: bool) -> tuple[str, ...]:
    said = []
    if touched:
        said.append("every entry is edited at every visit; edits are not told")
    if found.fresh and found.shown and not found.met and not touched:
        number = missed([pair.draft for pair in found.fresh], state.last_ok)
        many = f" (about {number}, by the pace of these)" if number else ""
        said.append(
            f"{GAP} all {len(found.fresh)} entries are new; more may have been missed{many}, and the next look comes sooner"
        )
    if state.held:
        said.append(f"released after {state.held} held visits")
    return tuple(said)


def _moved_to(visit: Fetched) -> str | None:
    """Where the address has moved for good (RFC 9110 15.4.2, 15.4.9); None where any part of the way is for the moment only."""
    lasting = bool(visit.redirects) and all(status in _FOR_GOOD for status, _ in visit.redirects)
    return visit.url if lasting else None


def _moved(after: SourceState) -> tuple[str, ...]:
    """The remark that the address has moved, from the third good visit on: the file is the operator's to change."""
    if after.permanent_url is None or after.good < _MOVED_AT:
        return ()
    return (f"moved for good to {after.permanent_url}: put this address into sources.yaml",)


def _gap(notes: Sequence[str]) -> bool:
    return any(note.startswith(GAP) for note in notes)


# ---- states


def _well(state: SourceState, now: datetime) -> SourceState:
    return replace(state, last_visit=now, last_ok=now, failures=0, error=None, message="", hint="", held=0, good=state.good + 1)


def _ill(state: SourceState, error: ErrorClass, message: str, hint: str, now: datetime) -> SourceState:
    return replace(
        state, last_visit=now, good=0, failures=state.failures + 1, error=error, message=message[:_LONGEST_MESSAGE], hint=hint
    )


def _merged(old: Validators, new: Validators) -> Validators:
    """A 304 need not repeat what it confirms."""
    sha256 = new.body_sha256 or old.body_sha256
    return Validators(new.etag or old.etag, new.last_modified or old.last_modified, sha256, new.others or old.others)
