"""Every fault of the hostile peer as a source beside healthy ones, polled by the real command, round after round."""

import pytest
from attack import feed
from place import Place, Site

from hostile_peer import hostile_peer
from shared import needs_shared

HEAD = "defaults: {gap: 0s, robots: ignore, every: 1h, timeout: 6s, issuer: fda, jurisdiction: US, language: en}\nsources:\n"
AS_LIST = ', list: {item: li, title: a, link: "a@href", date: span}'
MAY_TELL = {"grow", "feed-dup-guid-new", "feed-window", "feed-edit-title"}  # there something is new, or edited, at every look


@pytest.mark.promise("P12")
@pytest.mark.chaos
@pytest.mark.recorded
@needs_shared
@pytest.mark.fault("F8", "F10")
def test_no_fault_stops_a_round_or_tells_what_is_no_news(place: Place, site: Site) -> None:
    site.page("/healthy", feed(range(5, 0, -1)), "application/rss+xml")
    with hostile_peer() as peer:
        faults = peer.control("list")
        lines = []
        for fault in faults:
            kind = {"html": "list", "pdf": "page"}.get(fault["group"], "feed")
            rule = AS_LIST if kind == "list" else ""
            lines.append(
                f'  - {{id: f-{fault["name"]}, kind: {kind}, url: "{peer.url(fault["name"])}?key={fault["name"]}"{rule}, name: f}}'
            )
        lines.append(f'  - {{id: healthy, kind: feed, url: "{site.url}/healthy", name: h}}')
        place.sources(HEAD + "\n".join(lines) + "\n")
        for number in range(3):
            rows = place.poll()
            assert len(rows) == len(faults) + 1
            assert rows["healthy"]["outcome"] == ("ok" if number == 0 else "unchanged")
            assert not [name for name, row in rows.items() if (row["error"] or "").startswith(("internal", "storage"))]
            late = [name for name, row in rows.items() if row["seconds"] > 30]
            assert not late
            told = {name.removeprefix("f-") for name, row in rows.items() if row["announced"]}
            assert told <= MAY_TELL
