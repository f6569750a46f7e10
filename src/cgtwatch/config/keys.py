"""The keys of sources.yaml: what each may hold, and which kinds of source it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from cgtwatch.config import asked, checks
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError, read_keys
from cgtwatch.config.paging import paging_rule, read_paging
from cgtwatch.config.records import read_api
from cgtwatch.config.rules import read_detail, read_folder, read_list, read_page, read_sitemap
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Scalar, truth, what
from cgtwatch.model.source import FirstLook, Kind, Names
from cgtwatch.model.taxonomy import Level

_INTERVAL = checks.duration(timedelta(seconds=1), timedelta(days=366))
_LARGEST_RECORDS = 20_000_000  # bytes; whole files of records are larger than pages: 15.7 MB were measured
_TITLES = frozenset({"zh", "en"})
_SYNONYMS = {
    "rss": "feed",
    "atom": "feed",
    "html": "list",
    "html_list": "list",
    "json": "api",
    "json_api": "api",
    "dir": "folder",
}


def both_names(node: Node, spot: Spot) -> Names:
    """A name in Chinese and English, or one for both."""
    if not isinstance(node, Map):
        both = checks.text(node, spot)
        return Names(zh=both, en=both)
    found = read_keys(node, Shape({"zh": checks.text, "en": checks.text}), spot)
    if not found and not node.pairs.keys() & _TITLES:
        raise WrongError("holds neither zh nor en; write {zh: …, en: …} or a plain text")
    one = found.get("zh") or found.get("en") or ""
    return Names(zh=found.get("zh", one), en=found.get("en", one))


def _known_word(known: frozenset[str], node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found in known:
        return found
    meant = _SYNONYMS.get(found, found)
    hint = f" (did you mean {meant!r}?)" if meant != found else did_you_mean(found, known)
    raise WrongError(f"{shown(found)} is not known{hint}; known: {', '.join(sorted(known))}")


def _kind(node: Node, spot: Spot) -> Kind:
    return Kind(_known_word(spot.ledger.known.kinds & {kind.value for kind in Kind}, node, spot))


def _via(node: Node, spot: Spot) -> str:
    return _known_word(spot.ledger.known.vias - {"folder"}, node, spot)


def _every(node: Node, spot: Spot) -> tuple[timedelta, bool]:
    """The interval, and whether it is kept exactly."""
    if isinstance(node, Map):
        found = read_keys(node, Shape({"exactly": _INTERVAL}, required=("exactly",)), spot)
        return found.get("exactly", timedelta()), True
    return _INTERVAL(node, spot), False


def _verify(node: Node, spot: Spot) -> bool | str:
    value = truth(node)
    if value is not None:
        return value
    bundle = checks.beside(node, spot)
    if not bundle.is_file():
        raise WrongError(f"{shown(str(bundle))} is no file; write true, false or the path of a PEM bundle, relative to this file")
    return str(bundle)


def level(node: Node, spot: Spot) -> Level:
    """How high an authority stands."""
    return Level(checks.one_of(Level)(node, spot))


def _first_look(node: Node, spot: Spot) -> FirstLook:
    return FirstLook(checks.one_of(FirstLook)(node, spot))


def _user_agent(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if not found.isascii():
        raise WrongError(f"{shown(found)} holds letters beyond ASCII; write a plain product name")
    return found


OPTIONAL: Mapping[str, Check] = {
    "name": both_names,
    "via": _via,
    "enabled": checks.flag,
    "issuer": checks.issuer,
    "jurisdiction": checks.jurisdiction,
    "level": level,
    "language": checks.language,
    "confidence": checks.one_of(("high", "medium", "low")),
    "timezone": checks.timezone,
    "every": _every,
    "timeout": checks.duration(timedelta(milliseconds=100), timedelta(minutes=10)),
    "gap": checks.duration(timedelta(), timedelta(hours=1)),
    "connections": checks.count(1, 16),
    "max_bytes": checks.size(1024, 512 << 20),
    "robots": checks.one_of(("obey", "ignore")),
    "first_look": _first_look,
    "must_match": checks.text,
    "encoding": checks.encoding,
    "headers": asked.headers,
    "cookies": asked.cookies,
    "proxy": asked.proxy,
    "user_agent": _user_agent,
    "verify": _verify,
    "alternates": checks.each(checks.url),
    "terms": asked.terms,
    "hints": checks.each(checks.hint),
    "preload": asked.preload,
    "bridge": asked.bridge,
    "detail": read_detail,
}
PARTS: Mapping[str, Mapping[Kind, Check]] = {
    "list": {Kind.LIST: read_list},
    "api": {kind: read_api(kind) for kind in (Kind.API, Kind.LIST, Kind.FEED)},
    "paging": {kind: read_paging(kind) for kind in (Kind.LIST, Kind.API)},
    "page": {Kind.PAGE: read_page},
    "sitemap": {Kind.SITEMAP: read_sitemap},
    "folder": {Kind.FOLDER: read_folder},
}
_NEEDS = {Kind.LIST: ("list", "list.item"), Kind.API: ("api", "api"), Kind.FOLDER: ("folder", "folder.path")}


def _passed(node: Node, spot: Spot) -> str:
    """What was looked at before a source is read: its kind by itself, its platform when it was merged."""
    del spot
    return node.text if isinstance(node, Scalar) else ""


@cache
def shape_of(kind: Kind | None) -> Shape:
    """The keys of a source of this kind; where the kind is not known, each part is read as the first kind that has it."""
    parts = {name: by_kind.get(kind) if kind else next(iter(by_kind.values())) for name, by_kind in PARTS.items()}
    elsewhere = {
        name: f"belongs to kind: {' or '.join(PARTS[name])}, and this source is {'an' if kind is Kind.API else 'a'} {kind}; take one of them away"
        for name, check in parts.items()
        if check is None
    }
    keys: dict[str, Check] = {"id": checks.slug, "kind": _kind, "platform": _passed, "url": checks.url, **OPTIONAL}
    keys |= {name: check for name, check in parts.items() if check is not None}
    if kind is Kind.FOLDER:
        keys.pop("url")
        elsewhere["url"] = "does not go with kind: folder; write folder: {path: …} only"
    return Shape(keys, required=("id", "kind"), elsewhere=elsewhere)


SOURCE = shape_of(None)
_NOT_SHARED = {"id", "kind", "url", "platform"}


@cache
def shape_of_defaults(kind: Kind | None) -> Shape:
    """The keys of `defaults` as a source of this kind takes them; what belongs to other kinds is passed over."""
    own = {name: check for name, check in shape_of(kind).keys.items() if name not in _NOT_SHARED}
    others: dict[str, Check] = dict.fromkeys(PARTS.keys() - own.keys(), _nothing)
    return Shape({**own, **others}, elsewhere={"platform": "a source names its family itself; take it away here"})


def _nothing(node: Node, spot: Spot) -> None:
    """A part of another kind."""
    del node, spot


def kind_of(node: Map, known: frozenset[str]) -> Kind | None:
    """The kind that a source says it is, None where it does not say one that can be read."""
    pair = node.pairs.get("kind")
    word = pair[1].text.strip() if pair and isinstance(pair[1], Scalar) else ""
    return Kind(word) if word in known and word in set(Kind) else None


def lacking(kind: Kind | None, values: Mapping[str, Any], node: Map, spot: Spot) -> None:
    """Notes what a source of this kind must have and has not."""
    if kind is None:
        return
    part, field = _NEEDS.get(kind, ("", ""))
    if part and part not in values and part not in node.pairs:
        spot.at(field).wrong(node.line, f"is missing; kind: {kind} needs it")
    if kind is not Kind.FOLDER and "url" not in node.pairs:
        spot.at("url").wrong(node.line, f"is missing; kind: {kind} needs it")


def folded(values: dict[str, Any]) -> dict[str, Any]:
    """The values by the fields of `Source`: what one key says of several fields, or two keys of one, takes its place."""
    out = {name: value for name, value in values.items() if value is not None}
    for key, fold in _FOLDS.items():
        if key in out:
            fold(out)
    if out["kind"] is Kind.FOLDER:
        out |= {"via": "folder", "url": ""}
    if out["kind"] is Kind.API:
        out.setdefault("max_bytes", _LARGEST_RECORDS)
    out.setdefault("name", Names(zh=out["id"], en=out["id"]))
    return out


def _fold_every(out: dict[str, Any]) -> None:
    out["every"], out["exactly"] = out["every"]


def _fold_api(out: dict[str, Any]) -> None:
    out["request"], out["api"] = out["api"]


def _fold_cookies(out: dict[str, Any]) -> None:
    if not isinstance(out["cookies"], bool):
        out["cookie"] = out.pop("cookies")


def _fold_paging(out: dict[str, Any]) -> None:
    """A next link is part of the rule of a list; records have their paging apart."""
    found = out.pop("paging")
    if found["by"] == "next" and out["kind"] is Kind.LIST:
        out["list"] = replace(out["list"], next=found["next"], max_pages=found.get("max_pages", 5))
    else:
        out["paging"] = paging_rule(found, out.get("request"))


_FOLDS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "every": _fold_every,
    "api": _fold_api,
    "cookies": _fold_cookies,
    "paging": _fold_paging,
}


def described(node: Node) -> str:
    """The id that a source gives itself, for messages; `(no id)` where it has none that can be shown."""
    pair = node.pairs.get("id") if isinstance(node, Map) else None
    if pair is None or not isinstance(pair[1], Scalar) or not pair[1].text.strip():
        return "(no id)" if isinstance(node, Map) else f"({what(node)})"
    text = pair[1].text.strip()
    return text if text.isprintable() and len(text) <= 80 else shown(text)
