"""Whether a translation may be shown: it must not hold a number, day, authority, product or order that its source does not hold."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from cgtwatch.model.named import Mention
from cgtwatch.text.clean import one_line
from cgtwatch.translate.ask import ORDERS, Text
from cgtwatch.translate.facts import Day, Facts, facts, plain

Names = Callable[[str], Sequence[Mention]]

_MARKUP = re.compile(r"[<>{}\\`|]|&[a-z#0-9]+;|\]\(|\*\*|__|^\s*[#>]", re.IGNORECASE)
_LINK = re.compile(
    r"https?:|www\.|://|[\w.+-]+@[\w-]+\.|(?<![\w.])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|cn|gov|edu|eu|io|info|xyz|top|ru|de|uk|jp|kr|us)\b",
    re.IGNORECASE,
)
_HAN, _LATIN = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]")
_OTHER = re.compile("[\u3040-\u30ff\uac00-\ud7a3\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_SENTENCE = re.compile(r"[。！？!?]|(?<!\bNo)(?<!\b[A-Z])\.(?=\s|$)")
_MOST_SENTENCES, _LONGEST_TITLE, _LONGEST_SUMMARY = 3, 400, 600  # a summary may hold an abbreviation's full stop
_ACRONYM = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z&]+(?:s)?(?![A-Za-z])")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
_SUBSTANCE = re.compile(
    r"(?<![a-z])[a-z]*(?:leucel|temcel|remcel|parvovec|repvec|[a-z]{3}mab|tinib|[a-z]{3}-cel|(?!cancel|parcel)[a-z]{4,}cel)(?![a-z])|[\u4e00-\u9fff]{1,6}(?:仑赛|托赛|单抗|替尼)"
)
_BODY_WORD = (
    r"Administration|Agency|Ministry|Commission|Authority|Department|Bureau|Council|Congress|Parliament|Committee|Senate|Directorate|"
    r"Institute|Institutes|Court|Academy"
)
_BODY = re.compile(
    rf"(?:\b[A-Z][\w&'-]+\s+(?:(?:of|for|and|the|on)\s+|[A-Z][\w&'-]+\s+)*(?:{_BODY_WORD})\b|\b(?:{_BODY_WORD})\s+(?:of|for|on)\s+(?:the\s+)?[A-Z]\w+)"
    r"|[\u4e00-\u9fff]{2,10}?(?:管理局|监督局|总局|总署|管理署|药监局|卫健委|委员会|研究院|科学院|检察院|法院|国务院|科技部|卫生部)"
)
_SHINGLE = 6  # words of our own orders in a row


def suspicious(text: Text) -> bool:
    """Whether a source speaks to a language model: such a text is not asked about at all."""
    return _ordering(text.whole)


def refusal(source: Text, answer: Text, language: str, names: Names) -> str:
    """Why `answer` is not believed to be `source` in `language` (zh or en), in a few words; empty where it may be shown."""
    checks: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _form(source, answer),
        lambda: _script(answer, language),
        lambda: _echo(source, answer, language),
        lambda: _counted(source, answer),
        lambda: _named(source, answer, names),
        lambda: _kept(source, answer, names),
    )
    return next((why for check in checks for why in check()), "")


# --- what it looks like


def _form(source: Text, answer: Text) -> Iterator[str]:
    if not answer.title:
        yield "the title is empty"
    if bool(answer.summary) != bool(source.summary):
        yield "the summary is missing" if source.summary else "there is a summary where there is none to translate"
    for name, part, was, most in (
        ("title", answer.title, source.title, _LONGEST_TITLE),
        ("summary", answer.summary, source.summary, _LONGEST_SUMMARY),
    ):
        if len(part) > most or _weight(part) > 3 * _weight(was) + 40:
            yield f"the {name} is far longer than its source"
        if part != one_line(part):
            yield f"the {name} holds line breaks or hidden characters"
        if _MARKUP.search(part):
            yield f"the {name} holds markup"
        if _LINK.search(part):
            yield f"the {name} holds an address"
    if len(_SENTENCE.findall(answer.summary)) > _MOST_SENTENCES + len(_SENTENCE.findall(source.summary)):
        yield "the summary has more sentences than its source"


def _weight(text: str) -> int:
    """Length in Latin letters: a Han character carries about as much as three."""
    return len(text) + 2 * len(_HAN.findall(text))


def _script(answer: Text, language: str) -> Iterator[str]:
    for name, part in (("title", answer.title), ("summary", answer.summary)):
        han, latin = len(_HAN.findall(part)), len(_LATIN.findall(part))
        if part and (_OTHER.search(part) or (han * 3 < latin if language == "zh" else han > 0 or not latin)):
            yield f"the {name} is not in the language that was asked for"


def _echo(source: Text, answer: Text, language: str) -> Iterator[str]:
    if _ordering(answer.whole):
        yield "it speaks to or of a language model"
    ours, said = _shingles(ORDERS.format(language=language)), _shingles(answer.whole)
    if ours & said - _shingles(source.whole):
        yield "it repeats what was asked"
    if plain(answer.title) == plain(source.title) and len(source.title) > 20:
        yield "it repeats its source"


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}


def _ordering(text: str) -> bool:
    folded = plain(text)
    return any(pattern.search(folded) for pattern in _orders())


@cache
def _orders() -> tuple[re.Pattern[str], ...]:
    lines = (files("cgtwatch.translate") / "data" / "orders.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(line) for line in lines if line and not line.startswith("#"))


# --- what it counts


def _counted(source: Text, answer: Text) -> Iterator[str]:
    has, says = facts(source.whole, generous=True), facts(answer.whole, generous=False)
    for day in says.days:
        if not any(_same_day(day, one) for one in has.days):
            yield f"the day {'-'.join(str(part or '?') for part in day)} is not in its source"
    for value, unit in says.quantities:
        if (value, unit) not in has.quantities:
            yield f"{value:f} ({unit}) is not in its source"
    for number in says.numbers - has.numbers:
        if int(number) not in has.years:
            yield f"the number {number:f} is not in its source"
    for year in says.years - has.years:
        if not any(number == year for number in has.numbers):
            yield f"the year {year} is not in its source"
    squeezed = re.sub(r"[-_\s]", "", plain(source.whole))
    yield from (f"{code} is not in its source" for code in says.codes if code not in squeezed)


def _same_day(said: Day, known: Day) -> bool:
    """Whether all that is said of a day stands in what is known of it."""
    return all(part is None or part == other for part, other in zip(said, known, strict=True))


# --- whom and what it names


def _named(source: Text, answer: Text, names: Names) -> Iterator[str]:
    there, here = names(source.whole), names(answer.whole)
    ids = {kind: _ids(there, kind) for kind in ("body", "place", "product", "therapy")}
    beside = {kind: frozenset().union(*(one.with_ids for one in there if one.kind == kind)) for kind in ("body", "product")}
    allowed = {
        "body": ids["body"] | beside["body"],
        "place": ids["place"] | beside["body"],
        "product": ids["product"] | beside["product"],
        "therapy": ids["therapy"] | ({"cgt_general"} if ids["therapy"] else frozenset()),
    }
    for one in here:
        if not one.ids & allowed[one.kind]:
            yield f"{answer.whole[one.start : one.end]!r} ({one.kind}) is not in its source"
    yield from _unknown_names(source, answer, there, here)


def _ids(mentions: Iterable[Mention], kind: str) -> frozenset[str]:
    return frozenset().union(*(one.ids for one in mentions if one.kind == kind))


def _unknown_names(source: Text, answer: Text, there: Sequence[Mention], here: Sequence[Mention]) -> Iterator[str]:
    """Names that no table knows: they must stand in the source, or as many of them."""
    rest, was = _blank(answer.whole, here), plain(source.whole)
    for word in _ACRONYM.findall(rest):
        if plain(word) not in was and not _short_for(word, was):
            yield f"{word!r} is not in its source"
    for found in _SUBSTANCE.finditer(plain(rest)):
        if found[0] not in was:
            yield f"{found[0]!r} (product) is not in its source"
    bodies = [found[0] for found in _BODY.finditer(_blank(answer.whole, _bodies(here))) if plain(found[0]) not in was]
    if len(bodies) > len(_BODY.findall(_blank(source.whole, _bodies(there)))):
        yield f"{bodies[0]!r} (body) is not in its source"
    if _HAN.search(answer.title):  # a Chinese text takes over Latin words, and makes none
        for word in _LATIN_WORD.findall(rest):
            if plain(word) not in was and not _short_for(word.upper(), was):
                yield f"{word!r} is not in its source"


def _bodies(mentions: Iterable[Mention]) -> list[Mention]:
    return [one for one in mentions if one.kind == "body"]


def _blank(text: str, mentions: Iterable[Mention]) -> str:
    letters = list(text)
    for one in mentions:
        letters[one.start : one.end] = " " * (one.end - one.start)
    return "".join(letters)


def _short_for(word: str, source: str) -> bool:
    long = _abbreviations().get(word)
    return long is not None and long.search(source) is not None


@cache
def _abbreviations() -> dict[str, re.Pattern[str]]:
    rows = (files("cgtwatch.translate") / "data" / "abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    table = [row.split("\t") for row in rows if not row.startswith("#")][1:]
    return {short: re.compile(long) for short, long in table}


# --- what it must not lose


def _kept(source: Text, answer: Text, names: Names) -> Iterator[str]:
    """A title that lost what its source says is the translation of something else."""
    has, says = facts(source.title, generous=False), facts(answer.title, generous=True)
    yield from _lost(has, says, plain(source.title), plain(answer.title))
    there, here = names(source.title), names(answer.title)
    for kind in ("product", "therapy", "body"):
        known = _ids(here, kind).union(*(one.with_ids for one in here if one.kind == kind))
        known |= frozenset().union(*(one.ids for one in here)) if kind == "body" else frozenset()
        wanted = [one for one in there if one.kind == kind]
        if wanted and not any((one.ids | one.with_ids) & known for one in wanted):
            first = wanted[0]
            yield f"{source.title[first.start : first.end]!r} ({kind}) of the title is lost"


def _lost(has: Facts, says: Facts, source: str, answer: str) -> Iterator[str]:
    squeezed = re.sub(r"[-_\s]", "", answer)
    if any(code not in squeezed for code in has.codes):
        yield "a code of the title is lost"
    figures = {int(figure) for figure in re.findall(r"(?<![\d.])\d{2,6}(?![\d.])", source)}
    told = {int(number) for number in says.numbers} | says.years | {part for day in says.days for part in day if part}
    told |= {int(figure) for figure in re.findall(r"\d+", answer)}
    if figures - told - {int(figure) for code in has.codes for figure in re.findall(r"\d+", code)}:
        yield "a number of the title is lost"
    if any(not any(_same_day(day, one) or _same_day(one, day) for one in says.days) for day in has.days):
        yield "a day of the title is lost"
