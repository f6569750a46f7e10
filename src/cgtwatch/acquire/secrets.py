"""Put secrets into a request at the very last, and take them out of whatever comes back."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit, urlunsplit

from cgtwatch.acquire.filling import Unaskable
from cgtwatch.acquire.masking import Mask
from cgtwatch.model.fetch import Ask
from cgtwatch.model.source import Source
from cgtwatch.net.request import NetAnswer, NetFailure

ENV = re.compile(r"env:([A-Za-z_]\w*)", re.ASCII)
ENV_MEMBER = re.compile(r'(?:"([^"\\]{1,80})"\s*:\s*)?"(env:[A-Za-z_]\w*)"', re.ASCII)  # of JSON, with its name

Pairs = Iterable[tuple[str, str]]


class Secrets:
    """The secrets of one request. Only what the source itself writes as `env:NAME` is one; a page that says so gets nothing."""

    def __init__(self, lookup: Callable[[str], str | None]) -> None:
        self._lookup = lookup
        self._mask = Mask()

    def know(self, source: Source) -> None:
        """Hide every secret of the source in what comes back: a page may repeat one that another request was made with."""
        rule = source.request
        pairs = [*source.headers, *source.cookie, *parse_qsl(urlsplit(source.url).query)]
        pairs += [*rule.params, *rule.form] if rule else []
        pairs += ENV_MEMBER.findall(rule.json) if rule and rule.json else []
        for name, text in pairs:
            named = ENV.fullmatch(text)
            if named is not None and (found := (self._lookup(named[1]) or "").strip()):
                self._mask.add(found, text, name)

    def open(self, text: str, name: str = "") -> str:
        """The value that `env:NAME` stands for; any other text as it is. Raises `Unaskable` where the variable is not set.

        `name` is what the value is sent as.
        """
        named = ENV.fullmatch(text)
        if named is None:
            return text
        found = (self._lookup(named[1]) or "").strip()
        if not found:
            raise Unaskable(f"the environment variable {named[1]} is not set", f"set {named[1]} for cgtwatch and start it again")
        self._mask.add(found, text, name)
        return found

    def proxy(self, text: str) -> str:
        """The same for the address of a proxy, whose password is a secret of its own."""
        found = self.open(text)
        try:
            parts = urlsplit(found)
        except ValueError as e:
            raise Unaskable(f"the proxy that {text} holds is no address", "write it as http://user:password@host:port") from e
        for part in (parts.password, parts.username):
            if part:
                self._mask.add(part, text if ENV.fullmatch(text) else "***")
                self._mask.add(unquote(part), text if ENV.fullmatch(text) else "***")
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
        mask = self._mask
        if not mask:
            return answer
        headers = {name: mask.text(value) for name, value in answer.headers.items()}
        body = mask.body(answer.body)
        if isinstance(answer, NetFailure):
            said, hint = mask.text(answer.message), mask.text(answer.hint)
            return replace(answer, headers=headers, body=body, message=said, hint=hint)
        redirects = tuple((status, mask.text(url)) for status, url in answer.redirects)
        return replace(answer, headers=headers, body=body, url=mask.text(answer.url), redirects=redirects)

    def _pairs(self, query: str, own: frozenset[tuple[str, str]]) -> str:
        found = []
        for pair in query.split("&"):
            name, equals, value = pair.partition("=")
            secret = (unquote_plus(name), unquote_plus(value)) in own
            opened = quote(self.open(unquote_plus(value), unquote_plus(name)), safe="") if secret else value
            found.append(name + equals + opened)
        return "&".join(found)

    def _walked(self, template: Any, value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(template, str) and template == value:
            return self.open(value)
        if isinstance(template, dict) and isinstance(value, dict):
            return {key: self._walked(template.get(key), part) for key, part in value.items()}
        if isinstance(template, list) and isinstance(value, list) and len(template) == len(value):
            return [self._walked(*both) for both in zip(template, value, strict=True)]
        return value


def _secret(pairs: Pairs) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in pairs if ENV.fullmatch(pair[1]))
