"""The rules as loaded from the data files: what every word means, who the authorities are, and one version over all of it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from cgtwatch.errors import ConfigError
from cgtwatch.model.source import Names
from cgtwatch.model.taxonomy import DocType, Modality, Stage
from cgtwatch.text.script import script_table, simplified
from cgtwatch.understand.called import called_patterns
from cgtwatch.understand.compounds import Compounds
from cgtwatch.understand.fold import folding
from cgtwatch.understand.heads import HeadTable, read_heads
from cgtwatch.understand.issuers import Gazetteer, Issuer, Place, Register, read_bodies, read_issuers, read_places
from cgtwatch.understand.lexicon import Lexicon, Pattern
from cgtwatch.understand.steps import StepTable, read_steps
from cgtwatch.understand.tables import Row, read
from cgtwatch.understand.topics import Topics

_SCOPES = ("span", "document", "strong", "tender")


@dataclass(frozen=True, slots=True)
class Therapy:
    """A word for a therapy or the name of a product."""

    modalities: tuple[Modality, ...]
    strong: bool
    generic: bool = False
    product: bool = False


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A word that looks like a therapy and is none; `scope` says how far it speaks.

    What `claims` to be a therapy is a matter of policy where an authority acts against it.
    """

    scope: str
    why: str
    claims: Modality | None = None


@dataclass(frozen=True, slots=True)
class NamedAct:
    """A law, guideline or programme known by name."""

    cgt: bool
    modalities: tuple[Modality, ...]
    doc_type: DocType
    jurisdiction: str
    issuers: tuple[str, ...]
    news: float


