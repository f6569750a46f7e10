"""The faults of the hostile peer as sources on hosts of their own, and what each must lead to, visit by visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from hostile_peer import Peer

HOSTS = [f"127.0.0.{n}" for n in range(32, 48)]  # faults share these: a slow one holds up only its neighbours
RESTING = [f"127.0.0.{n}" for n in range(48, 60)]  # who asks for rest is obeyed for the whole host: one each
HEALTHY = [f"127.0.1.{n}" for n in range(1, 51)]
ALLOWED = "127.0.0.32/27,127.0.1.0/24"  # 127.0.0.1 is forbidden: what leads there must not be reached
STORIES = Path(__file__).with_name("stories.yaml")
LISTS = {"maintenance-200", "soft-404", "enc-html-meta", "enc-html-conflict"}
RULES = {
    "list": 'list: {item: "ul.news-list li", title: a, link: "a@href", date: span}',
    "api": 'api: {items: "data || items || @", title: "title || id", link: url, key: id}',
}
HEAD = "defaults: {gap: 0s, robots: ignore, jurisdiction: US, language: en}\nsources:\n"
# The peer needs seconds to make the big ones; these are as much too big.
SMALLER = {
    "gzip-bomb": "mb=64", "gzip-bomb-nested": "mb=64", "redirect-bomb": "mb=64", "pdf-bomb": "mb=64", "xml-huge-title": "mb=12",
    "xml-huge-attr": "mb=12", "xml-many-entries": "n=40000", "html-huge": "n=60000",
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What visits end as, one after the other, and how many new entries each finds; the last goes on for ever."""

    words: tuple[str, ...]
    new: tuple[int, ...]

    def fits(self, rows: Sequence[dict[str, Any]]) -> bool:
        """Whether the visits of these rows ended as it says."""
        return all(
            word_of(row) in self.words[min(n, len(self.words) - 1)].split("/")
            and row["new"] == self.new[min(n, len(self.new) - 1)]
            for n, row in enumerate(rows)
        )


def stories(faults: list[dict[str, Any]]) -> dict[str, Story]:
    """The story of each of `faults`; a fault without one is a KeyError."""
    written = {
        name: _story(line)
        for line, names in yaml.safe_load(STORIES.read_text(encoding="utf-8")).items()
        for name in map(str, names)
    }
    plain = Story(("ok", "same"), (2, 0))
    return {
        fault["name"]: written.get(fault["name"], plain) if fault["group"] == "markup" else written[fault["name"]]
        for fault in faults
    }


def _story(line: str) -> Story:
    words, _, new = line.partition("|")
    return Story(tuple(words.split()), tuple(map(int, new.split())) or (0,))


def word_of(row: dict[str, Any]) -> str:
    """The word of a story for a row of `poll --json`, or of the log."""
    error = (row["error"] or "").partition(":")[0]
    return {"ok": "ok", "unchanged": "same", "failed": error, "held": f"?{error}"}[row["outcome"]]


class Addresses(Protocol):
    """Who knows the address of a fault on a host."""

    def url(self, fault: str, at: str) -> str:
        """The whole address."""


def fault_sources(peer: Peer, faults: list[dict[str, Any]], sizes: Mapping[str, str], **more: str) -> str:
    """As `fault_lines` on the hosts of loopback; `sizes` of those that shall not be as big as they can be."""
    return fault_lines(peer, [{**fault, "size": sizes.get(fault["name"], "")} for fault in faults], (HOSTS, RESTING), **more)


def fault_lines(peer: Addresses, faults: list[dict[str, Any]], hosts: tuple[Sequence[str], Sequence[str]], **more: str) -> str:
    """A line of sources.yaml for each fault, each with the keys `more`; on `hosts`, those that ask for rest on hosts of their own."""
    shared, own = hosts[0], iter(hosts[1])
    lines = []
    for number, fault in enumerate(faults):
        name = fault["name"]
        at = next(own) if name.startswith("429") or name in ("503-retry", "flap") else shared[number % len(shared)]
        url = f"{peer.url(name, at)}?key={name}" + (f"&{fault['size']}" if fault.get("size") else "")
        lines.append(line(f"f-{name}", kind_of(fault), url, **more))
    return "".join(lines)


def line(name: str, kind: str, url: str, **more: str) -> str:
    """One source of sources.yaml."""
    more.setdefault(
        "issuer", f"other:{name.replace('-', '_').replace('.', '_')}"
    )  # acts of one office would be taken for one act
    keys = "".join(f", {key}: {value}" for key, value in more.items())
    rule = f", {RULES[kind]}" if kind in RULES else ""
    return f'  - {{id: {name}, name: {name}, kind: {kind}, url: "{url}"{rule}{keys}}}\n'


def kind_of(fault: dict[str, Any]) -> str:
    """The kind of source that the fault imitates."""
    if fault["name"] in LISTS:
        return "list"
    return {"html": "list", "pdf": "page", "json": "api"}.get(fault["group"], "feed")
