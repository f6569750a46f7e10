"""Visit a source over HTTP: conditionally, politely, within its limits, by as many requests as it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from cgtwatch.acquire.answers import Asked, refused
from cgtwatch.acquire.asking import asks, filling, key_of, next_ask
from cgtwatch.acquire.bridges import bridge_of, page_through
from cgtwatch.acquire.door import Door, Question, Spent
from cgtwatch.acquire.filling import Unaskable, in_url
from cgtwatch.acquire.parts import AcquireParts
from cgtwatch.acquire.validators import conditions
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Ask, ErrorClass, Failed, Fetched, Known, NotModified, Validators, Visit
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Source

# A server that answers 304 for ever hides what it publishes; so each source is read in full once a day.
FULL_FETCH = timedelta(hours=24)
LOST = frozenset({404, 410})  # statuses that make us try the source's alternates
_PATIENCE = 3  # failed visits in a row after which a search term that fails is done without
TERMS_TIME = 10  # times its timeout a visit of many search terms may take
NOTHING_KNOWN = Validators()
PAST_CACHES = {"cache-control": "no-cache"}
NO_VALUES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Run:
    """One visit under way."""

    source: Source
    state: SourceState
    now: datetime
    full: bool  # nothing is asked conditionally
    spent: Spent
    values: Mapping[str, str] = field(default_factory=dict)  # of the preloaded page


class HttpAcquirer:
    """Reads sources through `Net`; one for a process, from any number of threads."""

    def __init__(self, parts: AcquireParts) -> None:
        self._clock = parts.clock
        self._pick = parts.pick
        self._rsshub = parts.rsshub
        self._door = Door(parts)

    def visit(self, source: Source, state: SourceState) -> Visit:
        """Ask whether the source has changed, and for its bytes if so.

        Asks unconditionally when the last full reading is a day old. A body with the hash of the last one is no change either.
        Where the address answers 404 or 410 the source's alternates are tried in their order; if none helps, the first answer
        counts. Of many search terms one that fails fails the visit, until it has failed three times in a row: then the others are
        brought without it. Where one has news all are brought.
        """
        now = self._clock()
        # By the amount: a full reading "in the future" was made under a wrong clock.
        full = state.full_fetch_at is None or abs(now - state.full_fetch_at) >= FULL_FETCH
        run = _Run(source, state, now, full, _time_for(source))
        try:
            if source.preload is not None:
                found = self._preload(run)
                if isinstance(found, Failed):
                    return found
                run = replace(run, values=found)
            return self._all_terms(run) if source.terms else self._one(run)
        except Unaskable as e:
            return refused(Asked(source.url, NOTHING_KNOWN, conditional=False, now=now), e)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        """Read another address on the source's behalf: a detail page, a map, an attachment. Never conditional."""
        headers = tuple(pair for pair in source.headers if "{" not in pair[1])
        question = Question(Ask(url, headers=headers), bridge=page_through(source, url), max_bytes=max_bytes)
        return self._door.ask(source, question, _time_for(source))

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None:
        """Page `page` (2 is the first further one) after the answer `at`, whose entries were `parsed`; None: there is none."""
        ask = next_ask(source, at.ask or Ask(at.requested), at.url, parsed, page)
        if ask is None:
            return None
        return self._door.ask(source, Question(ask, bridge=page_through(source, ask.url)), _time_for(source))

    # --- one request

    def _one(self, run: _Run) -> Visit:
        source = run.source
        ask = asks(source, run.state, run.now, run.values)
        plain = ask.url == source.url and ask.method == "GET"
        known = run.state.validators if plain else _kept(run, ask) or _same_bytes(run)
        first = self._step(run, ask, known)
        if isinstance(first, Failed) and first.status == 304:
            # A stray 304 to a question without a condition: past the cache, then it is the server's own word.
            first = self._step(run, ask, known, PAST_CACHES)
        if isinstance(first, Failed):
            return self._elsewhere(run, first) if first.status in LOST and source.alternates else first
        return first if plain else replace(first, validators=_keyed(ask, first.validators))

    def _elsewhere(self, run: _Run, first: Failed) -> Visit:
        """The first alternate that answers."""
        for url in run.source.alternates:
            ask = asks(replace(run.source, url=url), run.state, run.now, run.values)
            other = self._step(run, ask, _kept(run, ask) or _same_bytes(run))
            if not isinstance(other, Failed):
                return replace(other, requested=run.source.url, validators=_keyed(ask, other.validators))
        return replace(first, requests=run.spent.requests, duration=run.spent.duration)

    def _step(self, run: _Run, ask: Ask, known: Validators, asking: Mapping[str, str] | None = None) -> Visit:
        if asking is None:
            asking = {} if run.full or ask.method != "GET" else conditions(known, run.now)
        return self._door.ask(run.source, Question(ask, known, asking, bridge_of(run.source, ask, self._rsshub)), run.spent)

    # --- several requests

    def _preload(self, run: _Run) -> Mapping[str, str] | Failed:
        """What the page asked first gives; its cookies are in the jar."""
        source, rule = run.source, run.source.preload
        assert rule is not None
        self._door.forget_cookies(source)
        url = in_url(rule.url, filling(source, run.state, run.now, NO_VALUES, None))
        headers = tuple(pair for pair in source.headers if "{" not in pair[1])
        came = self._door.ask(source, Question(Ask(url, headers=headers)), run.spent)
        if not rule.set and (isinstance(came, Fetched) or (isinstance(came, Failed) and came.error is ErrorClass.EMPTY)):
            return NO_VALUES  # it was for the cookies only
        if isinstance(came, Fetched):
            try:
                return self._pick(source, came)
            except ParseError as e:
                said = str(e).removeprefix(f"{source.id}: ")
                came = Failed(
                    came.requested, ErrorClass.PARSE, said, "look at the page and mend `preload.set`", run.now, came.duration,
                    came.status, size=len(came.body), requests=came.requests, body=came.body[:65536], headers=came.headers,
                )  # fmt: skip
        assert isinstance(came, Failed)
        return replace(came, message=f"the page asked first (preload): {came.message}")

    def _all_terms(self, run: _Run) -> Visit:
        """One request a term. All as before: nothing changed; else everything is brought, so that it can be read as one page."""
        steps: list[tuple[str, Ask, Visit, bool]] = []
        lost: list[Failed] = []
        for term in run.source.terms:
            run.spent.part = timedelta()
            ask = asks(run.source, run.state, run.now, run.values, term)
            known = _kept(run, ask) or NOTHING_KNOWN
            came = self._step(run, ask, replace(known, body_sha256=None))  # the bytes are wanted, also of a page as before
            if isinstance(came, Failed):
                lost.append(_of_term(came, term))
                if run.state.failures < _PATIENCE:
                    return lost[0]
                continue
            same = isinstance(came, NotModified) or came.validators.body_sha256 == known.body_sha256
            kept = replace(came.validators, body_sha256=known.body_sha256) if isinstance(came, NotModified) else came.validators
            steps.append((term, ask, replace(came, validators=kept), same))
        if not steps:
            return lost[0]
        if not lost and all(same for *_, same in steps):
            return self._as_before(run, [(ask, came) for _, ask, came, _ in steps])
        whole = self._everything(run, [(term, ask, came) for term, ask, came, _ in steps])
        return replace(whole, lost=tuple(each.message for each in lost)) if isinstance(whole, Fetched) else whole

    def _as_before(self, run: _Run, steps: list[tuple[Ask, Visit]]) -> Visit:
        visits = [came for _, came in steps]
        size = sum(len(came.body) if isinstance(came, Fetched) else came.size for came in visits)
        status = 200 if all(isinstance(came, Fetched) for came in visits) else 304
        spent = run.spent
        return NotModified(run.source.url, status, _together(steps), run.now, spent.duration, size, spent.requests)

    def _everything(self, run: _Run, steps: list[tuple[str, Ask, Visit]]) -> Visit:
        answers: list[tuple[Ask, Fetched]] = []
        for term, ask, came in steps:
            run.spent.part = timedelta()
            again = came if isinstance(came, Fetched) else self._step(run, ask, NOTHING_KNOWN, {})
            if not isinstance(again, Fetched):
                assert isinstance(again, Failed)
                return _of_term(again, term)
            answers.append((ask, replace(again, requests=0)))
        (_, first), *more = answers
        spent, kept = run.spent, _together(answers)
        return replace(
            first, validators=kept, requests=spent.requests, duration=spent.duration, more=tuple(answer for _, answer in more)
        )


