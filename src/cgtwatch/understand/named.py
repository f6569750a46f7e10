"""Every authority, place, product and therapy that a text names, by what is the same in all languages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from cgtwatch.model.named import Mention
from cgtwatch.model.own_rules import OwnProduct
from cgtwatch.text.script import simplified
from cgtwatch.understand.fold import folding
from cgtwatch.understand.issuers import Issuer, Place
from cgtwatch.understand.lexicon import Hit, Lexicon, Pattern
from cgtwatch.understand.reading import apart, longest
from cgtwatch.understand.rules import Rules, Therapy
from cgtwatch.understand.tables import read

_MOST_NAMES = 12  # of one product; a longer row of the table holds several, of which each is only itself
_INTERNATIONAL = re.compile(r"[a-z]+ [a-z]+(?:leucel|temcel|vec)")  # a row with two such names holds two products


@dataclass(frozen=True, slots=True)
class _Product:
    """A name of a product: the word itself, and the row that its names in other scripts stand in."""

    word: str
    row: int | None
    latin: bool


class Names:
    """Looks names up in the rules; made once, safe to share."""

    def __init__(self, rules: Rules, own: Iterable[OwnProduct] = ()) -> None:
        self._rules = rules
        rows = read(files("cgtwatch.understand") / "data" / "products.tsv", ("names", "modalities"))
        groups = [*(row.words("names") for row in rows), *(product.words for product in own)]
        patterns = [Pattern(name, _product(name, number, group)) for number, group in enumerate(groups) for name in group]
        self._products = Lexicon(patterns, folding(simplified()))

    def __call__(self, text: str) -> tuple[Mention, ...]:
        """The names in `text`, in their order; of those inside each other only the longest."""
        hits = self._rules.lexicon.find(text)
        products = apart(longest(self._products.find(text)))
        named = longest([hit for hit in hits if isinstance(hit.meaning, Issuer | Place)])
        therapies = longest([hit for hit in hits if isinstance(hit.meaning, Therapy) and hit.meaning.strong])
        spoken = [hit for hit in therapies if not any(hit.start < one.end and one.start < hit.end for one in products)]
        return tuple(sorted((self._mention(group) for group in _groups([*named, *products, *spoken])), key=lambda one: one.start))

    def _mention(self, hits: list[Hit]) -> Mention:
        """One name with everything that it can stand for."""
        kind, ids, beside = "", set[str](), set[str]()
        for hit in hits:
            meaning = hit.meaning
            if isinstance(meaning, Issuer):
                kind = "body"
                ids.add(meaning.id)
                beside |= {*self._above(meaning), meaning.jurisdiction.partition("-")[0]}
            elif isinstance(meaning, Place):
                kind = kind or "place"
                ids.add(meaning.code.partition("-")[0])
            elif isinstance(meaning, _Product):
                kind = "product"
                ids |= {meaning.word, f"{meaning.row} {meaning.latin}"} if meaning.row is not None else {meaning.word}
                beside |= {f"{meaning.row} {not meaning.latin}"} if meaning.row is not None else set()
            else:
                kind = "therapy"
                ids |= {str(one) for one in meaning.modalities}
        return Mention(hits[0].start, hits[0].end, kind, frozenset(ids), frozenset(beside - {""}))

    def _above(self, issuer: Issuer) -> Iterator[str]:
        """The bodies that `issuer` belongs to or is always named with."""
        seen: set[str] = set()
        yield issuer.beside
        while issuer.parent and issuer.parent not in seen and issuer.parent in self._rules.issuers:
            yield issuer.parent
            seen.add(issuer.parent)
            issuer = self._rules.issuers[issuer.parent]


def _product(name: str, number: int, group: tuple[str, ...]) -> _Product:
    one = len(group) <= _MOST_NAMES and sum(_INTERNATIONAL.fullmatch(other) is not None for other in group) < 2
    code = any(sign.isdigit() for sign in name)  # a code is the maker's own and has no other script
    return _Product(name.casefold().strip("=*"), number if one and not code else None, name.lstrip("=").isascii())


def _groups(hits: Iterable[Hit]) -> Iterator[list[Hit]]:
    """The hits by stretch and kind: one spelling may name several bodies."""
    found: dict[tuple[int, int, bool], list[Hit]] = {}
    for hit in hits:
        found.setdefault((hit.start, hit.end, isinstance(hit.meaning, Issuer | Place)), []).append(hit)
    yield from found.values()
