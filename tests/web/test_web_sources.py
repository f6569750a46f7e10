"""The health of the sources for programs."""

from web.watched import Watched


def test_a_program_reads_what_was_got_and_what_to_try(mixed: Watched) -> None:
    rows = {row["id"]: row for row in mixed.page.get("/api/sources").json()["sources"]}
    well, sick = (next(row for row in rows.values() if (row["health"] == "ok") is good) for good in (True, False))
    assert well["last_ok"] > sick["last_ok"]
    assert {"last_new", "expected_next", "next_poll", "items"} <= set(well)
    assert sick["what"]
    assert sick["hint"]
