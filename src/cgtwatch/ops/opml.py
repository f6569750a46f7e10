"""The feeds among the sources as OPML, and an OPML document as sources that could be added."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cgtwatch.app import App
from cgtwatch.compose.words import words
from cgtwatch.config.addresses import address_problem, holds_secret, same_page
from cgtwatch.config.opml import Feed, feeds_of, opml_of
from cgtwatch.config.places import jurisdiction_problem
from cgtwatch.model.source import Kind, Source
from cgtwatch.ops.discovery import slug_of
from cgtwatch.ops.guessing import language_of, place_of

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Import:
    """What an OPML document would bring: entries for sources.yaml, feeds that are watched already (with whose id), and others
    with what is wrong with them.
    """

    entries: tuple[Mapping[str, Any], ...]
    known: tuple[tuple[Feed, str], ...] = ()
    wrong: tuple[tuple[Feed, str], ...] = ()


def export(app: App, language: str) -> tuple[str, int]:
    """The feeds of the sources that are on, by place, as OPML in `zh` or `en`; and how many feeds are left out because they need
    more than their address (a secret, a browser, a bridge, a form).
    """
    said = words(language)
    feeds = [source for source in app.sources if source.kind is Kind.FEED and source.enabled]
    plain = [source for source in feeds if _plain(source)]
    places = sorted({source.jurisdiction for source in plain}, key=lambda code: (said.place_rank(code), code or ""))
    names = {code: said.place(code) or "–" for code in places}
    groups = {names[code]: [_feed(source, said.language) for source in plain if source.jurisdiction == code] for code in places}
    return opml_of(groups, "cgtwatch", app.clock()), len(feeds) - len(plain)


def _plain(source: Source) -> bool:
    """Whether any reader can get the feed by its address."""
    simple = source.request is None and source.preload is None and source.bridge is None and source.via == "http"
    needs = bool(source.headers or source.cookie or source.proxy or source.terms)
    return simple and not needs and "{" not in source.url and not holds_secret(source.url)


def _feed(source: Source, language: str) -> Feed:
    own = {
        "id": source.id,
        "zh": source.name.zh,
        "en": source.name.en,
        "jurisdiction": source.jurisdiction or "",
        "issuer": source.issuer or "",
    }
    return Feed(source.url, source.name.zh if language == "zh" else source.name.en, language=source.language or "", own=own)


def plan(app: App, content: bytes, *, enabled: bool) -> Import:
    """What would be added. Nothing is asked for on the net, and nothing is changed. Raises `ConfigError` where it is no OPML."""
    known = {same_page(source.url): source.id for source in app.sources if source.url}
    taken = {source.id for source in app.sources}
    entries, watched, wrong = [], [], []
    for feed in feeds_of(content):
        if (problem := address_problem(feed.url)) is not None or "{" in feed.url:
            wrong.append((feed, problem or "holds braces; write %7B and %7D"))
        elif (there := known.get(same_page(feed.url))) is not None:
            watched.append((feed, there))
        else:
            made = _entry(app, feed, taken, enabled)
            taken.add(made["id"])
            known[same_page(feed.url)] = made["id"]
            entries.append(made)
    return Import(tuple(entries), tuple(watched), tuple(wrong))


def _entry(app: App, feed: Feed, taken: set[str], enabled: bool) -> dict[str, Any]:
    """The source that a feed would be, with what its address and its list tell of it."""
    own = feed.own
    wish = own.get("id", "")
    slug = wish if _SLUG.fullmatch(wish) else slug_of(feed.url)
    number = next((n for n in range(2, len(taken) + 3) if f"{slug[:58]}-{n}" not in taken), 2)
    place = own.get("jurisdiction") or place_of(feed.url)
    place = place if place and jurisdiction_problem(place) is None else None
    language = feed.language.lower().partition("-")[0] or language_of(place) or ""
    issuer = own.get("issuer", "")
    names = {"zh": own.get("zh") or feed.title, "en": own.get("en") or feed.title}
    found = {
        "id": slug if slug not in taken else f"{slug[:58]}-{number}",
        "name": names if names["zh"] != names["en"] else names["zh"],
        "enabled": enabled, "kind": Kind.FEED.value, "url": feed.url, "every": "6h",
        "issuer": issuer if issuer in app.issuer_names() else None, "jurisdiction": place,
        "language": language if _LANGUAGE.fullmatch(language) else None,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}
