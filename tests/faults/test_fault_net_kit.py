"""Every fault of the hostile peer visited twice through the whole pipeline: each visit ends as the fault matrix says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside

from cgtwatch.model.item import Item, SourceState
from cgtwatch.store.records import ItemQuery
from faults.hostile_kit import ALLOWED, HEAD, HOSTS, RESTING, SMALLER, Story, fault_sources, stories, word_of
from hostile_peer import Peer, hostile_peer
from shared import needs_shared

pytestmark = [pytest.mark.recorded, needs_shared]

VISITS = 2
HOURS = 13  # between them
INTERVAL = timedelta(hours=12)
CHINESE = "国家药品监督管理局关于发布《细胞治疗产品生产质量管理指南》的公告"


@dataclass
class Seen:
    """The rows of all visits by fault, what is stored of it, and what the peer was asked."""

    rows: dict[str, list[dict[str, Any]]]
    expected: dict[str, Story]
    items: dict[str, list[Item]]
    states: dict[str, SourceState]
    asked: dict[str, list[dict[str, Any]]]
    canary: int

    def told(self, name: str) -> list[tuple[str, int]]:
        return [(word_of(row), row["new"]) for row in self.rows[name]]

    def titles(self, name: str) -> list[str]:
        return [item.latest.title for item in self.items.get(name, [])]

    def wait(self, name: str) -> timedelta:
        """Until the visit after the last one."""
        state = self.states[name]
        assert state.next_poll is not None
        assert state.last_visit is not None
        return state.next_poll - state.last_visit


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    root = tmp_path_factory.mktemp("kit")
    with hostile_peer(*HOSTS, *RESTING) as peer:
        faults = peer.control("list")
        text = HEAD + fault_sources(peer, faults, SMALLER, every="12h", timeout="3s")
        with inside(root, text, allow_private=ALLOWED) as bench:
            yield polled(bench, peer, stories(faults))


def polled(bench: Inside, peer: Peer, expected: dict[str, Story]) -> Seen:
    rows: dict[str, list[dict[str, Any]]] = {}
    for _ in range(VISITS):
        for source, row in bench.poll().items():
            rows.setdefault(source.removeprefix("f-"), []).append(row)
        bench.pass_time(hours=HOURS)
    items: dict[str, list[Item]] = {}
    for item, _ in bench.app.store.items(ItemQuery(limit=None)):
        items.setdefault(item.source.removeprefix("f-"), []).append(item)
    states = {name.removeprefix("f-"): state for name, state in bench.app.store.states().items()}
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in peer.control("log"):
        asked.setdefault(row.get("fault", ""), []).append(row)
    return Seen(rows, expected, items, states, asked, peer.control("stats")["canary"])


@pytest.mark.fault("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N11", "H1", "H2", "H3", "H7", "H8")
@pytest.mark.fault("H11", "H14", "H15", "H16", "H17", "F3", "F14", "F15", "F16", "F17", "F19", "E5", "S2", "S3", "S4")
def test_every_visit_to_every_fault_ends_as_the_matrix_says(seen: Seen) -> None:
    assert len(seen.expected) == 248
    wrong = {name: seen.told(name) for name, story in seen.expected.items() if not story.fits(seen.rows[name])}
    assert wrong == {}


# ---- the wire


@pytest.mark.fault("N2", "N4", "N11", "H1", "H2", "H16")
@pytest.mark.parametrize(
    "fault",
    ["slow-body", "stall-mid-body", "rst", "rst-mid", "early-close", "cl-long", "chunked-trunc", "gzip-trunc", "gzip-lie", "206"],
)
def test_nothing_is_kept_of_a_part_of_an_answer(seen: Seen, fault: str) -> None:
    assert fault not in seen.items
    assert not seen.states[fault].baseline_done


@pytest.mark.fault("N1", "N2", "N3", "N4", "N7")
@pytest.mark.parametrize("fault", ["slow-headers", "slow-body", "slow-first-byte", "stall-mid-body", "endless-100"])
def test_who_never_ends_an_answer_is_asked_less_and_less_often(seen: Seen, fault: str) -> None:
    assert seen.states[fault].failures == VISITS
    assert seen.wait(fault) > timedelta(minutes=5 * 3 ** (VISITS - 1)) * 0.8  # 5, 15, 45 minutes, give or take a fifth


@pytest.mark.fault("N11")
@pytest.mark.parametrize("fault", ["rst", "rst-mid", "early-close"])
def test_a_cut_connection_is_tried_once_more_at_once_and_then_left_alone(seen: Seen, fault: str) -> None:
    assert [row["requests"] for row in seen.rows[fault]] == [2] * VISITS


@pytest.mark.fault("H4", "H5")
@pytest.mark.parametrize(
    "fault",
    ["429-seconds", "429-date", "429-garbage", "429-negative", "429-decades", "429-past", "429-float", "503-retry", "status"],
)
def test_who_asks_for_rest_gets_an_interval_at_least_and_a_day_at_most(seen: Seen, fault: str) -> None:
    assert INTERVAL <= seen.wait(fault) <= timedelta(days=1) * 1.05


@pytest.mark.fault("H3", "H10")
def test_validators_that_make_no_sense_are_not_sent_back(seen: Seen) -> None:
    for fault in ("header-inject", "lm-future"):
        headers = [row["headers"] for row in seen.asked[fault]]
        assert len(headers) >= VISITS
        assert not [one for one in headers if "if-none-match" in one or "2099" in one.get("if-modified-since", "")], fault
    assert [word for word, _ in seen.told("etag-random")] == ["ok", "same"], "the bytes decide"


@pytest.mark.fault("H11")
@pytest.mark.parametrize("fault", ["redirect-loop", "redirect-chain"])
def test_five_redirects_are_followed_and_no_more(seen: Seen, fault: str) -> None:
    assert [row["requests"] for row in seen.rows[fault]] == [6] * VISITS


@pytest.mark.fault("S1", "S4", "S6")
@pytest.mark.promise("P10")
def test_nobody_was_tricked_into_asking_for_what_is_forbidden(seen: Seen) -> None:
    assert seen.canary == 0
    assert "canary" not in seen.asked


# ---- what a feed means


@pytest.mark.fault("F3")
def test_entries_that_lack_their_names_are_known_by_what_is_left(seen: Seen) -> None:
    for fault in ("feed-no-guid", "feed-no-link", "feed-no-date", "feed-no-title"):
        assert len(seen.items[fault]) == 5, fault
    assert seen.rows["feed-nothing"][0]["notes"] == ["5 entries without title, link and text were skipped"]


@pytest.mark.fault("F4", "F5")
def test_no_unbelievable_date_is_believed(seen: Seen) -> None:
    days = [item.latest.published_on for fault in ("feed-bad-dates", "feed-future") for item in seen.items[fault]]
    latest = datetime.now(UTC).date() + timedelta(days=2)  # the peer counts from today
    assert len(days) == 27
    assert [day for day in days if day is not None and not date(1990, 1, 1) <= day <= latest] == []


@pytest.mark.fault("F17")
def test_a_clock_a_token_and_a_counter_are_no_news(seen: Seen) -> None:
    assert [row["updated"] + row["announced"] for row in seen.rows["html-noise"]] == [0] * VISITS


# ---- text


@pytest.mark.fault("E1", "E2", "E3", "E4", "E5", "E7", "E8", "E9")
@pytest.mark.parametrize(
    "fault",
    [
        *(
            "gbk-as-utf8",
            "utf8-as-gbk",
            "header-vs-decl",
            "gb18030-in-gb2312",
            "gbk-nodecl",
            "utf8-bom",
            "utf8-bom2",
            "space-first",
        ),
        *("utf16-bom", "utf16-nobom", "unknown-charset", "utf8-invalid", "cesu8", "nul", "control"),
    ],
)
def test_a_chinese_title_is_read_as_it_was_written(seen: Seen, fault: str) -> None:
    (title,) = seen.titles(f"enc-{fault}")
    damaged = fault in ("utf8-invalid", "cesu8", "nul", "control")  # two letters of it were taken out or spoilt on the way
    assert (CHINESE[2:] if damaged else CHINESE) in title
    assert "Õ" not in title
    assert not [sign for sign in title if sign < " "]


@pytest.mark.fault("E6", "E8", "E9", "E10")
def test_other_charsets_are_read_and_what_was_encoded_twice_is_said(seen: Seen) -> None:
    assert seen.titles("enc-big5") == ["衛生福利部公告細胞治療"]
    assert seen.titles("enc-shift-jis") == ["再生医療等製品の承認"]
    assert "<script" not in seen.titles("enc-utf7")[0]
    for fault in ("enc-html-meta", "enc-html-conflict"):
        assert all("国家药监局发布细胞治疗指导原则" in title for title in seen.titles(fault)), fault
    assert "encoded twice by the publisher" in seen.states["enc-mojibake"].message
    assert "3 broken bytes replaced" in seen.states["enc-utf8-invalid"].message


@pytest.mark.fault("S1")
@pytest.mark.promise("P10")
def test_no_file_of_ours_is_in_any_item(seen: Seen) -> None:
    read = [item.latest for name in seen.items if name.startswith("xml-") for item in seen.items[name]]
    hosts = Path("/etc/hosts").read_text(encoding="utf-8").split()
    assert not [one for one in read if "root:" in one.title + one.text or "localhost" in one.title + one.text]
    assert hosts
    assert len(seen.items["xml-dtd-netscape"]) == 1


@pytest.mark.fault("S8", "S10", "S11")
@pytest.mark.promise("P11")
def test_titles_are_one_short_line_of_text(seen: Seen) -> None:
    for name, items in seen.items.items():
        for title in (item.latest.title for item in items):
            assert len(title) <= 3000, name
            assert len(title.splitlines()) <= 1, name
            assert not {"\u202e", "\u200b", "\u2060", "\ufeff", "\x1b", "\x00", "\u2028", "\x85"} & set(title), name
            assert name == "title-escaped" or "<script" not in title, name


@pytest.mark.fault("S9", "S6")
@pytest.mark.promise("P11")
def test_links_lead_to_the_web_or_nowhere_and_their_items_are_kept(seen: Seen) -> None:
    for name in (name for name in seen.expected if name.startswith("link-")):
        assert len(seen.items[name]) == 2, name
        links = [item.latest.url for item in seen.items[name]]
        assert all(link == "" or link.startswith(("http://", "https://")) for link in links), name
        assert max(map(len, links)) < 10_000, name


@pytest.mark.fault("S14", "S12")
@pytest.mark.promise("P11")
def test_what_other_programs_would_obey_is_kept_word_for_word(seen: Seen) -> None:
    assert "'; DROP TABLE item;--" in seen.titles("title-sql")
    assert any(title.startswith("=cmd|") for title in seen.titles("title-csv"))
    assert {name: seen.told(name)[0] for name in ("title-jinja", "title-format")} == {
        "title-jinja": ("?layout", 0),
        "title-format": ("?layout", 0),
    }, "half of the page looks like a template that nobody filled in"
