"""The rules that ship with a user's own beside them, and what must not stand in a user's file because of those that ship."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from cgtwatch.model.own_rules import OwnIssuer, OwnRules
from cgtwatch.text.language import LITTLE_WORDS
from cgtwatch.text.script import simplified
from cgtwatch.understand.fold import fold, folding, is_word
from cgtwatch.understand.issuers import EN, ZH, Issuer, Place, read_issuers, read_places, register_names, stems
from cgtwatch.understand.lexicon import Pattern
from cgtwatch.understand.rules import Extra, Lookalike, NamedAct, Rules, Therapy, load
from cgtwatch.understand.tables import read
from cgtwatch.understand.topics import Topics

_LEAST_LATIN, _LEAST_EXACT, _LEAST_OPEN, _LEAST_EAST = 4, 2, 5, 2  # characters below which a word stands in too many others
_TABLES = (("terms.tsv", ("terms", "modalities", "strength")), ("products.tsv", ("names", "modalities")))
_AGAINST = ("lookalikes.tsv", ("terms", "scope", "why"))
_CUES = ("terms", "weight", "doc_type", "type_weight", "stage", "mark")
_PARTICLES = frozenset({"关于", "有关", "的", "等", "及", "和", "与", "以及", "进一步", "做好", "工作"})


@cache
def shipped() -> Rules:
    """The shipped rules, which take a third of a second to make and never change."""
    return load()


def load_with(own: OwnRules) -> Rules:
    """The shipped rules and `own`; where that is empty, exactly the shipped ones."""
    if own == OwnRules():
        return shipped()
    rules = load(extra=_extra(own))
    return replace(rules, topics=Topics(own.topics, folding(simplified()))) if own.topics else rules


def _extra(own: OwnRules) -> Extra:
    new = tuple(_issuer(one) for one in own.issuers if one.name is not None)
    spellings = tuple((one.id, word) for one in own.issuers if one.name is None for word in one.words)
    return Extra(own.version, new, spellings, tuple(_patterns(own)))


def _issuer(one: OwnIssuer) -> Issuer:
    assert one.name is not None
    return Issuer(one.id, one.level, one.jurisdiction, one.name, one.words, one.parent)


def _patterns(own: OwnRules) -> Iterator[Pattern]:
    meanings = (
        *((Therapy(term.modalities, term.strength != "weak", term.strength == "generic"), term.words) for term in own.terms),
        *((Lookalike(one.scope, one.why), one.words) for one in own.lookalikes),
        *((Therapy(product.modalities, strong=True), product.words) for product in own.products),
        *(
            (NamedAct(act.cgt, act.modalities, act.doc_type, act.jurisdiction, act.issuers, act.news), act.words)
            for act in own.acts
        ),
    )
    for meaning, words in meanings:
        yield from (Pattern(word, meaning) for word in words)


# --- what a word of the file must be


def word_problem(word: str) -> str | None:
    """What is wrong with a word of the file whatever it stands for, with the mend; None where it is safe."""
    exact, bare = word.startswith("="), word.lstrip("=").strip("*")
    if "*" in bare or "=" in bare or word.startswith("=="):
        return "= stands before a word and * at an end, and nowhere else; take it out"
    if "|" in bare:
        return "holds a bar; write each word as an entry of its own"
    letters = [c for c in bare if c.isalnum()]
    if not any(c.isalpha() for c in letters):
        return "holds no letter; write a word"
    latin = is_word(letters[0])
    if latin and word.endswith("*") and len(letters) < _LEAST_OPEN:
        return f"is too short to go on with a star; write at least {_LEAST_OPEN} letters before it"
    least = (_LEAST_EXACT if exact else _LEAST_LATIN) if latin else _LEAST_EAST
    if len(letters) >= least:
        return None
    mend = f"write ={bare}, which asks for its case, or a longer wording" if latin and not exact and len(letters) > 1 else ""
    return f"is too short to be safe, as it stands in too many other words; {mend or 'write a longer wording'}"


@cache
def _common() -> frozenset[str]:
    words = json.loads((files("cgtwatch.understand") / "data" / "common.json").read_text(encoding="utf-8"))["words"]
    return frozenset(words)


def too_common(word: str) -> bool:
    """Whether a word stands in documents of every kind, so that by itself it can name neither therapy nor authority."""
    form = _form(word, folding(simplified()))
    return form in _common() or not _left_over(form)


def _left_over(form: str) -> str:
    """What of a word is more than numbers, little words and the words that every act of an authority uses (发布, 关于, notice)."""
    western = " ".join(one for one in form.split() if one not in _little())
    return re.sub(r"[\W\d年月日号第]+", "", _act_words().sub(" ", western))


@cache
def _little() -> frozenset[str]:
    return frozenset().union(*LITTLE_WORDS.values())


@cache
def _act_words() -> re.Pattern[str]:
    """The words that speak for an act, longest first; Latin ones as whole words."""
    table = folding(simplified())
    rows = read(files("cgtwatch.understand") / "data" / "cues.tsv", _CUES)
    words = {_form(word, table) for row in rows for word in row.words("terms")} | _PARTICLES
    spelled = (rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in words if word)
    return re.compile("|".join(sorted(spelled, key=len, reverse=True)))


def shipped_words() -> tuple[Callable[[str], str | None], Callable[[str], str]]:
    """What a word in its form stands for in the shipped tables, or None; and the form in which words are compared.

    For a therapy its modalities, for a look-alike `look-alike`, for an authority `issuer ID`.
    """
    table = folding(simplified())
    folder = files("cgtwatch.understand") / "data"
    listed: dict[str, str] = {}
    for name, columns in _TABLES:
        for row in read(folder / name, columns):
            listed.update((_form(word, table), row["modalities"] or "nothing by itself") for word in row.words(columns[0]))
    for row in read(folder / _AGAINST[0], _AGAINST[1]):
        listed.update((_form(word, table), "look-alike") for word in row.words("terms"))
    named = _authority(read_issuers(folder / "issuers.tsv", folder / "bodies.tsv", read_places(folder / "places.tsv")), table)
    return lambda form: listed.get(form) or named(form), lambda word: _form(word, table)


def _authority(issuers: Mapping[str, Issuer], table: Mapping[int, str]) -> Callable[[str], str | None]:
    """Who is named by a word in its form, in the order of the register.

    The bodies of all places have half a million names, so only those of places that the word names are spelled out.
    """
    anywhere: dict[str, str] = {}
    for issuer in issuers.values():
        for name in _of_no_place(issuer):
            anywhere.setdefault(_form(name, table), issuer.id)
    at: dict[int, tuple[Place, list[Issuer]]] = {}
    for issuer in issuers.values():
        if issuer.place is not None:
            at.setdefault(id(issuer.place), (issuer.place, []))[1].append(issuer)
    both = (True, False)
    names = [
        (_form(stem, table), here) for place, here in at.values() for chinese in both for stem in stems(place, chinese=chinese)
    ]
    order = {name: n for n, name in enumerate(issuers)}

    def named(form: str) -> str | None:
        near = {one.id: one for stem, here in names if stem in form for one in here}
        found = [one.id for one, name in register_names(near) if _form(name, table) == form]
        found += [anywhere[form]] if form in anywhere else []
        return f"issuer {min(found, key=order.__getitem__)}" if found else None

    return named


def _of_no_place(issuer: Issuer) -> Iterator[str]:
    """The names of an authority that say nothing of its place."""
    yield from issuer.spellings
    if issuer.place is not None and stems(issuer.place, chinese=False):
        yield from (template for template in issuer.templates if ZH not in template and EN not in template)


def _form(word: str, table: Mapping[int, str]) -> str:
    return re.sub(" +", " ", fold(word.lstrip("=").strip("*"), table)).strip()
