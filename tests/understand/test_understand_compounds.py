"""Names of bodies put together from a place and the words around it: the same ones as if each were written out."""

from functools import cache
from importlib.resources import files

from hypothesis import given, settings
from hypothesis import strategies as st

from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import Level
from cgtwatch.text.script import simplified
from cgtwatch.understand.compounds import Compounds
from cgtwatch.understand.fold import fold, fold_all, folding
from cgtwatch.understand.issuers import Issuer, Place, Register, read_issuers, read_places, register_names
from cgtwatch.understand.lexicon import Lexicon, Pattern

TABLE = folding(simplified())
FOLDER = files("cgtwatch.understand") / "data"
ALL = read_places(FOLDER / "places.tsv")
PLACES = tuple(place for number, place in enumerate(ALL) if number % 9 == 0 or place.kind in ("province", "municipality"))
REGISTER = read_issuers(FOLDER / "issuers.tsv", FOLDER / "bodies.tsv", PLACES)
SHIPPED = tuple(REGISTER.values())
ODD_PLACES = (
    Place("CN-ZZ", "city", "zz", "甲州", "Zod*", ("=ZED", "Zed", "甲", "甲州市", "Old Zed")),
    Place("CN-YY", "city", "yy", "甲州市", "Zed Yard", ("YY", "乙")),
)
ODD_TEMPLATES = (
    "{zh}局",
    "{zh}市局",
    "{en} Office",
    "Office of {en}",
    "Grand {en} Office*",
    "={en}FDA",
    "{en}",
    "{en} to {en}",
    "{zh}Ｘ",
)
ODD = tuple(
    Issuer(f"other:{place.id}_{n}", Level.MUNICIPAL, place.code, Names("x", "x"), (), templates=ODD_TEMPLATES[n:], place=place)
    for place in ODD_PLACES
    for n in (0, 1)
)


def found(lexicon: Lexicon, text: str) -> list[tuple[int, int, str]]:
    return sorted({(hit.start, hit.end, hit.meaning.id) for hit in lexicon.find(text)})


def both(register: Register) -> tuple[Lexicon, Lexicon]:
    """The lexicon that puts names together, and the one with every name written out."""
    compounds = Compounds(register, TABLE)
    own = [Pattern(name, issuer) for issuer, name in (*register.spellings(), *compounds.spelled)]
    return Lexicon(own, TABLE, compounds), Lexicon([Pattern(name, issuer) for issuer, name in register_names(register)], TABLE)


ODD_REGISTER = Register()
for one in ODD:
    ODD_REGISTER.keep(one)


@cache
def shipped_pair() -> tuple[Lexicon, Lexicon]:
    """Both lexicons of the register that ships: half a million names, made where they are asked for."""
    return both(REGISTER)


@cache
def odd_pair() -> tuple[Lexicon, Lexicon]:
    return both(ODD_REGISTER)


STEMS = [name for place in PLACES for name in (place.zh, place.en, *place.names) if name]
WORDS = [part for issuer in SHIPPED for template in issuer.templates for part in template.replace("{zh}", "{en}").split("{en}")]
BETWEEN = st.sampled_from(["", "", "", " ", "s", "S", "市", "省", "的", "-", "x", ".", "\n"])


def texts(*parts: list[str]) -> st.SearchStrategy[str]:
    pieces = st.one_of(*(st.sampled_from(sorted(set(part))) for part in parts), BETWEEN)
    return st.lists(pieces, max_size=9).map("".join).flatmap(lambda text: st.sampled_from([text, text.upper(), text.lower()]))


@settings(max_examples=300, deadline=None)
@given(texts(STEMS, WORDS))
def test_lexicon_finds_the_bodies_that_the_written_out_names_find(text: str) -> None:
    together, spelled = shipped_pair()
    assert found(together, text) == found(spelled, text)


@settings(max_examples=500, deadline=None)
@given(
    texts(
        [name for place in ODD_PLACES for name in (place.zh, place.en, *place.names)],
        ["局", "市局", " Office", "Office of ", "Grand ", "FDA", " to ", "ｘ"],
    )
)
def test_lexicon_finds_names_with_marks_and_of_odd_builds(text: str) -> None:
    together, spelled = odd_pair()
    assert found(together, text) == found(spelled, text)


def test_lexicon_finds_every_written_out_name_of_a_body() -> None:
    together, _ = shipped_pair()
    names = [(issuer, name) for number, (issuer, name) in enumerate(register_names(REGISTER)) if number % 5 == 0]
    assert not [name for issuer, name in names if issuer.id not in {one for _, _, one in found(together, name.strip("=*"))}]


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(["İ", "ΑΣ", "臺灣", "ＣＡＲ－Ｔ", "a\0b", ""]), st.text(max_size=5)), max_size=6))
def test_fold_all_folds_each_text_as_fold_does(words: list[str]) -> None:
    assert fold_all(words, TABLE) == [fold(word, TABLE) for word in words]
