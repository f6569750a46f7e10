"""Bodies that documents name without saying where: the city's health commission, the ministry of health, or one name that two countries use."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cgtwatch.model.classification import Document
from cgtwatch.understand.issuers import LOCAL, Gazetteer, Issuer, Place, country_body, has
from cgtwatch.understand.lexicon import Hit, Pattern
from cgtwatch.understand.tables import Row

_A = "{a}"
_CITIES = ("municipality", "city", "county")
_BEFORE = {  # what stands for the place, and the kinds of place that it can stand for
    "市": _CITIES,
    "我市": _CITIES,
    "本市": _CITIES,
    "省": ("province",),
    "我省": ("province",),
    "自治区": ("province",),
    "区": ("district",),
    "我区": ("district", "province"),
    "新区": ("district",),
    "县": ("district",),
    "the city's ": _CITIES,
    "city's ": _CITIES,
    "city ": _CITIES,
    "municipal ": _CITIES,
    "the province's ": ("province",),
    "provincial ": ("province",),
    "district ": ("district",),
    "state ": ("state",),
    "the state's ": ("state",),
}
_OWN = {"我委": "nhc"}  # with the body of the nation that calls itself so
_FOREIGN = frozenset({"Parliament", "National Assembly"})  # no country's of English that needs no name
_FROM_COUNTRY = {
    ("moh", "zh"): "CN",
    ("courts", "en"): "US",
    ("parliament", "en"): "US",
    ("moh", "ja"): "JP",
    ("moh", "ko"): "KR",
}
_HOST = re.compile(r"^(?:\w+://)?([^/:?#]+)")
_OF_ORGANISATION = re.compile(  # behind a place: the name of a university, a hospital or a company
    r"[\u4e00-\u9fffA-Za-z·()（）]{0,14}?(?:大学|大學|学院|學院|医院(?!管理)|醫院(?!管理)|公司|集团|集團|药业|制药|证券|银行|日报|日報|晚报|电视台|学会|协会)"
)
_NO_NAME = re.compile(
    r"[的等与和及在为将对由把向给,，。、;；:：省市区县州]|发布|印发|出台|支持|鼓励|推动|批准|公布|召开|举办|启动|某|家"
)
_WEST_ORGANISATION = re.compile(
    r"['’]?\s?(?:[A-Z][\w&.-]*\s){0,3}(?:University|Hospital|College|Institute of Technology|Inc|Ltd|Co\.|Pharma\w*|Biotech\w*|Times|Daily|Post|Herald)\b"
)


@dataclass(frozen=True, slots=True)
class Called:
    """What a body is called at its own place: `bodies` says of each kind of place which body it is."""

    bodies: Mapping[str, str]
    role: str = ""
    own: bool = False  # "our commission": the body that writes
    foreign: bool = False  # said of other countries than the one that a language speaks of unasked


def called_patterns(rows: Iterable[Row]) -> list[Pattern]:
    """The names of the table's column `called` with their meaning; of a country or of the nearest place of a fitting kind."""
    meant: dict[str, dict[str, str]] = {}
    roles: dict[str, str] = {}
    for row in rows:
        for name in row.words("called"):
            for words, kinds in _expanded(name, row):
                roles.setdefault(words, row["role"])
                for kind in kinds:
                    meant.setdefault(words, {}).setdefault(kind, row["suffix"])
    return [Pattern(words, Called(bodies, roles[words], words in _OWN, words in _FOREIGN)) for words, bodies in meant.items()]