def _time_for(source: Source) -> Spent:
    return Spent(source.timeout, source.timeout * (TERMS_TIME if source.terms else 1))


def _kept(run: _Run, ask: Ask) -> Validators | None:
    """What is known of one of several addresses; None for one that was not asked the last time."""
    others = run.state.validators.others
    if not others:
        return None
    key = key_of(ask)
    return next((Validators(one.etag, one.last_modified, one.body_sha256) for one in others if one.key == key), None)


def _same_bytes(run: _Run) -> Validators:
    """For an address that changes from visit to visit: only the bytes can tell."""
    return Validators(body_sha256=run.state.validators.body_sha256)


def _keyed(ask: Ask, found: Validators) -> Validators:
    """Validators that hold for another address than the source's own."""
    return Validators(body_sha256=found.body_sha256, others=(_known(ask, found),))


def _known(ask: Ask, found: Validators) -> Known:
    return Known(key_of(ask), found.etag, found.last_modified, found.body_sha256)


def _together(steps: "list[tuple[Ask, Visit]] | list[tuple[Ask, Fetched]]") -> Validators:
    """The validators of all terms, and one hash over them."""
    others = tuple(_known(ask, came.validators) for ask, came in steps if not isinstance(came, Failed))
    whole = sha256("".join(one.body_sha256 or "" for one in others).encode()).hexdigest()
    return Validators(body_sha256=whole, others=others)


def _of_term(failed: Failed, term: str) -> Failed:
    return replace(failed, message=f"search term {term!r}: {failed.message}")
