"""A document with every known word in its place: what the single judgements look at."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Document, Span
from cgtwatch.text.language import guess
from cgtwatch.understand.called import settled
from cgtwatch.understand.heads import BACKGROUND, PLACE, THERAPY, Heads, find_heads, role_letter
from cgtwatch.understand.issuers import Issuer, Place
from cgtwatch.understand.lexicon import Hit
from cgtwatch.understand.rules import Cue, Lookalike, NamedAct, Rules, Sign, Therapy
from cgtwatch.understand.steps import Step, find_steps

_MOST = 60_000  # characters read; the longest page of the corpora has its act far before
_LEAD = {"zh": 160, "ja": 160, "ko": 200}
_LEAD_ELSE = 420
_STOP = re.compile(r"[。!?;]|\. ")
_SMALL_LETTER = re.compile("[a-z]")
_WITHIN = re.compile(  # what a name of an authority may end with and a rule of titles asks for: its papers and its people
    r" (?:bill|law|code|(?:revised )?statutes|passes|lawmakers?|legislators?|(?:state )?senators?"
    r"|director|commissioner|chief|head|officials?|advisers?|reviewers?|minister|secretary)$|(?:局长|主任|部长|署长|官员|专员)$"
)
_HOMES = {
    "zh": frozenset({"CN", "HK", "MO", "TW"}),
    "ja": frozenset({"JP"}),
    "ko": frozenset({"KR"}),
}  # countries by what they write
_SHOUT = 20  # characters: in a longer title all in capitals no short word is an acronym


@dataclass(frozen=True, slots=True)
class Reading:
    """The words found, by what they are; within each kind a word inside a longer one is left out."""

    document: Document
    whole: str
    title_end: int
    lead_end: int
    language: str
    therapies: tuple[Hit, ...]
    lookalikes: tuple[Hit, ...]
    cues: tuple[Hit, ...]
    issuers: tuple[Hit, ...]
    places: tuple[Hit, ...]
    acts: tuple[Hit, ...]
    signs: tuple[Hit, ...]
    title_heads: Heads
    lead_heads: Heads
    title_steps: tuple[Step, ...]
    lead_steps: tuple[Step, ...]

    def span(self, hit: Hit) -> Span:
        """The stretch of the document that a word stands on."""
        return Span(hit.start, hit.end, self.whole[hit.start : hit.end])

    def in_title(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Those of `hits` that stand in the title."""
        return tuple(hit for hit in hits if hit.start < self.title_end)

    def in_lead(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Those of `hits` that stand in the opening of the text."""
        return tuple(hit for hit in hits if self.title_end <= hit.start < self.lead_end)

    def zone(self, hit: Hit, title: float, lead: float, rest: float) -> float:
        """The weight of the part that a word stands in."""
        if hit.start < self.title_end:
            return title
        return lead if hit.start < self.lead_end else rest


def survey(document: Document, rules: Rules) -> Reading:
    """Every known word of `document`, with the language it is in."""
    whole = document.whole[:_MOST]
    title_end = min(len(document.title), len(whole))
    language = document.language or guess(whole) or "en"
    by_kind: dict[type, list[Hit]] = {Therapy: [], Lookalike: [], Cue: [], Issuer: [], Place: [], NamedAct: [], Sign: []}
    shouted = _shouted(document.title)
    folded = rules.lexicon.fold(whole)
    for hit in settled(rules.lexicon.find(whole, folded), document, rules.gazetteer, rules.issuers, language):
        if not hit.start < title_end < hit.end and not (
            shouted and hit.end <= title_end and _acronym(whole, hit)
        ):  # across the border of title and text nothing is one word
            by_kind[type(hit.meaning)].append(hit)
    therapies = longest([*by_kind[Therapy], *by_kind[Lookalike]])
    named = longest([*by_kind[Issuer], *by_kind[Place]])
    lead_end = min(len(whole), title_end + 1 + _LEAD.get(language, _LEAD_ELSE))
    cues = longest(by_kind[Cue], keeps=_keeps)
    background = [hit for hit in cues if hit.meaning.mark == "background"]
    masked = _masked(folded[:lead_end], [*therapies, *named, *background])
    first = _first_sentence(masked[title_end + 1 :])
    return Reading(
        document,
        whole,
        title_end,
        lead_end,
        language,
        tuple(h for h in therapies if isinstance(h.meaning, Therapy)),
        tuple(h for h in therapies if isinstance(h.meaning, Lookalike)),
        cues,
        tuple(h for h in named if isinstance(h.meaning, Issuer)),
        tuple(h for h in named if isinstance(h.meaning, Place)),
        _of_language(longest(by_kind[NamedAct]), language),
        longest(by_kind[Sign]),
        find_heads(masked[:title_end], 0, rules.heads, language),
        find_heads(first, title_end + 1, rules.heads, language),
        find_steps(masked[:title_end], 0, rules.steps, language, "title"),
        find_steps(first, title_end + 1, rules.steps, language, "opening"),
    )


def _of_language(acts: Sequence[Hit], language: str) -> tuple[Hit, ...]:
    """`acts` without those of other countries where one name is also that of an act of a country that writes in this language."""
    countries = _HOMES.get(language, frozenset())
    at_home = [hit for hit in acts if hit.meaning.jurisdiction.partition("-")[0] in countries]
    named = {(hit.start, hit.end) for hit in at_home}
    return tuple(hit for hit in acts if hit in at_home or (hit.start, hit.end) not in named)


def _shouted(title: str) -> bool:
    """Whether a title is written in capitals."""
    if len(title) <= _SHOUT or _SMALL_LETTER.search(title):
        return False
    return sum(c.isascii() and c.isalpha() for c in title) * 2 > len(title)


def _first_sentence(text: str) -> str:
    """What a text opens with, as far as its first full stop."""
    stop = _STOP.search(text)
    return text[: stop.start()] if stop else text


def _masked(folded: str, hits: Iterable[Hit]) -> str:
    """The folded text with a letter of their kind over authorities, places and therapies, as long as before."""
    letters = list(folded)
    for hit in hits:
        if hit.end <= len(letters):
            meaning = hit.meaning
            if isinstance(meaning, Therapy | Lookalike):
                letter = THERAPY if isinstance(meaning, Therapy) and meaning.strong else ""
            elif isinstance(meaning, Cue):
                letter = BACKGROUND
            else:
                letter = role_letter(meaning.role) if isinstance(meaning, Issuer) else PLACE
            if letter:
                tail = _WITHIN.search(folded, hit.start, hit.end) if isinstance(meaning, Issuer) else None
                end = tail.start() if tail else hit.end
                letters[hit.start : end] = letter * (end - hit.start)
    return "".join(letters)


def _acronym(whole: str, hit: Hit) -> bool:
    return isinstance(hit.meaning, Issuer | Place) and hit.end - hit.start <= 4 and whole[hit.start : hit.end].isascii()


def apart(hits: Iterable[Hit]) -> list[Hit]:
    """`hits` in reading order without those that begin inside the one before: "CAR-T cell therapy" is no T cell therapy besides,
    仑赛注射液 in 阿基仑赛注射液 no other product."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end or (hit.start, hit.end) == (kept[-1].start, kept[-1].end):
            kept.append(hit)
    return kept


def longest(hits: Sequence[Hit], keeps: Callable[[Hit, Hit], bool] = lambda _inner, _outer: False) -> tuple[Hit, ...]:
    """`hits` in reading order without those inside a longer one, unless `keeps(inner, outer)`."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        outer = None
        for other in kept[:-9:-1]:  # it begins no later, as they are in order
            if hit.end <= other.end:
                outer = other
                break
        same = outer is not None and (outer.start, outer.end) == (hit.start, hit.end)
        if outer is None or same or keeps(hit, outer):
            kept.append(hit)
    return tuple(kept)


def _keeps(inner: Hit, outer: Hit) -> bool:
    """A draft guidance is still a guidance: a word for the stage does not hide the kind of document inside it."""
    return outer.meaning.doc_type is None and outer.meaning.weight > 0 and inner.meaning.weight > 0
