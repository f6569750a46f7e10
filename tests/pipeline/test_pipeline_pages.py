"""All answers of a visit read as one: terms, older pages, maps of a sitemap, and what becomes of a page that fails."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cgtwatch.diff.identity import keys
from cgtwatch.errors import ParseError
from cgtwatch.model.draft import Draft, FurtherPage, Parsed
from cgtwatch.model.fetch import Ask, ErrorClass, Failed, Fetched, Validators, Visit
from cgtwatch.model.item import KnownItem, SourceState
from cgtwatch.model.source import ApiRule, Kind, ListRule, Names, Paging, SitemapRule, Source
from cgtwatch.pipeline.pages import PATIENCE, Doors, Reading, joined, read_all

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOST = "https://www.example.org"
LIST = Source("site", Kind.LIST, f"{HOST}/1", Names("站", "Site"), list=ListRule("li"), paging=Paging("path", "{n}", max_pages=4))
TERMS = Source("search", Kind.API, f"{HOST}/s?q={{term}}", Names("s", "s"), terms=("a", "b"), api=ApiRule())
MAP = Source("map", Kind.SITEMAP, f"{HOST}/index", Names("m", "m"), sitemap=SitemapRule())


def draft(name: str) -> Draft:
    return Draft(f"Notice {name}", f"{HOST}/{name}", published_on=date(2026, 3, 1))


def answer(url: str, body: bytes = b"", more: tuple[Fetched, ...] = ()) -> Fetched:
    return Fetched(url, url, 200, {}, body or url.encode(), Validators(), NOW, timedelta(), ask=Ask(url), more=more)


class Site:
    """Pages by address: names of entries, an error, or a page that cannot be read."""

    def __init__(
        self, pages: Mapping[str, tuple[str, ...] | ErrorClass | None], follow: tuple[str | FurtherPage, ...] = ()
    ) -> None:
        self.pages, self.asked, self.kept = pages, [], []
        self.follow = tuple(FurtherPage(one) if isinstance(one, str) else one for one in follow)

    def get(self, source: Source, url: str, max_bytes: int | None = None) -> Visit:
        self.asked.append(url)
        found = self.pages[url]
        status = 404 if found is ErrorClass.HTTP_4XX else None
        return Failed(url, found, "broken", "wait", NOW, status=status) if isinstance(found, ErrorClass) else answer(url)

    def turn(self, source: Source, at: Fetched, parsed: Parsed, page: int) -> Visit | None:
        url = f"{HOST}/{page}"
        return self.get(source, url) if url in self.pages else None

    def parse(self, source: Source, fetched: Fetched) -> Parsed:
        names = self.pages[fetched.url]
        if names is None:
            raise ParseError("site: expected rows, got nonsense")
        follow = self.follow if fetched.url.endswith("index") else ()
        return Parsed(tuple(replace(draft(name), position=n) for n, name in enumerate(names)), follow=follow)

    def keep(self, body: bytes) -> str:
        self.kept.append(body)
        return f"k{len(self.kept)}"


def read(
    site: Site, visit: Fetched, source: Source = LIST, known: tuple[str, ...] = (), failures: int = 0, whole: bool = True
) -> Reading:
    remembered = tuple(KnownItem(name, keys(draft(name)), "1:x", name, "", 1, 0, NOW) for name in known)
    seen = NOW if known else None
    state = SourceState(source.id, failures=failures, last_ok=seen, full_fetch_at=seen if whole else None)
    return read_all(source, state, visit, remembered, Doors(site, site, site.keep))


def titles(reading: Reading) -> list[str]:
    return [one.title.removeprefix("Notice ") for one in reading.parsed.drafts]


@pytest.mark.promise("P2")
def test_older_pages_are_read_until_a_known_entry_comes() -> None:
    site = Site({f"{HOST}/1": ("e", "d"), f"{HOST}/2": ("c", "b"), f"{HOST}/3": ("a",)})
    reading = read(site, answer(f"{HOST}/1"), known=("b",))
    assert (titles(reading), reading.requests, site.asked) == (["e", "d", "c", "b"], 2, [f"{HOST}/2"])
    assert [one.position for one in reading.parsed.drafts] == [0, 1, 2, 3]


def test_every_page_that_was_read_is_kept() -> None:
    site = Site({f"{HOST}/1": ("b",), f"{HOST}/2": ("a",)})
    reading = read(site, answer(f"{HOST}/1"))
    assert reading.kept == ("k1", "k2")
    assert reading.size == sum(len(body) for body in site.kept)


@pytest.mark.fault("F19")
def test_a_site_that_answers_the_first_page_for_every_page_ends_the_reading() -> None:
    site = Site(dict.fromkeys((f"{HOST}/{n}" for n in range(1, 9)), ("a",)))
    assert read(site, answer(f"{HOST}/1")).requests == 2


def test_the_page_limit_ends_the_reading() -> None:
    site = Site({f"{HOST}/{n}": (f"x{n}",) for n in range(1, 9)})
    assert read(site, answer(f"{HOST}/1"), known=("other",)).requests == 4


@pytest.mark.parametrize("broken", [ErrorClass.TIMEOUT, None])
def test_a_broken_older_page_fails_a_visit_that_has_to_catch_up(broken: ErrorClass | None) -> None:
    site = Site({f"{HOST}/1": ("b",), f"{HOST}/2": broken})
    reading = read(site, answer(f"{HOST}/1"), known=("a",))
    assert reading.failed is not None
    assert f"{HOST}/2" in reading.failed.message


def test_an_older_page_that_is_not_there_costs_the_first_page_nothing() -> None:
    site = Site({f"{HOST}/1": ("b",), f"{HOST}/2": ErrorClass.HTTP_4XX})
    reading = read(site, answer(f"{HOST}/1"), known=("a",))
    assert (reading.failed, reading.partial, titles(reading)) == (None, True, ["b"])
    assert "no older page" in reading.parsed.warnings[-1]


@pytest.mark.parametrize(("known", "failures"), [((), 0), (("a",), PATIENCE)])
def test_a_broken_older_page_is_forgiven_at_a_first_look_and_after_patience(known: tuple[str, ...], failures: int) -> None:
    site = Site({f"{HOST}/1": ("b",), f"{HOST}/2": ErrorClass.HTTP_5XX})
    reading = read(site, answer(f"{HOST}/1"), known=known, failures=failures)
    assert (reading.failed, reading.partial, reading.parsed.truncated, titles(reading)) == (None, True, True, ["b"])


def test_entries_of_several_terms_stand_once_each() -> None:
    first, second = f"{HOST}/s?q=a", f"{HOST}/s?q=b"
    site = Site({first: ("x", "y"), second: ("y", "z")})
    reading = read(site, replace(answer(first, more=(answer(second),)), requests=2), TERMS)
    assert (titles(reading), reading.requests, len(reading.kept)) == (["x", "y", "z"], 2, 2)


def test_a_term_whose_answer_cannot_be_read_is_an_error() -> None:
    first, second = f"{HOST}/s?q=a", f"{HOST}/s?q=b"
    with pytest.raises(ParseError):
        read(Site({first: ("x",), second: None}), answer(first, more=(answer(second),)), TERMS)


def test_a_term_without_an_answer_is_told_and_takes_nothing_for_gone() -> None:
    first = "https://a.gov/?q=1"
    reading = read(Site({first: ("x",)}), replace(answer(first), lost=("search term 'b': 404",)), TERMS)
    assert (titles(reading), reading.parsed.truncated, reading.partial) == (["x"], True, True)
    assert reading.parsed.warnings == ("search term 'b': 404",)


def test_the_maps_of_an_index_are_read_each() -> None:
    maps = (f"{HOST}/m1", f"{HOST}/m2")
    site = Site({f"{HOST}/index": (), maps[0]: ("a",), maps[1]: ("b",)}, follow=maps)
    reading = read(site, answer(f"{HOST}/index"), MAP)
    assert (titles(reading), reading.requests) == (["a", "b"], 3)


def test_a_map_that_fails_fails_a_visit_with_a_history_and_is_partial_without() -> None:
    maps = (f"{HOST}/m1", f"{HOST}/m2")
    site = Site({f"{HOST}/index": (), maps[0]: ErrorClass.TIMEOUT, maps[1]: ("b",)}, follow=maps)
    assert read(site, answer(f"{HOST}/index"), MAP, known=("b",)).failed is not None
    alone = read(site, answer(f"{HOST}/index"), MAP)
    assert (titles(alone), alone.partial) == (["b"], True)


def test_a_map_that_has_not_changed_since_the_last_visit_is_not_read_again() -> None:
    days = {"new": date(2026, 3, 2), "yesterday": date(2026, 3, 1), "old": date(2026, 2, 1), "untold": None}
    site = Site(
        {f"{HOST}/index": (), **{f"{HOST}/{name}": (name,) for name in days}},
        follow=tuple(FurtherPage(f"{HOST}/{name}", day) for name, day in days.items()),
    )
    again = read(site, answer(f"{HOST}/index"), MAP, known=("old",))
    assert (titles(again), again.parsed.truncated) == (["new", "yesterday", "untold"], True)
    assert titles(read(site, answer(f"{HOST}/index"), MAP)) == list(days)


def test_no_map_is_left_out_after_a_visit_that_could_not_read_all() -> None:
    maps = (FurtherPage(f"{HOST}/m1", date(2026, 2, 1)), FurtherPage(f"{HOST}/m2", date(2026, 2, 1)))
    site = Site({f"{HOST}/index": (), f"{HOST}/m1": ("a",), f"{HOST}/m2": ("b",)}, follow=maps)
    assert titles(read(site, answer(f"{HOST}/index"), MAP, known=("a",), whole=False)) == ["a", "b"]
    assert titles(read(site, answer(f"{HOST}/index"), MAP, known=("a",))) == ["a"]


def test_a_known_entry_pinned_above_new_ones_does_not_end_the_reading() -> None:
    site = Site({f"{HOST}/1": ("pinned", "f", "e"), f"{HOST}/2": ("pinned", "d", "c"), f"{HOST}/3": ("b", "a"), f"{HOST}/4": ()})
    reading = read(site, answer(f"{HOST}/1"), known=("pinned", "a"))
    assert (titles(reading), reading.requests) == (["pinned", "f", "e", "d", "c", "b", "a"], 3)


def test_a_page_of_nothing_but_known_entries_ends_the_reading() -> None:
    site = Site({f"{HOST}/1": ("b", "a"), f"{HOST}/2": ("x",)})
    assert read(site, answer(f"{HOST}/1"), known=("a", "b")).requests == 1


def test_a_row_that_moves_to_the_next_page_while_pages_are_read_stands_once() -> None:
    site = Site({f"{HOST}/1": ("d", "c"), f"{HOST}/2": ("c", "b"), f"{HOST}/3": ("a",)})
    assert titles(read(site, answer(f"{HOST}/1"), known=("a",))) == ["d", "c", "b", "a"]


NAMESAKE = Draft("药品通知件送达信息", f"{HOST}/t1.html")


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (replace(NAMESAKE, url=f"{HOST}/t2.html"), 2),
        (replace(NAMESAKE, url=f"{HOST}/t1.html?q=b"), 1),
        (replace(NAMESAKE, url=f"{HOST}/t1.html?id=2"), 1),
        (replace(NAMESAKE, url=""), 1),
        (replace(NAMESAKE, title="药品通知件送达信息（二）"), 2),
    ],
)
def test_notices_of_one_title_are_two_where_their_addresses_are(other: Draft, count: int) -> None:
    assert len(joined(Parsed((NAMESAKE,)), Parsed((other,))).drafts) == count


def test_documents_told_apart_by_a_parameter_are_two() -> None:
    one, two = (replace(NAMESAKE, url=f"{HOST}/show?id={n}") for n in (1, 2))
    assert len(joined(Parsed((one,)), Parsed((two,))).drafts) == 2
