"""The keys of sources.yaml: what each may hold, and which kinds of source it belongs to."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cgtwatch.config import checks
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError, read_keys
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Scalar, truth, what
from cgtwatch.model.source import DetailMode, DetailRule, FirstLook, FolderRule, Kind, ListRule, Names, PageRule, Paging, Watch
from cgtwatch.model.taxonomy import Level

MOST_PAGES = 1000
_INTERVAL = checks.duration(timedelta(seconds=1), timedelta(days=366))
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
_NOT_YET: Mapping[str, frozenset[str]] = {
    "kind": frozenset({"api", "sitemap"}),
    "via": frozenset({"browser"}),
    "by": frozenset({"form", "offset", "cursor", "window"}),
}


def _name(node: Node, spot: Spot) -> Names:
    if not isinstance(node, Map):
        both = checks.text(node, spot)
        return Names(zh=both, en=both)
    found = read_keys(node, Shape({"zh": checks.text, "en": checks.text}), spot)
    if not found and not node.pairs.keys() & _TITLES:
        raise WrongError("holds neither zh nor en; write {zh: …, en: …} or a plain text")
    one = found.get("zh") or found.get("en") or ""
    return Names(zh=found.get("zh", one), en=found.get("en", one))


def _known_word(field: str, known: frozenset[str], node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found in known:
        return found
    meant = _SYNONYMS.get(found, found)
    if found in _NOT_YET[field] or meant in _NOT_YET[field]:
        raise WrongError(f"{found!r} is not read by this version; use {' or '.join(sorted(known))}, or take the source out")
    hint = f" (did you mean {meant!r}?)" if meant != found else did_you_mean(found, known)
    raise WrongError(f"{shown(found)} is not known{hint}; known: {', '.join(sorted(known))}")


def _kind(node: Node, spot: Spot) -> Kind:
    return Kind(_known_word("kind", spot.ledger.known.kinds & {kind.value for kind in Kind}, node, spot))


def _via(node: Node, spot: Spot) -> str:
    return _known_word("via", spot.ledger.known.vias - {"folder"}, node, spot)


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


def _list(node: Node, spot: Spot) -> ListRule:
    found = read_keys(node, LIST, spot)
    return ListRule(**{"item": "", **found})


def _paging(node: Node, spot: Spot) -> Paging | tuple[str, int]:
    """The rule; for `by: next` the expression of the next link and the number of pages, which become part of the list rule."""
    found = read_keys(node, PAGING, spot)
    by = found.get("by")
    needs = {"path": "path", "query": "param", "next": "next"}.get(by or "")
    if needs and needs not in found and isinstance(node, Map) and needs not in node.pairs:
        spot.at(needs).wrong(node.line, f"is missing; by: {by} needs it")
    for other in ("path", "param", "next"):
        if by and other in found and other != needs:
            spot.at(other).wrong(node.line, f"does not go with by: {by}; take it away")
    if by == "next":
        return found.get("next", ""), found.get("max_pages", 5)
    return Paging(**{"by": "path", **{key: value for key, value in found.items() if key != "next"}})


def _by(node: Node, spot: Spot) -> str:
    return _known_word("by", frozenset({"path", "query", "next"}), node, spot)


def _page_path(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found.count("{n}") != 1 or re.search(r"[{}]", found.replace("{n}", "")) or "\\" in found or re.search(r"\s", found):
        raise WrongError(f"{shown(found)} must hold {{n}} once, where the page's number stands; write index_{{n}}.html")
    return found


def _detail(node: Node, spot: Spot) -> DetailRule:
    if isinstance(node, Map):
        if not node.pairs:
            raise WrongError("is an empty mapping; write auto, none, or a mapping with body")
        return DetailRule(mode=DetailMode.RULE, **read_keys(node, DETAIL, spot))
    found = checks.text(node, spot)
    if found not in {"auto", "none"}:
        raise WrongError(
            f"{shown(found)} is not known{did_you_mean(found, ('auto', 'none'))}; write auto, none, or {{body: CSS}}"
        )
    return DetailRule(mode=DetailMode(found))


def _page(node: Node, spot: Spot) -> PageRule:
    return PageRule(**read_keys(node, PAGE, spot))


def _folder(node: Node, spot: Spot) -> FolderRule:
    return FolderRule(**{"path": "", **read_keys(node, FOLDER, spot)})


def _directory(node: Node, spot: Spot) -> str:
    found = checks.beside(node, spot)
    if found.exists() and not found.is_dir():
        raise WrongError(f"{shown(str(found))} is a file; name a directory, relative to this file")
    if not found.exists():
        spot.doubtful(node.line, f"{shown(str(found))} does not exist yet; make the directory")
    return str(found)


def _glob(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if found.startswith("/") or ".." in found.split("/"):
        raise WrongError(f"{shown(found)} leaves the folder; write a pattern such as *.txt")
    return found


def _watch(node: Node, spot: Spot) -> Watch:
    return Watch(checks.one_of(Watch)(node, spot))


def _level(node: Node, spot: Spot) -> Level:
    return Level(checks.one_of(Level)(node, spot))


def _first_look(node: Node, spot: Spot) -> FirstLook:
    return FirstLook(checks.one_of(FirstLook)(node, spot))


def _user_agent(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if not found.isascii():
        raise WrongError(f"{shown(found)} holds letters beyond ASCII; write a plain product name")
    return found


LIST = Shape(
    {
        **dict.fromkeys(("item", "title", "link", "date", "text", "next", "drop"), checks.expression),
        "date_format": checks.date_format,
        "max_pages": checks.count(1, MOST_PAGES),
    },
    required=("item",),
    unread=frozenset({"script"}),
)
PAGING = Shape(
    {
        "by": _by,
        "path": _page_path,
        "param": checks.text,
        "next": checks.expression,
        "start": checks.count(0, 1_000_000),
        "max_pages": checks.count(1, MOST_PAGES),
    },
    required=("by",),
    unread=frozenset({"size", "total"}),
)
DETAIL = Shape({**dict.fromkeys(("body", "title", "date", "attachments"), checks.expression), "date_format": checks.date_format})
PAGE = Shape({"part": checks.expression, "ignore": checks.each(checks.expression), "watch": _watch})
FOLDER = Shape({"path": _directory, "match": _glob}, required=("path",))

OPTIONAL: Mapping[str, Check] = {
    "name": _name,
    "via": _via,
    "enabled": checks.flag,
    "issuer": checks.issuer,
    "jurisdiction": checks.jurisdiction,
    "level": _level,
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
    "headers": checks.headers,
    "user_agent": _user_agent,
    "verify": _verify,
    "alternates": checks.each(checks.url),
    "list": _list,
    "paging": _paging,
    "detail": _detail,
    "page": _page,
    "folder": _folder,
}
UNREAD = frozenset({"cookies", "proxy", "terms", "preload", "api", "sitemap", "bridge", "platform"})
SOURCE = Shape({"id": checks.slug, "kind": _kind, "url": checks.url, **OPTIONAL}, required=("id", "kind"), unread=UNREAD)
DEFAULTS = Shape(OPTIONAL, unread=UNREAD)

BELONGS = {"list": Kind.LIST, "paging": Kind.LIST, "page": Kind.PAGE, "folder": Kind.FOLDER}
_NEEDS = {Kind.LIST: ("list", "list.item"), Kind.FOLDER: ("folder", "folder.path")}


def values_of_kind(own: dict[str, Any], defaults: Mapping[str, Any], node: Map, spot: Spot) -> dict[str, Any]:
    """A source's values with the defaults that fit its kind beneath; what its kind forbids or lacks is noted."""
    kind = own.get("kind")
    merged = {name: value for name, value in defaults.items() if BELONGS.get(name, kind) == kind}
    merged |= own
    if kind is None:
        return merged
    for name, (key, _) in node.pairs.items():
        if BELONGS.get(name, kind) != kind:
            spot.at(name).wrong(key.line, f"belongs to kind: {BELONGS[name]}, and this source is a {kind}; take one of them away")
    part, field = _NEEDS.get(kind, ("", ""))
    if part and part not in merged and part not in node.pairs:
        spot.at(field).wrong(node.line, f"is missing; kind: {kind} needs it")
    if kind is Kind.FOLDER and "url" in node.pairs:
        spot.at("url").wrong(node.pairs["url"][0].line, "does not go with kind: folder; write folder: {path: …} only")
    elif kind is not Kind.FOLDER and "url" not in node.pairs:
        spot.at("url").wrong(node.line, f"is missing; kind: {kind} needs it")
    return merged


def folded(values: dict[str, Any]) -> dict[str, Any]:
    """The values by the fields of `Source`: an exact interval and a next link given as paging take their places."""
    out = dict(values)
    if "every" in out:
        out["every"], out["exactly"] = out["every"]
    if isinstance(out.get("paging"), tuple):
        expression, pages = out.pop("paging")
        out["list"] = replace(out["list"], next=expression, max_pages=pages)
    if out["kind"] is Kind.FOLDER:
        out |= {"via": "folder", "url": ""}
    out.setdefault("name", Names(zh=out["id"], en=out["id"]))
    return out


def described(node: Node) -> str:
    """The id that a source gives itself, for messages; `(no id)` where it has none that can be shown."""
    pair = node.pairs.get("id") if isinstance(node, Map) else None
    if pair is None or not isinstance(pair[1], Scalar) or not pair[1].text.strip():
        return "(no id)" if isinstance(node, Map) else f"({what(node)})"
    text = pair[1].text.strip()
    return text if text.isprintable() and len(text) <= 80 else shown(text)
