"""Documents behind rows that are broken, grow without end or want to run something, and answers whose next page is themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from inside import inside
from place import Site, serving

from cgtwatch.model.item import Item
from cgtwatch.store.records import ItemQuery
from faults.hostile_kit import ALLOWED, HEAD, HOSTS, line
from hostile_peer import hostile_peer
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

DOCUMENTS = ("pdf-ok", "pdf-touch", "pdf-trunc", "pdf-loop", "pdf-html", "pdf-js", "pdf-bomb?mb=64")
DAYS = 3


@dataclass(frozen=True)
class Seen:
    """The rows of all visits by document, its item, and how often the peer was tricked."""

    rows: dict[str, list[dict[str, Any]]]
    items: dict[str, Item]
    canary: int

    def notes(self, name: str) -> str:
        return "; ".join(note for row in self.rows[name] for note in row["notes"])


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with hostile_peer(*HOSTS) as peer, serving(Site()) as site:
        text = HEAD
        for name, host in zip(DOCUMENTS, HOSTS, strict=False):
            plain = name.partition("?")[0]
            url = f"{peer.url(name, host)}{'&' if '?' in name else '?'}key={plain}"
            site.page(f"/{plain}", f'<ul class="news-list"><li><a href="{url}">Notice on gene therapy, {plain}</a></li></ul>')
            text += line(plain, "list", f"{site.url}/{plain}", every="12h", detail="auto", timeout="10s")
        pages = line("pages", "api", f"{peer.url('json-pages', HOSTS[-1])}?key=pages", every="12h")
        text += pages.replace("key: id}", "key: id}, paging: {by: next, next: next, max_pages: 5}")
        with inside(tmp_path_factory.mktemp("documents"), text, allow_private=f"{ALLOWED},127.0.0.1/32") as bench:
            rows: dict[str, list[dict[str, Any]]] = {}
            for _ in range(DAYS):
                for source, row in bench.poll().items():
                    rows.setdefault(source, []).append(row)
                bench.pass_time(hours=25)
            items = {item.source: item for item, _ in bench.app.store.items(ItemQuery(limit=None))}
            yield Seen(rows, items, peer.control("stats")["canary"])


@pytest.mark.fault("F18")
@pytest.mark.parametrize("document", [name.partition("?")[0] for name in DOCUMENTS])
def test_a_document_without_new_words_is_told_to_nobody_whatever_is_wrong_with_it(seen: Seen, document: str) -> None:
    assert [(row["new"], row["updated"], row["announced"]) for row in seen.rows[document]] == [(1, 0, 0), (0, 0, 0), (0, 0, 0)]
    assert seen.items[document].latest.number == 1


@pytest.mark.fault("F18", "S16")
def test_a_document_that_can_be_read_is_and_what_cannot_is_said(seen: Seen) -> None:
    for document in ("pdf-ok", "pdf-touch"):
        assert "CGT policy notice 1" in seen.items[document].latest.text, document
    for document in ("pdf-trunc", "pdf-loop", "pdf-html"):
        assert document in seen.notes(document), document
    assert "pdf-bomb" in seen.notes("pdf-bomb") or seen.items["pdf-bomb"].latest.text.strip() == ""


@pytest.mark.fault("S16")
@pytest.mark.promise("P10")
def test_what_a_document_wants_to_open_is_not_opened(seen: Seen) -> None:
    assert seen.canary == 0


@pytest.mark.fault("F19")
def test_a_next_page_that_is_this_one_is_not_asked_for_again(seen: Seen) -> None:
    assert [row["requests"] for row in seen.rows["pages"]] == [1] * DAYS
    assert seen.rows["pages"][0]["new"] == 1
