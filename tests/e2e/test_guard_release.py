"""Sick answers of every kind from a site to the store: held with their bytes, shown in health, ended by the next good visit or by a person."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import Inside, inside
from place import Site, serving

from cgtwatch.model.fetch import ErrorClass

WALL = "<html><title>Just a moment...</title><body>Enable JavaScript and cookies to continue</body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def numbers(upto: int, least: int = 0) -> list[int]:
    return list(range(upto, least, -1))


def rows(found: list[int]) -> str:
    items = "".join(f'<li><a href="/a/{n}">关于第{n}号细胞治疗指导原则的通知</a> <span>2026-02-{n:02}</span></li>' for n in found)
    return f"<html><title>公告</title><body><ul>{items}</ul></body></html>"


def records(found: list[int]) -> str:
    return json.dumps({"data": [{"id": n, "title": f"Guidance number {n} on gene therapy", "url": f"/a/{n}"} for n in found]})


def entries(found: list[int]) -> str:
    items = "".join(f"<item><title>Notice number {n} on cells</title><link>http://a.example/{n}</link></item>" for n in found)
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def addresses(found: list[int]) -> str:
    urls = "".join(f"<url><loc>http://a.example/guidance/cell-therapy-{n}</loc></url>" for n in found)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def clauses(found: list[int]) -> str:
    lines = "".join(f"<p>Clause {n}: the applicant submits part {n} of the dossier.</p>" for n in found)
    return f"<html><title>Rules on cells</title><body><main>{lines}</main></body></html>"


KINDS = {
    "list": (rows, "text/html", 'kind: list\n    list: {item: "ul li", title: a, link: "a@href", date: span}'),
    "api": (records, "application/json", 'kind: api\n    api: {items: "data[]", key: id, title: title, link: url, whole: true}'),
    "feed": (entries, "application/rss+xml", "kind: feed"),
    "sitemap": (addresses, "application/xml", "kind: sitemap"),
    "page": (clauses, "text/html", "kind: page"),
}


class Watched:
    """A source of each kind, all of them at a site that gives what it is told to."""

    def __init__(self, bench: Inside, site: Site) -> None:
        self.bench, self.site = bench, site

    def visit(self, found: list[int] | str, after: str = "") -> dict[str, dict[str, object]]:
        """The rows of a visit to all sources, whose site gives the entries of these numbers or this page."""
        for name, (made, sort, _) in KINDS.items():
            if isinstance(found, str):
                self.site.page(f"/{name}", found + after)
            else:
                self.site.page(f"/{name}", made(found) + after, f"{sort}; charset=utf-8")
        self.bench.pass_time(hours=3)
        return self.bench.poll()

    def outcomes(self, found: list[int] | str, after: str = "") -> set[object]:
        """How a visit to all sources ended. Whatever it was, nothing was told of it."""
        rows = self.visit(found, after)
        assert not any(row[name] for row in rows.values() for name in ("new", "updated", "announced"))
        return {row["outcome"] for row in rows.values()}

    def release(self, keep: bool) -> list[int]:
        return [self.bench.ask("sources.release", id=name, keep=keep)[0]["released"] for name in KINDS]


@pytest.fixture
def watched(site: Site, tmp_path: Path) -> Iterator[Watched]:
    entries = (
        f"  - id: {name}\n    {rule}\n    url: {site.url}/{name}\n    gap: 0s\n    every: {{exactly: 1h}}\n"
        for name, (_, _, rule) in KINDS.items()
    )
    with inside(tmp_path, "sources:\n" + "".join(entries)) as bench:
        all_of_them = Watched(bench, site)
        assert {row["outcome"] for row in all_of_them.visit(numbers(24)).values()} == {"ok"}
        yield all_of_them


def test_a_loss_is_held_with_its_bytes_until_a_good_visit_denies_it(watched: Watched) -> None:
    assert watched.outcomes(numbers(2)) == {"held"}
    app = watched.bench.app
    assert {page.source: app.archive.get(page.archive_key).decode() for page in app.store.held()} == {
        name: made(numbers(2)) for name, (made, _, _) in KINDS.items()
    }
    assert {app.store.state(name).error for name in KINDS} == {ErrorClass.QUARANTINE}
    assert watched.outcomes(numbers(24)) <= {"ok", "unchanged"}
    assert app.store.held() == ()
    assert {app.store.state(name).error for name in KINDS} == {None}


def test_a_loss_that_stays_is_believed_at_the_third_visit(watched: Watched) -> None:
    assert [watched.outcomes(numbers(2), " " * n) for n in range(2)] == [{"held"}, {"held"}]
    assert {row["outcome"] for row in watched.visit(numbers(2), "  ").values()} == {"ok"}
    assert watched.bench.app.store.held() == ()


def test_a_wall_is_never_believed_however_often_it_comes_and_whatever_a_person_says(watched: Watched) -> None:
    for n in range(4):
        assert watched.outcomes(WALL, " " * n) <= {"held", "failed"}
    watched.release(keep=True)
    assert watched.outcomes(WALL, "<p></p>") <= {"held", "failed"}
    assert watched.outcomes(numbers(24)) <= {"ok", "unchanged"}


@pytest.mark.fault("F12")
def test_what_a_person_keeps_is_believed_at_the_next_visit(watched: Watched) -> None:
    watched.visit(numbers(2))
    assert watched.release(keep=True) == [1] * len(KINDS)
    assert {row["outcome"] for row in watched.bench.poll().values()} == {"ok"}


@pytest.mark.fault("F12")
def test_what_a_person_drops_is_doubted_anew(watched: Watched) -> None:
    watched.visit(numbers(2))
    assert watched.release(keep=False) == [1] * len(KINDS)
    assert {watched.bench.app.store.state(name).error for name in KINDS} == {None}
    assert watched.outcomes(numbers(2)) == {"held"}
