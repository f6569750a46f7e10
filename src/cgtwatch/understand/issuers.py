"""The register of authorities and territories: ids, names in both languages, former names, level, and where they stand."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from typing import NamedTuple

from cgtwatch.errors import ConfigError
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import Level
from cgtwatch.understand.tables import Row, read

LOCAL = ("province", "municipality", "city", "county", "district")  # kinds of places of the mainland
ZH, EN = "{zh}", "{en}"  # where a name of the place stands in a template
ROLES = ("", "payer", "parliament", "funder", "court", "society")
_COUNTRIES = ("country", "sar")
_MEANT = {"regulator": "regulator", "health": "moh", "gov": "gov", "parliament": "parliament", "court": "courts"}
_CANONICAL_CITY = "sz"  # Shenzhen has issuer ids of its own, like a province


@dataclass(frozen=True, slots=True)
class Place:
    """A territory, with who acts there where a document names only the place."""

    code: str
    kind: str
    id: str
    zh: str
    en: str
    names: tuple[str, ...]
    approves: str = ""
    clears: str = ""
    plans: str = ""
    zone: str = ""  # IANA time zone, whose dates are written in figures as usual there
    meant: Mapping[str, str] = field(
        default_factory=dict
    )  # of a country: who is meant by its regulator, moh, gov, parliament, courts

    @property
    def chinese_local(self) -> bool:
        """Whether it is a province, city or district of the mainland."""
        return self.kind in LOCAL


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority. `beside` is another one that is always named with it (a centre that acts in its agency's name).

    `templates` and `place`: of a body that every place of its kind has, whose names are those of the place within templates.
    """

    id: str
    level: Level
    jurisdiction: str
    names: Names
    spellings: tuple[str, ...]
    parent: str = ""
    beside: str = ""
    role: str = ""  # of those whose acts are of one kind: payer, parliament, funder, court
    templates: tuple[str, ...] = ()
    place: Place | None = None


class Gazetteer:
    """The places by what documents tell them by: their code, and their name in an address."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.tops: dict[str, Place] = {}  # countries, provinces and municipalities by code
        self._local: dict[str, list[Place]] = {}
        for place in places:
            if place.kind in _COUNTRIES or place.kind in ("province", "municipality"):
                self.tops.setdefault(place.code, place)
            if place.chinese_local:
                for label in {place.id, place.en.lower()}:
                    self._local.setdefault(label, []).append(place)

    def labelled(self, labels: Iterable[str], kinds: Collection[str]) -> Place | None:
        """The place of the mainland, of one of `kinds`, that a part of a host's name is called after."""
        return next((place for label in labels for place in self._local.get(label, ()) if place.kind in kinds), None)


class _Body(NamedTuple):
    """A body that a place has after a row of the table, not made yet."""

    place: Place
    row: Row
    templates: tuple[str, ...]


class Register(Mapping[str, Issuer]):
    """All authorities by id. The bodies that every place has are made when they are first asked for: most never are."""

    def __init__(self) -> None:
        self._found: dict[str, Issuer | _Body] = {}
        self._centres: dict[str, Issuer] = {}

    def __getitem__(self, key: str) -> Issuer:
        found = self._found[key]
        if isinstance(found, _Body):
            found = self._found[key] = _body(key, found)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def keep(self, issuer: Issuer) -> None:
        """Takes an authority in, in the place of one with the same id."""
        self._found[issuer.id] = issuer
        if issuer.beside:
            self._centres.setdefault(issuer.beside, issuer)

    def offer(self, key: str, place: Place, row: Row, templates: tuple[str, ...]) -> None:
        """Takes in the body of `place` after `row` where its id is new."""
        self._found.setdefault(key, _Body(place, row, templates))

    def centre_of(self, agency: str) -> Issuer | None:
        """The centre that acts in an agency's name."""
        return self._centres.get(agency)

    def spellings(self) -> Iterator[tuple[Issuer, str]]:
        """Every name that is written out in the table, with whom it names."""
        for issuer in self._found.values():
            if isinstance(issuer, Issuer):
                yield from ((issuer, name) for name in dict.fromkeys(issuer.spellings))

    def bodies(self) -> Iterator[tuple[str, Place, tuple[str, ...]]]:
        """The id, the place and the templates of every body that is named after its place."""
        for key, body in self._found.items():
            if body.templates and body.place is not None:
                yield key, body.place, body.templates


def read_places(file: Traversable) -> tuple[Place, ...]:
    """The territories of the table. Raises ConfigError for a malformed one."""
    columns = ("code", "kind", "id", "zh", "en", "names", "approves", "clears", "plans", "zone", *_MEANT)
    return tuple(
        Place(
            row["code"],
            row["kind"],
            row["id"],
            row["zh"],
            row["en"],
            row.words("names"),
            row["approves"],
            row["clears"],
            row["plans"],
            row["zone"],
            {suffix: row[column] for column, suffix in _MEANT.items() if row[column]},
        )
        for row in read(file, columns)
    )


def read_bodies(file: Traversable) -> tuple[Row, ...]:
    """The rows of the table of bodies that every place of a kind has."""
    return read(file, ("suffix", "for", "canonical", "zh", "en", "names", "role", "called"))


