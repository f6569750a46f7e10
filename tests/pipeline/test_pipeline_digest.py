"""Readers who ask for the same share one message; each announcement is in one digest of each of them."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cgtwatch.errors import ComposeError, StoreError, StoreFull
from cgtwatch.model.subscription import Cadence, Every, Filter, Options, Origin, Promise, Quiet, Status, Subscription
from cgtwatch.pipeline import digest as digest_module
from cgtwatch.pipeline.digest import DigestRow, is_due, preview, run_digest, run_digests
from cgtwatch.pipeline.edition import edition, typical
from cgtwatch.store.records import DigestRecord
from pipeline.digest_kit import FILTERS, NOW, Rooms, Wire, act, announce, reader, remind


@pytest.fixture
def rooms() -> Rooms:
    made = Rooms()
    announce(made.store, [act(number) for number in range(1, 9)])
    return made


def outcomes(rows: list[DigestRow]) -> dict[str, str]:
    return {row.subscription: row.outcome for row in rows}


# --- once for all who ask for the same


def test_a_message_is_composed_once_for_each_filter_and_language(rooms: Rooms) -> None:
    many = [reader(f"r{number}", filter=FILTERS[number % 4], language="zh" if number % 8 < 4 else "en") for number in range(80)]
    rows = list(run_digests(rooms.add(*many), rooms.parts))
    assert set(outcomes(rows).values()) == {"queued"}
    assert len(rooms.composed) == 8
    assert len(set(rooms.wire.frozen)) == 80


def test_announcements_are_read_once_for_each_mark(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = rooms.store.announcements
    monkeypatch.setattr(rooms.store, "announcements", lambda mark: (asked.append(mark), read(mark))[1])
    many = [reader(f"r{number}", filter=FILTERS[number % 4], sent_upto=number % 3) for number in range(24)]
    list(run_digests(rooms.add(*many), rooms.parts))
    assert asked == [0, 1, 2]


def test_what_is_written_together_is_a_few_hundred_digests(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_module, "TOGETHER", 10)
    sizes: list[int] = []
    record = rooms.store.record_digests
    monkeypatch.setattr(rooms.store, "record_digests", lambda records: (sizes.append(len(records)), record(records))[1])
    list(run_digests(rooms.add(*(reader(f"r{number}") for number in range(25))), rooms.parts))
    assert sizes == [10, 10, 5]


filters = st.builds(
    lambda places, query: Filter(jurisdictions=places, query=query),
    st.sampled_from([(), ("CN",), ("US", "GB")]),
    st.sampled_from(["", "cell", "absent"]),
)
asked = st.fixed_dictionaries(
    {
        "cadence": st.builds(Cadence, st.sampled_from(Every), hour=st.integers(0, 23), weekday=st.integers(0, 6)),
        "filter": filters,
        "timezone": st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]),
        "language": st.sampled_from(["zh", "en"]),
        "welcomed": st.booleans(),
        "options": st.builds(Options, quiet=st.none(), most=st.none() | st.integers(1, 3)),
    }
)
who = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["email", "webhook", "slack"]),
        "target": st.sampled_from(["a@example.org", "https://example.org/hook"]),
        "promise": st.sampled_from(Promise),
        "sent_upto": st.integers(0, 3),
        "created_at": st.sampled_from([None, NOW - timedelta(days=1)]),
        "next_due": st.sampled_from([None, NOW]),
        "note": st.sampled_from(["", "a note"]),
        "origin": st.sampled_from(Origin),
    }
)


@pytest.fixture(scope="module")
def open_for_comment() -> Rooms:
    made = Rooms()
    announce(made.store, [act(number, comment_deadline=date(2026, 3, 10)) for number in range(1, 7)])
    return made


@given(wish=asked, one=who, other=who)
@settings(max_examples=60, deadline=None)
def test_readers_of_equal_wishes_get_equal_messages_whoever_they_are(
    open_for_comment: Rooms, wish: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    parts = open_for_comment.parts
    waiting = open_for_comment.store.announcements(0)
    mei, tom = (replace(reader(name), **wish, **person) for name, person in (("mei", one), ("tom", other)))
    kinds = [edition(each, 0, waiting, parts, NOW) for each in (mei, tom, typical(mei))]
    assert typical(mei) == typical(tom)
    assert kinds[0] == kinds[1] == kinds[2]


def test_nothing_of_who_asked_is_handed_to_the_composer(rooms: Rooms) -> None:
    quiet = Options(quiet=Quiet(time(22), time(7)), calendar=True)
    one = reader("mei", promise=Promise.NEVER_TWICE, note="n", origin=Origin.PAGE, options=quiet)
    rooms.add(one)
    run_digest(one, rooms.parts)
    (seen,) = rooms.composed
    assert seen == typical(seen)
    assert (seen.name, seen.target, seen.channel, seen.created_at, seen.options) == ("", "", "", None, Options(calendar=True))


# --- each for itself


def test_one_whose_message_cannot_be_frozen_fails_alone(rooms: Rooms) -> None:
    rooms.wire = Wire(frozenset({"r1"}))
    rows = list(run_digests(rooms.add(*(reader(f"r{number}") for number in range(3))), rooms.parts))
    assert outcomes(rows) == {"r0": "queued", "r1": "failed", "r2": "queued"}
    assert rooms.store.subscription("r1").sent_upto == 0


def test_a_message_that_cannot_be_composed_fails_for_its_readers_alone(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    context = rooms.context

    def broken(subscription: Subscription, *rest: object) -> object:
        if subscription.language == "en":
            raise ComposeError("digest: the template failed")
        return context(subscription, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rooms, "context", broken)
    rows = list(run_digests(rooms.add(reader("a"), reader("b", language="en"), reader("c", language="en")), rooms.parts))
    assert outcomes(rows) == {"a": "queued", "b": "failed", "c": "failed"}
    assert "the template failed" in (rows[0].error or rows[1].error or "")


def test_one_that_was_served_meanwhile_is_left_out_and_the_others_are_not(rooms: Rooms) -> None:
    stale = rooms.add(*(reader(f"r{number}") for number in range(3)))
    rooms.store.record_digest(DigestRecord("r1", 0, 8, NOW, None))
    rooms.store.update_subscription("r2", status=Status.PAUSED)
    assert outcomes(list(run_digests(stale, rooms.parts))) == {"r0": "queued", "r1": "taken", "r2": "taken"}


def test_one_that_no_transaction_takes_keeps_nobody_else_out(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    record = rooms.store.record_digests

    def refuse(records: list[DigestRecord]) -> tuple[bool, ...]:
        if any(one.subscription == "r1" for one in records):
            raise StoreError("text with half a character cannot be stored")
        return record(records)

    monkeypatch.setattr(rooms.store, "record_digests", refuse)
    rows = list(run_digests(rooms.add(*(reader(f"r{number}") for number in range(3))), rooms.parts))
    assert outcomes(rows) == {"r0": "queued", "r1": "failed", "r2": "queued"}


def test_storage_in_trouble_is_nobodys_fault_and_passes_through(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_records: object) -> None:
        raise StoreFull("no space left")

    monkeypatch.setattr(rooms.store, "record_digests", full)
    with pytest.raises(StoreFull):
        list(run_digests(rooms.add(reader("a")), rooms.parts))


# --- what readers wish


def test_nothing_new_is_said_to_whoever_wants_to_hear_it_once_for_each_hour(rooms: Rooms) -> None:
    (one,) = rooms.add(reader("a", sent_upto=8, next_due=NOW, options=Options(nothing_new=True)))
    first = run_digest(one, rooms.parts)
    again = run_digest(one, rooms.parts)
    rooms.now += timedelta(days=1)
    later = run_digest(rooms.store.subscription("a"), rooms.parts)
    assert [first.outcome, again.outcome, later.outcome] == ["queued", "taken", "queued"]
    assert len({row.key for row in rooms.store.deliveries()}) == 2


def test_nothing_new_is_not_said_to_whoever_hears_of_everything_at_once(rooms: Rooms) -> None:
    (one,) = rooms.add(reader("a", cadence=Cadence(Every.NOW), filter=Filter(query="absent"), options=Options(nothing_new=True)))
    assert run_digest(one, rooms.parts).outcome == "nothing"


def test_reminders_are_left_out_for_whoever_switched_them_off_and_explained(rooms: Rooms) -> None:
    event = act(9, comment_deadline=date(2026, 3, 9))
    announce(rooms.store, [event])
    remind(rooms.store, event, "deadline:2026-03-09:7")
    rows = list(
        run_digests(rooms.add(reader("a", sent_upto=9), reader("b", sent_upto=9, options=Options(reminders=False))), rooms.parts)
    )
    assert outcomes(rows) == {"a": "queued", "b": "nothing"}
    reasons = {one.subscription: one.reason for one in rooms.store.explain("e9").told}
    assert reasons["b"] == "not wanted: reminders of deadlines are switched off"


def test_a_reminder_whose_deadline_moved_is_not_told(rooms: Rooms) -> None:
    event = act(9, comment_deadline=date(2026, 4, 9))
    announce(rooms.store, [event])
    remind(rooms.store, event, "deadline:2026-03-09:7")
    (one,) = rooms.add(reader("a", sent_upto=9))
    assert run_digest(one, rooms.parts).outcome == "nothing"
    assert "out of date" in rooms.store.explain("e9").told[0].reason


def test_nobody_is_served_in_quiet_hours() -> None:
    one = reader("a", next_due=NOW, options=Options(quiet=Quiet(time(22), time(7))))
    assert not is_due(one, 0, NOW)
    assert is_due(one, 0, NOW.replace(hour=7))
    assert not is_due(replace(one, cadence=Cadence(Every.NOW)), 3, NOW)


def test_a_preview_is_the_message_that_goes_out(rooms: Rooms) -> None:
    (one,) = rooms.add(reader("a", filter=FILTERS[1]))
    shown, count = preview(one, rooms.parts, NOW)
    row = run_digest(one, rooms.parts)
    assert (count, shown.subject, shown.html) == (row.events, row.subject, rooms.store.digests("a")[0].html)


# --- any order of events


class Grouped(RuleBasedStateMachine):
    """News, digests in groups of any size, crashes between the writes: nothing is told twice and nothing is left out, and who is
    served with others gets what she would have got alone.
    """

    @initialize()
    def begin(self) -> None:
        self.many, self.alone = Rooms(), Rooms()
        self.acts = 0
        names = [reader(f"r{number}", filter=FILTERS[number % 5], language="zh" if number % 2 else "en") for number in range(10)]
        for rooms in (self.many, self.alone):
            rooms.add(*names)

    @rule(count=st.integers(1, 4))
    def news(self, count: int) -> None:
        events = [act(self.acts + n + 1) for n in range(count)]
        self.acts += count
        for rooms in (self.many, self.alone):
            announce(rooms.store, events)

    @rule(chosen=st.sets(st.integers(0, 9)), crash=st.none() | st.integers(0, 3), together=st.integers(1, 4))
    def digest(self, chosen: set[int], crash: int | None, together: int) -> None:
        """Serve some in groups; after `crash` writes the process ends. Whoever was served then is served alone in the other store."""
        readers = [self.many.store.subscription(f"r{number}") for number in chosen]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(digest_module, "TOGETHER", together)
            rows = run_digests(readers, self.many.parts)
            left = len(readers) if crash is None else min(len(readers), crash * together)
            for _ in range(left):
                next(rows)
        for one in readers:
            now = self.many.store.subscription(one.name)
            if now.sent_upto > one.sent_upto:
                run_digest(self.alone.store.subscription(one.name), self.alone.parts)

    @invariant()
    def everybody_was_told_the_same_as_alone(self) -> None:
        if not hasattr(self, "many"):
            return
        for number in range(10):
            name = f"r{number}"
            ours, theirs = (
                [
                    (one.from_seq, one.to_seq, one.subject, one.text, one.html, one.events, one.reason)
                    for one in rooms.store.digests(name, limit=None)
                ]
                for rooms in (self.many, self.alone)
            )
            assert ours == theirs

    @invariant()
    def every_announcement_is_in_one_digest_of_each_reader(self) -> None:
        if not hasattr(self, "many"):
            return
        store = self.many.store
        told = [(one.subscription, one.seq) for each in store.announcements(0) for one in store.explain(each.event.id).told]
        assert len(told) == len(set(told))
        assert sorted(told) == sorted(
            (f"r{n}", seq) for n in range(10) for seq in range(1, store.subscription(f"r{n}").sent_upto + 1)
        )
        assert store.check() == []

    def teardown(self) -> None:
        if hasattr(self, "many"):
            self.many.store.close()
            self.alone.store.close()


Grouped.TestCase.settings = settings(max_examples=10, stateful_step_count=8, deadline=None)
TestGrouped = Grouped.TestCase
