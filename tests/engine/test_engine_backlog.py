"""A subscription that begins in the past: its first digest tells what was stored in silence since then, and nobody else hears of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inside import Inside, inside
from place import Site, serving

from cgtwatch.store.records import EventQuery

ROW = "<li><a href='/act/{0}.html'>关于细胞治疗产品检查指南第{0}部分的通告</a><span>{1}</span></li>"
DAYS = ("2026-02-27", "2026-02-10", "2025-12-01", "2025-06-01")
SOURCES = """\
sources:
  - {{id: acts, kind: list, url: "{url}/list", issuer: nmpa, jurisdiction: CN, language: zh, gap: 0s,
     list: {{item: ul li, date: span}}}}
"""


def listed(*rows: str) -> str:
    return f"<html><body><ul>{''.join(rows)}</ul></body></html>"


OLD = [ROW.format(n, day) for n, day in enumerate(DAYS, 1)]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        running.page("/list", listed(*OLD))
        yield running


@pytest.fixture
def bench(site: Site, tmp_path: Path) -> Iterator[Inside]:
    """A watch after its first look, which was silent."""
    with inside(tmp_path, SOURCES.format(url=site.url)) as made:
        made.poll()
        yield made


def added(bench: Inside, **wishes: Any) -> dict[str, Any]:
    return bench.ask("subscriptions.add", **{"name": "mei", "to": "local:", "lang": "zh", "cadence": "daily@08:00"} | wishes)[0]


def digests(bench: Inside) -> list[dict[str, Any]]:
    return [row for row in bench.ask("digest") if row["outcome"] != "nothing"]


def told(bench: Inside) -> list[int]:
    """The numbers of the acts in the latest digest of mei."""
    latest = bench.app.store.digests("mei")[0]
    return [n for n in range(1, 6) if f"第{n}部分" in latest.text]


def test_the_first_digest_tells_at_once_what_was_stored_in_silence_since_then(bench: Inside) -> None:
    added(bench, since="2026-01-01T00:00+08:00")
    [row] = digests(bench)
    assert (row["subscription"], row["events"]) == ("mei", 2)
    assert told(bench) == [1, 2]


def test_it_is_told_once(bench: Inside) -> None:
    added(bench, since="2026-01-01T00:00+08:00")
    digests(bench)
    bench.pass_time(days=2)
    assert digests(bench) == []


def test_only_what_was_asked_for_is_in_it(bench: Inside) -> None:
    added(bench, since="2025-01-01T00:00+08:00", query="第3部分")
    assert digests(bench)[0]["events"] == 1
    assert told(bench) == [3]


def test_nobody_else_hears_of_it(bench: Inside) -> None:
    added(bench, name="li")
    added(bench, since="2025-01-01T00:00+08:00")
    assert [row["subscription"] for row in digests(bench)] == ["mei"]
    assert bench.app.store.last_seq() == 0


def test_news_since_then_stands_beside_it_once(bench: Inside, site: Site) -> None:
    site.page("/list", listed(ROW.format(5, "2026-03-02"), *OLD))
    bench.pass_time(hours=7)
    assert bench.poll()["acts"]["announced"] == 1
    added(bench, since="2026-01-01T00:00+08:00")
    assert digests(bench)[0]["events"] == 3
    assert told(bench) == [1, 2, 5]


def test_a_preview_shows_it(bench: Inside) -> None:
    from cgtwatch.pipeline.digest import preview

    added(bench, since="2026-01-01T00:00+08:00")
    message, count = preview(bench.app.store.subscription("mei"), bench.app.digest_parts, bench.now)
    assert count == 2
    assert "第2部分" in message.text


def test_an_event_of_it_is_explained(bench: Inside) -> None:
    added(bench, since="2026-01-01T00:00+08:00")
    digests(bench)
    event = next(one for one in bench.app.store.events(EventQuery()) if "第2部分" in one.title)
    [found] = bench.app.store.explain(event.id).told
    assert (found.subscription, found.wanted, found.reason[:18]) == ("mei", True, "asked for the past")
    other = next(one for one in bench.app.store.events(EventQuery()) if "第4部分" in one.title)
    assert bench.app.store.explain(other.id).told == ()


def test_without_a_day_a_subscription_begins_now(bench: Inside) -> None:
    added(bench)
    bench.pass_time(days=2)
    assert digests(bench) == []


def test_where_nothing_lies_in_the_past_there_is_no_early_digest(bench: Inside) -> None:
    added(bench, since="2026-03-01T00:00+08:00")
    assert digests(bench) == []


def test_a_subscription_of_a_file_begins_in_the_past_too(bench: Inside) -> None:
    text = "subscriptions:\n  - {name: mei, to: 'local:', since: 2026-01-01}\n"
    bench.ask("subscriptions.apply", text=text)
    assert digests(bench)[0]["events"] == 2
    assert [row["action"] for row in bench.ask("subscriptions.apply", text=text) if "action" in row] == ["unchanged"]