@dataclass(frozen=True, slots=True)
class Sign:
    """What tells an authority that is not named, of every kind of act or of `kinds`.

    `strength`: "firm" as surely as its name, "usual" so unless the title names another country, "hint" where nothing else tells.
    """

    jurisdiction: str
    issuers: tuple[str, ...]
    strength: str
    kinds: tuple[DocType, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that speaks for (weight > 0) or against (weight < 0) an act of an authority."""

    weight: float
    doc_type: DocType | None
    type_weight: float
    stage: Stage | None
    mark: str


@dataclass(frozen=True, slots=True)
class Default:
    """Who acts where a document names nobody."""

    jurisdiction: str
    issuers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """What a user adds: authorities, further names of known ones by id, and words with their meaning."""

    version: str = ""
    issuers: tuple[Issuer, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the understanding knows. `version` is a hash of the data files, and of a user's own rules where there are any."""

    version: str
    lexicon: Lexicon
    issuers: Register
    places: tuple[Place, ...]
    gazetteer: Gazetteer  # of `places`
    defaults: Mapping[tuple[str, str], Default]  # by language and mark, or by country and kind of act
    weights: Mapping[str, float]  # of what policy.features finds
    heads: Mapping[str, HeadTable]  # by script
    steps: Mapping[str, StepTable]  # by script
    hosts: Mapping[str, str]  # whose site it is: authorities by host
    topics: Topics | None = None  # of the user's own

    def country(self, code: str) -> Place | None:
        """The country of a territory code such as `CN-GD` or `CN`."""
        return self.gazetteer.tops.get(code.partition("-")[0])


def load(folder: Traversable | None = None, extra: Extra = Extra()) -> Rules:
    """The rules in `folder`, by default the shipped ones, with `extra`. Raises ConfigError with file and line of every mistake."""
    shipped = folder is None
    folder = folder or files("cgtwatch.understand") / "data"
    places = read_places(folder / "places.tsv")
    issuers = read_issuers(folder / "issuers.tsv", folder / "bodies.tsv", places)
    for issuer in extra.issuers:
        issuers.keep(issuer)
    patterns: list[Pattern] = [*extra.patterns, *(Pattern(word, issuers[name]) for name, word in extra.spellings)]
    patterns += _patterns(read(folder / "terms.tsv", ("terms", "modalities", "strength")), "terms", _therapy)
    patterns += _patterns(read(folder / "products.tsv", ("names", "modalities")), "names", _product)
    patterns += _patterns(read(folder / "lookalikes.tsv", ("terms", "scope", "why")), "terms", _lookalike)
    patterns += _patterns(
        read(folder / "acts.tsv", ("names", "cgt", "modalities", "doc_type", "jurisdiction", "issuers", "news")), "names", _act
    )
    patterns += _patterns(
        read(folder / "cues.tsv", ("terms", "weight", "doc_type", "type_weight", "stage", "mark")), "terms", _cue
    )
    patterns += _patterns(read(folder / "signs.tsv", ("names", "jurisdiction", "issuers", "strength", "kinds")), "names", _sign)
    table = folding(simplified())
    compounds = Compounds(issuers, table)
    patterns += [Pattern(name, issuer) for issuer, name in issuers.spellings()]
    patterns += [Pattern(name, body) for body, name in compounds.spelled]
    patterns += called_patterns(read_bodies(folder / "bodies.tsv"))
    patterns += [Pattern(name, place) for place in places for name in (place.zh, place.en, *place.names) if name]
    defaults = {
        (row["lang"], row["mark"]): Default(row["jurisdiction"], row.names("issuers"))
        for row in read(folder / "defaults.tsv", ("lang", "mark", "jurisdiction", "issuers"))
    }
    weights = {row["feature"]: row.number("weight") for row in read(folder / "weights.tsv", ("feature", "weight"))}
    rows = read(folder / "heads.tsv", ("script", "pattern", "doc_type", "stage", "weight", "mark"))
    heads = read_heads(rows, simplified(), trusted=shipped)
    rows = read(folder / "steps.tsv", ("script", "zone", "stage", "kinds", "pattern"))
    steps = read_steps(rows, simplified(), trusted=shipped)
    _check_issuers(patterns, defaults, issuers)
    return Rules(
        _version(folder) + (f"+{extra.version}" if extra.version else ""),
        Lexicon(patterns, table, compounds),
        issuers,
        places,
        Gazetteer(places),
        defaults,
        weights,
        heads,
        steps,
        {row["host"]: row["issuer"] for row in read(folder / "hosts.tsv", ("host", "issuer"))},
    )


@cache
def issuer_ids() -> frozenset[str]:
    """The ids of the shipped register, without the cost of loading all rules."""
    folder = files("cgtwatch.understand") / "data"
    return frozenset(read_issuers(folder / "issuers.tsv", folder / "bodies.tsv", read_places(folder / "places.tsv")))


def issuer_names(rules: Rules) -> Mapping[str, Names]:
    """The names of every authority by id."""
    return {key: issuer.names for key, issuer in rules.issuers.items()}


def _patterns(rows: Iterable[Row], column: str, meaning: Callable[[Row], object]) -> list[Pattern]:
    patterns: list[Pattern] = []
    problems: list[str] = []
    for row in rows:
        try:
            what = meaning(row)
        except ValueError as error:
            problems.append(f"{row.where}: {error}")
            continue
        words = row.words(column)
        if not words or any(not word.strip("=*") for word in words):
            problems.append(f"{row.where}: {column}: an empty word")
        patterns += [Pattern(word, what) for word in words]
    if problems:
        raise ConfigError(problems)
    return patterns


def _therapy(row: Row) -> Therapy:
    if row["strength"] not in ("strong", "generic", "weak"):
        raise ValueError(f"strength: {row['strength']!r} is none of strong, generic, weak")
    return Therapy(tuple(Modality(m) for m in row.names("modalities")), row["strength"] != "weak", row["strength"] == "generic")


def _product(row: Row) -> Therapy:
    return Therapy(tuple(Modality(m) for m in row.names("modalities")), strong=True, product=True)


def _lookalike(row: Row) -> Lookalike:
    scope, _, claims = row["scope"].partition(" claiming ")
    if scope not in _SCOPES:
        raise ValueError(f"scope: {scope!r} is none of {', '.join(_SCOPES)}")
    return Lookalike(scope, row["why"], Modality(claims) if claims else None)


def _act(row: Row) -> NamedAct:
    modalities = tuple(Modality(m) for m in row.names("modalities"))
    return NamedAct(
        row["cgt"] == "yes", modalities, DocType(row["doc_type"]), row["jurisdiction"], row.names("issuers"), row.number("news")
    )


def _sign(row: Row) -> Sign:
    if row["strength"] not in ("firm", "usual", "hint"):
        raise ValueError(f"strength: {row['strength']!r} is none of firm, usual, hint")
    kinds = tuple(DocType(kind) for kind in row.names("kinds"))
    return Sign(row["jurisdiction"], row.names("issuers"), row["strength"], kinds)


def _cue(row: Row) -> Cue:
    return Cue(
        row.number("weight"),
        DocType(row["doc_type"]) if row["doc_type"] else None,
        row.number("type_weight"),
        Stage(row["stage"]) if row["stage"] else None,
        row["mark"],
    )


def _check_issuers(
    patterns: Iterable[Pattern], defaults: Mapping[tuple[str, str], Default], issuers: Mapping[str, Issuer]
) -> None:
    named = [p.meaning.issuers for p in patterns if isinstance(p.meaning, NamedAct | Sign)] + [
        d.issuers for d in defaults.values()
    ]
    unknown = sorted({one for group in named for one in group if one not in issuers})
    if unknown:
        raise ConfigError(
            [f"issuers.tsv: {one} is used by acts.tsv, signs.tsv or defaults.tsv, and is not in the register" for one in unknown]
        )


def _version(folder: Traversable) -> str:
    digest = hashlib.sha256()
    read_from = [script_table(), *(file for file in folder.iterdir() if file.name.endswith(".tsv"))]
    for file in sorted(read_from, key=lambda f: f.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
