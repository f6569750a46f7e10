"""A draft that waits too long is told once to its readers, with what that rests on; what ends the wait keeps it untold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from place import Site, serving

from cgtwatch.compose.changes import said_change
from cgtwatch.compose.words import words
from cgtwatch.model.event import AnnouncementKind
from web.watched import FEED, Watched, tell, watched

DRAFT = "Potency of Islet Cell Therapy Products; Draft Guidance for Industry; Availability"
FINAL = "Potency of Islet Cell Therapy Products; Guidance for Industry; Availability"
RENEWED = "Potency of Islet Cell Therapy Products; Draft Guidance for Industry; Reopening of the Comment Period"
LONG = 5 * 366


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watched]:
    """A watch that has told a Chinese and an English reader of one draft."""
    with serving(Site()) as site, watched(tmp_path, site, FEED) as made:
        made.publish("old", "Board meeting minutes", "The minutes of the spring meeting.")
        made.bench.poll()
        for language in ("zh", "en"):
            made.ask("subscriptions.add", name=language, to="local:", lang=language, cadence="now")
        made.bench.pass_time(hours=7)
        publish(made, "draft", DRAFT, "the agency announced the availability of a draft guidance on cell therapy for comment.")
        made.bench.engine.housekeep()
        yield made


def publish(watch: Watched, name: str, title: str, text: str) -> None:
    watch.publish(name, title, f"On {watch.bench.now:%d %B %Y} {text}")
    tell(watch)


def reminders(watch: Watched) -> list[str]:
    """The titles of what readers were reminded of."""
    return [each.event.title for each in watch.bench.app.store.announcements(0) if each.kind is AnnouncementKind.REMINDER]


def wait(watch: Watched, days: int) -> None:
    watch.bench.pass_time(days=days)
    watch.bench.engine.housekeep()


def test_a_draft_that_waits_too_long_is_told_once(watch: Watched) -> None:
    wait(watch, 200)
    assert reminders(watch) == []
    wait(watch, LONG)
    wait(watch, LONG)
    assert reminders(watch) == [DRAFT]


def test_readers_and_explain_hear_since_when_a_draft_is_stalled_and_on_what_that_rests(watch: Watched) -> None:
    wait(watch, LONG)
    store = watch.bench.app.store
    [draft] = store.waiting_drafts()
    assert draft.on == date(2026, 3, 2)
    assert {row["outcome"] for row in watch.ask("digest") if row["events"]} == {"queued"}
    told = store.explain(draft.id).announcements[-1]
    assert (told.kind, told.change) == (AnnouncementKind.REMINDER, "stalled: 2027-01-26 → 2028-08-03 (330, 0)")
    assert "No final form yet" in said_change(told.change, words("en"))
    assert "2027年1月26日" in said_change(told.change, words("zh"))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            FINAL,
            "the agency announced the availability of a final guidance, which finalizes the draft guidance of the same title.",
        ),
        (RENEWED, "the agency is reopening the comment period for the draft guidance on cell therapy."),
    ],
)
def test_a_final_form_or_a_new_draft_ends_the_wait(watch: Watched, title: str, text: str) -> None:
    watch.bench.pass_time(days=60)
    publish(watch, "next", title, text)
    assert DRAFT not in {one.title for one in watch.bench.app.store.waiting_drafts()}
    wait(watch, 2 * LONG)
    assert DRAFT not in reminders(watch)


def test_what_was_late_when_it_was_first_seen_is_no_news(tmp_path: Path) -> None:
    with serving(Site()) as site, watched(tmp_path, site, FEED) as late:
        late.publish("draft", DRAFT, "On 3 March 2009 the agency announced the availability of a draft guidance on cell therapy.")
        late.bench.poll()
        late.bench.engine.housekeep()
        wait(late, LONG)
        assert [one.on for one in late.bench.app.store.waiting_drafts()] == [date(2009, 3, 3)]
        assert reminders(late) == []
