"""Put secrets into a request at the very last, and take them out of whatever comes back."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlsplit, urlunsplit

from cgtwatch.acquire.filling import Unaskable
from cgtwatch.model.fetch import Ask
from cgtwatch.model.source import Source
from cgtwatch.net.request import NetAnswer, NetFailure

ENV = re.compile(r"env:([A-Za-z_]\w*)", re.ASCII)
SHORTEST = 4  # characters; what is shorter would be found in innocent words
SHORTEST_IN_BODY = 8

Pairs = Iterable[tuple[str, str]]


class Secrets:
    """The secrets of one request. Only what the source itself writes as `env:NAME` is one; a page that says so gets nothing."""

    def __init__(self, lookup: Callable[[str], str | None]) -> None:
        self._lookup = lookup
        self._shown: dict[str, str] = {}  # secret: how it is written in the source

    def open(self, text: str) -> str:
        """The value that `env:NAME` stands for; any other text as it is. Raises `Unaskable` where the variable is not set."""
        named = ENV.fullmatch(text)
        if named is None:
            return text
        found = (self._lookup(named[1]) or "").strip()
        if not found:
            raise Unaskable(f"the environment variable {named[1]} is not set", f"set {named[1]} for cgtwatch and start it again")
        self._shown[found] = text
        return found

    def proxy(self, text: str) -> str:
        """The same for the address of a proxy, whose password is a secret of its own."""
        found = self.open(text)
        try:
            password = urlsplit(found).password
        except ValueError as e:
            raise Unaskable(f"the proxy that {text} holds is no address", "write it as http://user:password@host:port") from e
        if password:
            self._shown[password] = text
        return found

    def url(self, source: Source, ask: Ask) -> str:
        """The address with the secrets that the source has in its query."""
        if "env:" not in ask.url and "env%3A" not in ask.url:
            return ask.url
        params = source.request.params if source.request else ()
        own = _secret((*params, *parse_qsl(urlsplit(source.url).query)))
        if not own:
            return ask.url
        parts = urlsplit(ask.url)
        return urlunsplit(parts._replace(query=self._pairs(parts.query, own)))

    def body(self, source: Source, ask: Ask) -> bytes | None:
        """The body with the secrets that the source has in its form or JSON."""
        rule = source.request
        if ask.body is None or rule is None:
            return ask.body
        if rule.json is not None:
            if "env:" not in rule.json:
                return ask.body
            whole = self._walked(json.loads(rule.json), json.loads(ask.body))
            return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
        own = _secret(rule.form)
        return self._pairs(ask.body.decode(), own).encode() if own else ask.body

    def take_out(self, answer: NetAnswer | NetFailure) -> NetAnswer | NetFailure:
        """The answer without any of the secrets: a page may repeat what it was asked with."""
        if not self._shown:
            return answer
        headers = {name: self._masked(value) for name, value in answer.headers.items()}
        body = self._masked_body(answer.body)
        if isinstance(answer, NetFailure):
            said, hint = self._masked(answer.message), self._masked(answer.hint)
            return replace(answer, headers=headers, body=body, message=said, hint=hint)
        redirects = tuple((status, self._masked(url)) for status, url in answer.redirects)
        return replace(answer, headers=headers, body=body, url=self._masked(answer.url), redirects=redirects)

    def _pairs(self, query: str, own: frozenset[tuple[str, str]]) -> str:
        found = []
        for pair in query.split("&"):
            name, equals, value = pair.partition("=")
            secret = (unquote_plus(name), unquote_plus(value)) in own
            found.append(f"{name}={quote(self.open(unquote_plus(value)), safe='')}" if secret else name + equals + value)
        return "&".join(found)

    def _walked(self, template: Any, value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(template, str) and template == value:
            return self.open(value)
        if isinstance(template, dict) and isinstance(value, dict):
            return {key: self._walked(template.get(key), part) for key, part in value.items()}
        if isinstance(template, list) and isinstance(value, list) and len(template) == len(value):
            return [self._walked(*both) for both in zip(template, value, strict=True)]
        return value

    def _masked(self, text: str) -> str:
        for secret, written in self._shown.items():
            if len(secret) >= SHORTEST:
                for spelling in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret)):
                    text = text.replace(spelling, written)
        return text

    def _masked_body(self, body: bytes) -> bytes:
        for secret, written in self._shown.items():
            if len(secret) >= SHORTEST_IN_BODY:
                for spelling in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]):
                    body = body.replace(spelling.encode(), written.encode())
        return body


def _secret(pairs: Pairs) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in pairs if ENV.fullmatch(pair[1]))
