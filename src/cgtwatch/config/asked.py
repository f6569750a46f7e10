"""How an address is asked: method, parameters, body, headers, cookies, proxy, the page before it, and who asks instead of us."""

import json
import re
from collections.abc import Iterator
from typing import Any

from cgtwatch.config import checks
from cgtwatch.config.addresses import address_problem
from cgtwatch.config.ledger import Check, Shape, Spot, WrongError, read_keys
from cgtwatch.config.placeholders import RESERVED, placeholder_names
from cgtwatch.config.settings import PREFIX
from cgtwatch.config.suggest import did_you_mean, shown
from cgtwatch.config.tree import Map, Node, Scalar, Seq, is_nothing, truth, what
from cgtwatch.model.source import Bridge, Preload, Taken

Pairs = tuple[tuple[str, str], ...]
ENV = "env:"
_ENV = re.compile(r"env:[A-Z][A-Z0-9_]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1: a token
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "if-none-match", "if-modified-since"})
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")  # RFC 6265, 4.1.1: cookie-octet
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,17})?([eE][-+]?\d{1,3})?")  # RFC 8259, 6
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_MOST_TERMS = 200  # each is a request at every visit


def env_problem(value: str) -> str | None:
    """What is wrong with the `env:NAME` in a value, with the mend; None where it is whole, or where there is none."""
    if not (value.startswith(ENV) or _ENV.search(value)):
        return None
    if not _ENV.fullmatch(value):
        return "env: stands for a whole value; write env:NAME in capital letters, and all of the value into that variable"
    if value.startswith(ENV + PREFIX):
        return f"names beginning with {PREFIX} are settings of cgtwatch; give the variable another name"
    return None


def _value(node: Node, spot: Spot) -> str:
    """What is sent: one line as written, also where YAML takes it for a number or truth."""
    del spot
    if not isinstance(node, Scalar):
        raise WrongError(f"is {what(node)}; write one value")
    if is_nothing(node):
        raise WrongError('has no value; write "" for an empty one')
    if not node.text.isprintable():
        raise WrongError("holds a line break or control character; write one line")
    if problem := env_problem(node.text):
        raise WrongError(problem)
    return node.text


def pairs(node: Node, spot: Spot) -> Pairs:
    """Names and values, in their order; a list of values repeats its name."""
    if not isinstance(node, Map):
        raise WrongError(f"is {what(node)}; write a mapping such as {{page: 1}}")
    found = []
    for name, (key, node_of) in node.pairs.items():
        if not name or not name.isprintable():
            spot.at(shown(name)).wrong(key.line, "is no name; write one line of text")
            continue
        for one in node_of.items if isinstance(node_of, Seq) else [node_of]:
            try:
                found.append((name, _value(one, spot)))
            except WrongError as error:
                spot.at(name).wrong(one.line, str(error))
    return tuple(found)


def json_text(node: Node, spot: Spot) -> str:
    """A mapping or list of YAML as JSON text (RFC 8259)."""
    if isinstance(node, Scalar):
        raise WrongError(f"is {what(node)}; write the body as a mapping or list")
    return json.dumps(_plain(node, spot), ensure_ascii=False, separators=(",", ":"))


def _plain(node: Node, spot: Spot) -> Any:  # noqa: ANN401 - JSON
    if isinstance(node, Map):
        return {name: _plain(value, spot.at(name)) for name, (_, value) in node.pairs.items()}
    if isinstance(node, Seq):
        return [_plain(one, spot) for one in node.items]
    if is_nothing(node):
        return None
    if (value := truth(node)) is not None:
        return value
    if node.plain and _JSON_NUMBER.fullmatch(node.text):
        return json.loads(node.text)
    if problem := env_problem(node.text):
        spot.wrong(node.line, problem)
    return node.text


def method(node: Node, spot: Spot) -> str:
    """GET or POST."""
    found = checks.text(node, spot)
    if found.upper() not in {"GET", "POST"}:
        raise WrongError(f"{shown(found)} is not known{did_you_mean(found, ('GET', 'POST'))}; write GET or POST")
    return found.upper()


REQUEST: dict[str, Check] = {"method": method, "params": pairs, "form": pairs, "json": json_text}


def headers(node: Node, spot: Spot) -> Pairs:
    """Request headers (RFC 9110) that we do not set ourselves."""
    if not isinstance(node, Map):
        raise WrongError(f"is {what(node)}; write a mapping such as {{Referer: https://host/}}")
    found = []
    for name, (key, value) in node.pairs.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OWN_HEADERS:
            spot.at(name).wrong(key.line, "is no header that can be set here; take it away")
        elif not isinstance(value, Scalar) or not re.fullmatch(r"[\t\x20-\x7e\xa0-\xff]*", value.text):
            spot.at(name).wrong(value.line, "is no header value of one line in Latin letters; write one")
        elif problem := env_problem(value.text.strip()):
            spot.at(name).wrong(value.line, problem)
        else:
            found.append((name, value.text.strip()))
    return tuple(found)


def cookies(node: Node, spot: Spot) -> bool | Pairs:
    """True for `keep`, or the cookies (RFC 6265) that are sent always."""
    if isinstance(node, Scalar):
        return _keep(node, spot)
    found = []
    for name, value in pairs(node, spot):
        if not _HEADER.fullmatch(name) or not _COOKIE_VALUE.fullmatch(value):
            mend = "write a name and a value of ASCII letters without space, quote, comma or semicolon"
            spot.at(name).wrong(node.line, f"is no cookie; {mend}")
        found.append((name, value))
    return tuple(found)