def _expanded(name: str, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "country" in row.names("for"):
        yield name, ("country", "sar")
        return
    if name in _OWN:
        yield name, LOCAL
        return
    for before, kinds in _BEFORE.items():
        fitting = tuple(kind for kind in kinds if has(kind, row))
        if before.isascii() is name.isascii() and fitting:
            yield name.replace(_A, before) if _A in name else before + name, fitting


class Surroundings:
    """The places of one document, by which the bodies called without one are told."""

    def __init__(self, hits: Sequence[Hit], document: Document, places: Gazetteer) -> None:
        self._title_end = len(document.title)
        self._url = document.url
        self.known = places
        named = {(hit.start, hit.end): hit for hit in hits if isinstance(hit.meaning, Place)}
        in_order = sorted(named.values(), key=lambda hit: hit.start)
        self._named = [[hit for hit in in_order if not names_organisation(document.whole, hit)], in_order]

    def nearest(
        self, at: int, kinds: Iterable[str], codes: frozenset[str] = frozenset(), *, only_before: bool = False
    ) -> Place | None:
        """The place of one of `kinds` (and countries of `codes`) that a word at `at` means: the last before it, the title's, the next."""
        wanted = set(kinds)
        fits = ([hit for hit in hits if self._fits(hit.meaning, wanted, codes)] for hits in self._named)
        fitting = next((hits for hits in fits if hits), [])  # places in names of companies only where nothing else tells
        before = [hit for hit in fitting if hit.start <= at]
        fitting = before if only_before else fitting
        titled = [hit for hit in fitting if hit.start < self._title_end]
        chosen = (
            (before[-1:] if at < self._title_end or "country" not in wanted else []) or titled[:1] or before[-1:] or fitting[:1]
        )
        return self._as(chosen[0].meaning, wanted) if chosen else self._by_host(wanted, codes)

    def at_home(self) -> Place | None:
        """The place of the mainland that the title or the address names."""
        titled = (hit.meaning for hit in self._named[0] if hit.start < self._title_end and hit.meaning.kind in LOCAL)
        return next(titled, None) or self._by_host(set(LOCAL), frozenset())

    def _fits(self, place: Place, wanted: set[str], codes: frozenset[str]) -> bool:
        if codes:
            return place.code.partition("-")[0] in codes
        return place.kind in wanted or (place.kind in LOCAL and self._as(place, wanted) is not None)

    def _as(self, place: Place, wanted: set[str]) -> Place | None:
        """The place itself, or the one above it that is of a wanted kind."""
        if place.kind in wanted:
            return place
        top = place.code.partition("-")[0]
        above = (self.known.tops.get(code) for code in (top, place.code if place.kind in LOCAL else top))
        return next((found for found in above if found and found.kind in wanted), None)

    def _by_host(self, wanted: set[str], codes: frozenset[str]) -> Place | None:
        """The place whose name stands in the address."""
        host = _HOST.match(self._url)
        labels = host[1].lower().split(".") if host else []
        if not labels or not (codes or "gov" in labels[-2:]):
            return None
        if codes or "country" in wanted:
            top = {"uk": "GB"}.get(labels[-1], labels[-1].upper())
            return self.known.tops.get(top) if not codes or top in codes else None
        if labels[-1] != "cn":
            return None
        return self.known.labelled(labels[:-2], wanted)


def names_organisation(whole: str, hit: Hit) -> bool:
    """Whether the place begins the name of a university, a hospital, a company or a newspaper."""
    found = _OF_ORGANISATION.match(whole, hit.end) or _WEST_ORGANISATION.match(whole, hit.end)
    return found is not None and not _NO_NAME.search(found[0])


def settled(
    hits: Sequence[Hit], document: Document, places: Gazetteer, issuers: Mapping[str, Issuer], language: str
) -> list[Hit]:
    """`hits` with the body itself for each that is called without its place, and one body for each name that several have."""
    if not any(isinstance(hit.meaning, Called) for hit in hits) and not _shared(hits):
        return list(hits)
    around = Surroundings(hits, document, places)
    unknown: list[Hit] = []
    found: list[Hit] = []
    for hit in hits:
        if not isinstance(hit.meaning, Called):
            found.append(hit)
            continue
        issuer = _writing(hit, hits, around, issuers) if hit.meaning.own else _meant(hit, around, issuers, language)
        if issuer is None:
            unknown.append(hit)
        else:
            found.append(Hit(hit.start, hit.end, issuer))
    found = [hit for hit in found if not (isinstance(hit.meaning, Issuer) and any(_inside(hit, outer) for outer in unknown))]
    for span, same in _shared(found).items():
        chosen = _of_country(same, around, span[0])
        found = [hit for hit in found if hit not in same or hit.meaning.id == chosen]
    return found


def _writing(hit: Hit, hits: Sequence[Hit], around: Surroundings, issuers: Mapping[str, Issuer]) -> Issuer | None:
    """The body that speaks of itself: the local one that is named, that of the title's place or of the site, or the nation's."""
    suffix = next(iter(hit.meaning.bodies.values()))
    named = next(
        (h.meaning for h in hits if isinstance(h.meaning, Issuer) and h.meaning.place and h.meaning.id.endswith(f"_{suffix}")),
        None,
    )
    if named is not None:
        return named
    place = around.at_home()
    local = place and (issuers.get(f"{place.id}_{suffix}") or issuers.get(f"other:{place.id}_{suffix}"))
    return local or next((issuers[body] for body in _OWN.values() if body in issuers), None)


def _meant(hit: Hit, around: Surroundings, issuers: Mapping[str, Issuer], language: str) -> Issuer | None:
    bodies: Mapping[str, str] = hit.meaning.bodies
    place = around.nearest(hit.start, bodies, only_before=bodies.get("country") == "parliament" and language == "en")
    if place is None or place.kind not in bodies:
        code = None if hit.meaning.foreign else _FROM_COUNTRY.get((bodies.get("country", ""), language))
        place = around.known.tops.get(code) if code else None
    if place is None or place.kind not in bodies:
        return None
    if "country" in bodies:
        return issuers.get(country_body(place, bodies["country"]))
    key = f"{place.id}_{bodies[place.kind]}"
    return issuers.get(key) or issuers.get(f"other:{key}")


def _inside(hit: Hit, outer: Hit) -> bool:
    """Whether a name begins within another and is not that name with more words."""
    return outer.start <= hit.start < outer.end and (outer.start < hit.start or hit.end <= outer.end)


def _shared(hits: Iterable[Hit]) -> dict[tuple[int, int], list[Hit]]:
    """The names that stand for several bodies."""
    by_span: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        if isinstance(hit.meaning, Issuer):
            by_span.setdefault((hit.start, hit.end), []).append(hit)
    return {span: same for span, same in by_span.items() if len({hit.meaning.id for hit in same}) > 1}


def _of_country(same: Sequence[Hit], around: Surroundings, at: int) -> str:
    """Which of the bodies of one name is meant: that of the country that the document names, else the first of the register."""
    codes = frozenset(hit.meaning.jurisdiction.partition("-")[0] for hit in same)
    place = around.nearest(at, ("country",), codes) if len(codes) > 1 else None
    home = place.code.partition("-")[0] if place else ""
    return str(next((hit.meaning.id for hit in same if hit.meaning.jurisdiction.partition("-")[0] == home), same[0].meaning.id))