def read_issuers(register: Traversable, bodies: Traversable, places: tuple[Place, ...]) -> Register:
    """All authorities by id: the register's own, and the bodies that every place has."""
    found = Register()
    for row in read(register, ("id", "level", "jurisdiction", "zh", "en", "parent", "names", "role")):
        if row["id"] in found:
            raise ConfigError([f"{row.where}: id: {row['id']} stands twice"])
        found.keep(_issuer(row))
    templates = read_bodies(bodies)
    names = {row.where: row.words("names") for row in templates}
    by_kind: dict[str, list[Row]] = {}
    for place in places:
        if place.kind not in by_kind:
            by_kind[place.kind] = [row for row in templates if has(place.kind, row)]
        if place.kind in _COUNTRIES:
            _of_country(found, place, by_kind[place.kind], names)
            continue
        for row in by_kind[place.kind]:
            found.offer(_body_id(place, row.cells), place, row, names[row.where])
    return found


def _of_country(found: Register, place: Place, rows: Sequence[Row], names: dict[str, tuple[str, ...]]) -> None:
    """Adds what a country calls its bodies by: one body may be meant by several of the rows, such as a ministry that also approves."""
    meant: dict[str, list[Row]] = {}
    for row in rows:
        meant.setdefault(country_body(place, row["suffix"]), []).append(row)
    for key, same in meant.items():
        where = " ".join(row.where for row in same)
        if where not in names:  # the same tuple for every country, by whose identity the templates are known
            names[where] = tuple(dict.fromkeys(name for row in same for name in names[row.where]))
        known = found.get(key)
        if known is None:
            level = Level.PROVINCIAL if place.kind == "sar" else Level.NATIONAL
            called = Names(same[0]["zh"].replace(ZH, place.zh), same[0]["en"].replace(EN, place.en))
            known = Issuer(key, level, place.code, called, (), role=same[0]["role"])
        if known.place is None:
            found.keep(replace(known, templates=names[where], place=place))


def country_body(place: Place, suffix: str) -> str:
    """The id of who is meant by the regulator, the ministry of health … of a country."""
    if suffix == "regulator":
        return place.meant.get(suffix) or place.approves or country_body(place, "moh")
    return place.meant.get(suffix) or f"other:{place.id}_{suffix}"


def register_names(issuers: Mapping[str, Issuer]) -> Iterator[tuple[Issuer, str]]:
    """Every spelling with whom it names."""
    for issuer in issuers.values():
        of_place = (name for template in issuer.templates for name in filled(template, issuer.place))
        for name in dict.fromkeys((*issuer.spellings, *of_place)):
            yield issuer, name


def filled(template: str, place: Place | None) -> Iterator[str]:
    """The template with each name of the place that fits it."""
    for stem in stems(place, chinese=ZH in template) if place else ():
        yield template.replace(ZH, stem).replace(EN, "") if ZH in template else template.replace(EN, stem)


def stems(place: Place, *, chinese: bool) -> tuple[str, ...]:
    """The names of a place that stand for `{zh}`, or for `{en}`."""
    if chinese:
        return tuple(sorted({place.zh, *(n for n in place.names if not n.isascii() and len(n) > 1)}))
    return tuple(sorted({place.en, *(n for n in place.names if n.isascii())})) if place.en else ()


def _issuer(row: Row) -> Issuer:
    parent = row["parent"]
    try:
        level = Level(row["level"])
    except ValueError:
        raise ConfigError([f"{row.where}: level: {row['level']!r} is unknown"]) from None
    beside = parent[1:] if parent.startswith("+") else ""
    names, spellings = Names(row["zh"], row["en"]), row.words("names")
    if row["role"] not in ROLES:
        raise ConfigError([f"{row.where}: role: {row['role']!r} is unknown"])
    return Issuer(row["id"], level, row["jurisdiction"], names, spellings, parent.lstrip("+"), beside, row["role"])


def has(kind: str, row: Row) -> bool:
    """Whether a place of `kind` has the body of `row`."""
    wanted = row.names("for")
    if kind == "municipality":
        return "municipality" in wanted or "province" in wanted
    if kind == "province":
        return "province" in wanted or "mainprovince" in wanted
    if kind == "county":
        return "district" in wanted
    return kind in wanted


def _body_id(place: Place, cells: Mapping[str, str]) -> str:
    """The id of the body of `place`. Canonical bodies of provinces and Shenzhen carry the ids of the taxonomy."""
    own = cells["canonical"] == "yes" and (place.kind in ("province", "municipality") or place.id == _CANONICAL_CITY)
    if own:
        return f"{'gz' if place.id == 'gzp' else place.id}_{cells['suffix']}"
    return f"other:{place.id}_{cells['suffix']}"


def _body(key: str, body: _Body) -> Issuer:
    place, row, templates = body
    level = Level.PROVINCIAL if place.kind in ("province", "municipality", "state") else Level.MUNICIPAL
    names = Names(row["zh"].replace(ZH, place.zh), row["en"].replace(EN, place.en))
    return Issuer(key, level, place.code, names, (), role=row["role"], templates=templates, place=place)
