"""What the keys of one source say of each other: placeholders and what fills them in, bridges and what they leave no room for."""

from collections.abc import Iterator, Mapping
from typing import Any

from cgtwatch.config.ledger import Spot
from cgtwatch.config.placeholders import TERM, placeholder_names, placeholder_problem
from cgtwatch.config.tree import Map
from cgtwatch.model.source import Kind


def line_of(node: Map, *path: str) -> int:
    """The line of the value at `path`, or of the last mapping on the way to it."""
    line, here = node.line, node
    for name in path:
        pair = here.pairs.get(name)
        if pair is None:
            return line
        line = pair[1].line
        if not isinstance(pair[1], Map):
            return line
        here = pair[1]
    return line


def asked_texts(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Everything of a source that is sent, with the path of its key; the page that is asked first is not among it."""
    if url := values.get("url"):
        yield ("url",), url
    for url in values.get("alternates", ()):
        yield ("alternates",), url
    request = values["api"].request if values.get("api") else None
    if request is not None:
        for key in ("params", "form"):
            for name, value in getattr(request, key):
                yield ("api", key, name), value
        if request.json is not None:
            yield ("api", "json"), request.json
    for name, value in values.get("headers", ()):
        yield ("headers", name), value


def agreed(values: dict[str, Any], node: Map, spot: Spot) -> None:
    """Notes where keys do not agree; search terms of `defaults` are left out where no `{term}` asks for them."""
    preload = values.get("preload")
    names = [taken.name for taken in preload.set] if preload else []
    used: set[str] = set()
    texts = [(path, text, names) for path, text in asked_texts(values)]
    if preload and preload.url:
        texts.append((("preload", "url"), preload.url, []))
    for path, text, known in texts:
        used.update(placeholder_names(text))
        if problem := placeholder_problem(text, known):
            spot.at(".".join(path)).wrong(line_of(node, *path), problem)
    _terms(values, TERM in used, node, spot)
    if values.get("bridge") is not None:
        _bridge(values, node, spot)
    _form(values, node, spot)


def _terms(values: dict[str, Any], used: bool, node: Map, spot: Spot) -> None:
    if values.get("terms") and not used:
        if "terms" in node.pairs:
            message = "is used nowhere; write {term} into url, api.params, api.form or api.json, where a term belongs"
            spot.at("terms").wrong(line_of(node, "terms"), message)
        else:
            values.pop("terms")
    if used and not values.get("terms") and "terms" not in node.pairs:
        spot.at("terms").wrong(node.line, "is missing; {term} stands for each of them, as in terms: [细胞治疗, gene therapy]")


def _bridge(values: Mapping[str, Any], node: Map, spot: Spot) -> None:
    bridge, kind = values["bridge"], values.get("kind")
    here = spot.at("bridge")
    if bridge.rsshub and kind not in {Kind.FEED, None}:
        here.at("rsshub").wrong(line_of(node, "bridge", "rsshub"), f"answers with a feed; write kind: feed, not {kind}")
    if kind is Kind.FOLDER:
        here.wrong(line_of(node, "bridge"), "does not go with kind: folder; take it away")
    for other in ("preload", "api", "terms"):
        if other in node.pairs and values.get(other):
            at = node.pairs[other][0].line
            spot.at(other).wrong(at, "does not go with bridge, which asks in its own way; take one of them away")
    if values.get("via") == "browser":
        spot.at("via").wrong(line_of(node, "via"), "does not go with bridge, which asks in its own way; take one of them away")


def _form(values: Mapping[str, Any], node: Map, spot: Spot) -> None:
    paging, api = values.get("paging"), values.get("api")
    request = api.request if api else None
    if paging and paging.get("by") == "form" and not (request and (request.form or request.json)):
        spot.at("paging.by").wrong(line_of(node, "paging", "by"), "form needs a body; write api: {form: {…}}, or by: query")
