"""Which request a source's address, placeholders and form amount to, and which one asks for the page after."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from cgtwatch.acquire.filling import TERM, Filling, Unaskable, in_header, in_json, in_text, in_url
from cgtwatch.model.draft import Parsed
from cgtwatch.model.fetch import Ask
from cgtwatch.model.item import SourceState
from cgtwatch.model.source import Paging, Source

__all__ = ["Unaskable", "asks", "filling", "key_of", "next_ask"]

BACK = timedelta(days=2)  # before the last good visit: sites date back what they publish
FIRST_BACK = timedelta(days=30)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
CONTENT_TYPE = "content-type"
_NOTHING: Mapping[str, str] = {}

Pairs = list[tuple[str, str]]


def asks(source: Source, state: SourceState, now: datetime, values: Mapping[str, str] = _NOTHING, term: str | None = None) -> Ask:
    """The request that reads `source`, for one of its search terms where it has any; `values` are what its preload set.

    Values `env:NAME` stay as they are. Raises `Unaskable`.
    """
    rule = source.request
    plain = rule is None and "{" not in source.url
    if plain and not any("{" in value for _, value in source.headers):
        return Ask(source.url, headers=source.headers)
    with_values = filling(source, state, now, values, term)
    url = in_url(source.url, with_values)
    headers = tuple((name, in_header(value, with_values)) for name, value in source.headers)
    if rule is None:
        return Ask(url, headers=headers)
    if rule.params:
        url = _joined(url, [(name, in_text(value, with_values)) for name, value in rule.params])
    if rule.json is not None:
        return Ask(url, "POST", _json(in_json(rule.json, with_values)), _typed(headers, JSON))
    if rule.form:
        body = urlencode([(name, in_text(value, with_values)) for name, value in rule.form]).encode()
        return Ask(url, "POST", body, _typed(headers, FORM))
    return Ask(url, rule.method, None, headers)


def filling(source: Source, state: SourceState, now: datetime, values: Mapping[str, str], term: str | None) -> Filling:
    """What placeholders stand for. `since` is the last good visit minus two days, at first thirty days before `now`."""
    zone = ZoneInfo(source.timezone)
    since = now - FIRST_BACK if state.last_ok is None else state.last_ok - BACK
    named = {**values, TERM: term} if term is not None else values
    return Filling(named, since.astimezone(zone), now.astimezone(zone))


def key_of(ask: Ask) -> str:
    """What the validators of one of a source's several requests are kept by."""
    said = f"{ask.method}\n{ask.url}\n".encode() + (ask.body or b"")
    return sha256(said).hexdigest()[:16]


def next_ask(source: Source, at: Ask, answered: str, parsed: Parsed, page: int) -> Ask | None:
    """The request for page `page` (2 is the first further one) after `at`, which `answered` gave; None: there is none.

    `parsed` is what the page before held. Addresses are joined to `answered`; numbers go where `at` has them.
    """
    paging = source.paging
    if parsed.next_url:
        return _address(at, _beside(answered, parsed.next_url))
    if paging is None or page > paging.max_pages or _all_seen(paging, parsed, page):
        return None
    if paging.by == "cursor":
        return _with(at, paging, {paging.param: parsed.cursor}) if paging.param and parsed.cursor else None
    number = str(paging.start + page - 2)
    if paging.by == "path":
        return _address(at, _beside(answered, paging.path.replace("{n}", number))) if paging.path else None
    if not paging.param:
        return None
    if paging.by in ("query", "form"):
        return _with(at, paging, {paging.param: number})
    if paging.by in ("offset", "window") and paging.size:
        return _with(at, paging, _window(paging, page))
    return None


def _window(paging: Paging, page: int) -> dict[str, str]:
    """The offset, or first and last record, of a page; `start` is the first page's."""
    size = paging.size or 0
    first = paging.start + (page - 1) * size
    begin, _, end = (paging.param or "").partition(",")
    return {begin.strip(): str(first)} | ({end.strip(): str(first + size - 1)} if end else {})


def _all_seen(paging: Paging, parsed: Parsed, page: int) -> bool:
    size = paging.size or len(parsed.drafts)
    return parsed.total is not None and (page - 1) * size >= parsed.total


def _address(at: Ask, url: str) -> Ask:
    """A plain question for another address."""
    return Ask(url, headers=tuple(pair for pair in at.headers if pair[0].lower() != CONTENT_TYPE))


def _beside(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link  # no address; the door out says so


def _with(at: Ask, paging: Paging, values: Mapping[str, str]) -> Ask:
    """The request with other values, each where it already stands; a new one joins the form with `by: form`, else the query."""
    kind = next((value for name, value in at.headers if name.lower() == CONTENT_TYPE), "").partition(";")[0].strip().lower()
    if at.body is not None and kind.endswith("json"):
        body, rest = _in_json_body(at.body, values, anyway=paging.by == "form")
        at = Ask(at.url, at.method, body, at.headers)
    elif at.body is not None or paging.by == "form":
        form = parse_qsl((at.body or b"").decode(), keep_blank_values=True)
        here = {name for name, _ in form} if paging.by != "form" else set(values)
        rest = {name: value for name, value in values.items() if name not in here}
        body = urlencode(_put(form, {name: value for name, value in values.items() if name in here})).encode()
        headers = at.headers if at.body is not None else _typed(at.headers, FORM)
        at = Ask(at.url, at.method if at.body is not None else "POST", body, headers)
    else:
        rest = dict(values)
    if not rest:
        return at
    parts = urlsplit(at.url)
    query = _put(parse_qsl(parts.query, keep_blank_values=True), rest)
    return Ask(urlunsplit(parts._replace(query=_query(query))), at.method, at.body, at.headers)


def _in_json_body(body: bytes, values: Mapping[str, str], *, anyway: bool) -> tuple[bytes, dict[str, str]]:
    """The body with the values it has a place for, and the rest. `a.b` is `b` in `a`; a number stays a number."""
    whole = json.loads(body)
    rest = {}
    for name, value in values.items():
        *path, last = [name] if isinstance(whole, dict) and name in whole else name.split(".")
        place = whole
        for part in path:
            place = place.get(part) if isinstance(place, dict) else None
        if isinstance(place, dict) and (last in place or anyway):
            number = type(place.get(last)) is int and value.lstrip("-").isdecimal()
            place[last] = int(value) if number else value
        else:
            rest[name] = value
    return _json(whole), rest


def _put(pairs: Pairs, values: Mapping[str, str]) -> Pairs:
    """The pairs with each value at its first place, or at the end."""
    left = dict(values)
    found = []
    for name, value in pairs:
        if name not in values:
            found.append((name, value))
        elif name in left:
            found.append((name, left.pop(name)))
    return [*found, *left.items()]


def _joined(url: str, params: Pairs) -> str:
    address, mark, fragment = url.partition("#")
    glue = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{glue}{_query(params)}{mark}{fragment}"


def _query(pairs: Pairs) -> str:
    return urlencode(pairs, quote_via=quote, safe="")  # "+" for a blank is a form's way; %20 is read everywhere


def _typed(headers: tuple[tuple[str, str], ...], kind: str) -> tuple[tuple[str, str], ...]:
    own = any(name.lower() == CONTENT_TYPE for name, _ in headers)
    return headers if own else (*headers, (CONTENT_TYPE, kind))


def _json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