def _keep(node: Node, spot: Spot) -> bool:
    found = checks.word(node, spot)
    if found != "keep":
        raise WrongError(f"{shown(found)} is not known{did_you_mean(found, ('keep',))}; write keep")
    return True


def proxy(node: Node, spot: Spot) -> str:
    """The address of an HTTP proxy, or `env:NAME` of a variable that holds it."""
    found = checks.text(node, spot)
    if problem := env_problem(found):
        raise WrongError(problem)
    if found.startswith(ENV):
        return found
    if found.startswith("socks"):
        raise WrongError("is a SOCKS proxy, which is not spoken; name an HTTP proxy, as http://proxy.example.org:3128")
    if "@" in found:
        raise WrongError("holds a user or password; write env:NAME, and the whole address into that variable")
    if problem := address_problem(found):
        raise WrongError(f"{shown(found)} {problem}")
    return found


def terms(node: Node, spot: Spot) -> tuple[str, ...]:
    """Words to search for, each once."""
    found: tuple[str, ...] = checks.each(checks.text)(node, spot)
    if len(found) > _MOST_TERMS:
        raise WrongError(f"are {len(found)}, and each is a request; write at most {_MOST_TERMS}")
    twice = next((term for number, term in enumerate(found) if term in found[:number]), None)
    if twice is not None:
        raise WrongError(f"{shown(twice)} stands twice; take one away")
    return found


def preload(node: Node, spot: Spot) -> Preload:
    """The page asked first, whether its cookies are kept, and what is read from it."""
    found = read_keys(node, _PRELOAD, spot)
    if not found.get("cookies") and not found.get("set") and isinstance(node, Map) and not node.pairs.keys() & {"cookies", "set"}:
        raise WrongError("is asked for nothing; write cookies: keep, or set: {NAME: {regex: …}}")
    return Preload(**{"url": "", **found})


def _set(node: Node, spot: Spot) -> tuple[Taken, ...]:
    if not isinstance(node, Map) or not node.pairs:
        raise WrongError(f"is {what(node)}; write a mapping such as {{SID: {{regex: 'sid=(\\d+)'}}}}")
    return tuple(taken for name, (key, value) in node.pairs.items() for taken in _taken(name, key, value, spot.at(name)))


def _taken(name: str, key: Scalar, node: Node, spot: Spot) -> Iterator[Taken]:
    if not _NAME.fullmatch(name) or name in RESERVED:
        spot.wrong(key.line, "is no name for a value; write letters, digits and _, and none of " + ", ".join(sorted(RESERVED)))
        return
    try:
        found = read_keys(node, _TAKEN, spot)
    except WrongError as error:
        spot.wrong(node.line, str(error))
        return
    given = node.pairs.keys() if isinstance(node, Map) else frozenset()
    if ("regex" in given) == ("css" in given):
        spot.wrong(node.line, "needs either regex or css; write {regex: 'sid=(\\d+)'} or {css: a.next, attr: href}")
    elif "regex" in given and "attr" in given:
        spot.wrong(node.line, "attr goes with css; take it away")
    yield Taken(name, **found)


def _one_group(node: Node, spot: Spot) -> str:
    found = checks.pattern(node, spot)
    if (groups := re.compile(found).groups) > 1:
        raise WrongError(f"{shown(found)} has {groups} groups; write one around the value, and (?:…) for the others")
    return found


def _selector(node: Node, spot: Spot) -> str:
    found = checks.expression(node, spot)
    if re.search(r"@[A-Za-z_:][\w:.\-]*$|\s~\s", found):
        raise WrongError(f"{shown(found)} is more than a selector; write CSS here, and the attribute as attr")
    return found


def _attribute(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if not re.fullmatch(r"[A-Za-z_:][\w:.\-]*", found):
        raise WrongError(f"{shown(found)} is no name of an attribute; write href, content …")
    return found


_PRELOAD = Shape({"url": checks.url, "cookies": _keep, "set": _set}, required=("url",))
_TAKEN = Shape({"regex": _one_group, "css": _selector, "attr": _attribute})


def bridge(node: Node, spot: Spot) -> Bridge:
    """One service that reads the site for us."""
    found = read_keys(node, _BRIDGE, spot)
    if isinstance(node, Map) and len(node.pairs.keys() & _BRIDGE.keys.keys()) != 1:
        raise WrongError("needs one of rsshub and render; write {rsshub: /route} or {render: 'http://127.0.0.1:3000/?url={url}'}")
    return Bridge(**found)


def _route(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if not found.startswith("/") or found.startswith("//") or problem_of_path(found):
        raise WrongError(f"{shown(found)} is no route; write it as RSSHub's pages do, beginning with /")
    return found


def problem_of_path(path: str) -> str | None:
    """What is wrong with the path and query of an address, None where they are sound."""
    return address_problem(f"https://rsshub.invalid{path}")


def _render(node: Node, spot: Spot) -> str:
    found = checks.text(node, spot)
    if problem := address_problem(found):
        raise WrongError(f"{shown(checks.without_user(found))} {problem}")
    if other := next((name for name in placeholder_names(found) if name != "url"), None):
        raise WrongError(f"{shown(found)} holds {{{other}}}, and only {{url}} is filled in here; write {{url}}")
    if "{url}" not in found and "url=" in found:
        raise WrongError(f"{shown(found)} does not say where the page's address goes; write {{url}} there")
    return found


_BRIDGE = Shape({"rsshub": _route, "render": _render})
