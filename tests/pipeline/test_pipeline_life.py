"""Any life of subscriptions: whatever comes, pauses, breaks, dies and starts again, everybody is told of everything once."""

from collections import Counter
from datetime import time, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cgtwatch.model.delivery import DeliveryState, Payload, SendOutcome, SendResult
from cgtwatch.model.subscription import Cadence, Every, Filter, Options, Promise, Quiet, Status, Subscription
from cgtwatch.pipeline.digest import is_due, run_digests
from cgtwatch.pipeline.send import MOST_COPIES, SendParts, recover, send
from cgtwatch.select import is_quiet, next_due, wanted
from pipeline.digest_kit import Rooms, act, announce

PROMISES = {"email": Promise.AT_LEAST_ONCE, "webhook": Promise.AT_LEAST_ONCE, "slack": Promise.NEVER_TWICE}
WISHES = (Filter(), Filter(jurisdictions=("CN",)), Filter(query="absent"))
TAKEN, LATER = SendOutcome(SendResult.SENT, "250"), SendOutcome(SendResult.RETRY, "450")
CUT, REFUSED = SendOutcome(SendResult.UNKNOWN, "cut"), SendOutcome(SendResult.PERMANENT, "550")
OUTCOMES = (TAKEN, TAKEN, TAKEN, LATER, CUT, REFUSED, None)  # None: the process ends while it is sent
HOURS = st.sampled_from([1, 0, 24])
ANSWERS = st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=6) | st.sampled_from(OUTCOMES).map(lambda each: [each] * 9)


class Killed(BaseException):
    """The end of the process."""


class Life(RuleBasedStateMachine):
    """Operators and readers change their minds, sources publish, servers answer as they like, the clock is set."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms = Rooms()
        self.store = self.rooms.store
        self.begun: dict[str, int] = {}  # the mark at which each reader began
        self.marks: dict[str, int] = {}
        self.acts = 0
        self.done: set[str] = set()  # deliveries known to have arrived
        self.perhaps: Counter[str] = Counter()  # copies that were perhaps taken
        self.outcome: SendOutcome | None = TAKEN
        self.wrong: list[str] = []  # what a channel raises is an outcome, so nothing is asserted in there

    def teardown(self) -> None:
        try:
            self.everything_comes_in_the_end()
        finally:
            self.store.close()

    # --- what people do

    @initialize(quiet=st.booleans())
    def begin(self, quiet: bool) -> None:
        for channel in PROMISES:
            self.add(channel, Every.NOW, Filter(), quiet)
        self.publish(1, composed=True)

    @rule(
        channel=st.sampled_from(sorted(PROMISES)),
        every=st.sampled_from([Every.NOW, Every.HOURLY, Every.DAILY]),
        wishes=st.sampled_from(WISHES),
        quiet=st.booleans(),
    )
    def add(self, channel: str, every: Every, wishes: Filter, quiet: bool) -> None:
        name = f"reader{len(self.begun)}"
        mark = self.store.last_seq()
        options = Options(quiet=Quiet(time(22), time(7)) if quiet else None)
        due = next_due(Cadence(every), "UTC", self.rooms.now)
        one = Subscription(
            name,
            channel,
            f"{name}@example.org",
            Cadence(every),
            wishes,
            "UTC",
            "en",
            promise=PROMISES[channel],
            sent_upto=mark,
            next_due=due,
            options=options,
        )
        self.store.add_subscription(one, self.rooms.now)
        self.begun[name] = self.marks[name] = mark

    def live(self, chosen: int) -> Subscription:
        readers = self.store.subscriptions()
        if not readers:
            self.add("email", Every.NOW, Filter(), quiet=False)
            return self.live(chosen)
        return readers[chosen % len(readers)]

    @rule(chosen=st.integers(0, 9), status=st.sampled_from([Status.PAUSED, Status.ACTIVE, Status.ACTIVE]))
    def pause_or_resume(self, chosen: int, status: Status) -> None:
        one = self.live(chosen)
        self.store.update_subscription(one.name, status=status, next_due=next_due(one.cadence, "UTC", self.rooms.now))

    @rule(chosen=st.integers(0, 9), number=st.integers(0, 3))
    def move(self, chosen: int, number: int) -> None:
        one = self.live(chosen)
        self.store.update_subscription(one.name, target=f"{one.name}-{number}@example.org")

    @rule(chosen=st.integers(0, 9))
    def remove(self, chosen: int) -> None:
        self.store.remove_subscription(self.live(chosen).name, self.rooms.now)

    # --- what happens

    @rule(count=st.integers(1, 3), composed=st.booleans())
    def publish(self, count: int, composed: bool) -> None:
        announce(self.store, [act(self.acts + number) for number in range(count)])
        self.acts += count
        if composed:
            self.compose()

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 40, -2, -48]))
    def set_the_clock(self, hours: int) -> None:
        self.rooms.now += timedelta(hours=hours)

    @rule()
    def compose(self) -> None:
        last, now = self.store.last_seq(), self.rooms.now
        due = [one for one in self.store.due_subscriptions(last, now) if is_due(one, last, now)]
        assert {row.outcome for row in run_digests(due, self.rooms.parts)} <= {"queued", "nothing"}

    @rule(count=st.integers(1, 2), hours=HOURS, outcomes=ANSWERS)
    def publish_compose_and_deliver(self, count: int, hours: int, outcomes: list[SendOutcome | None]) -> None:
        """Hypothesis leaves rules out of whole lives; what matters most is in two."""
        self.publish(count, composed=True)
        self.deliver(hours, outcomes)

    @rule(hours=HOURS, outcomes=ANSWERS)
    def deliver(self, hours: int, outcomes: list[SendOutcome | None]) -> None:
        for self.outcome in outcomes:
            self.rooms.now += timedelta(hours=hours)
            if not (due := self.store.due_deliveries(self.rooms.now)):
                return
            try:
                row = send(due[0].key, self.parts)
            except Killed:
                self.start()
                continue
            if row is not None and row.state is DeliveryState.SENT:
                self.done.add(row.delivery)

    @rule()
    def start(self) -> None:
        recover(self.parts)
        assert self.store.deliveries(DeliveryState.ATTEMPTED) == []

    @property
    def parts(self) -> SendParts:
        return SendParts(self.store, lambda _name: self, lambda: self.rooms.now, lambda: 0.5)  # type: ignore[arg-type,return-value]

    def send(self, target: str, payload: Payload, key: str, now: object) -> SendOutcome:
        """What a target sees of us."""
        sent = self.store.delivery(key)
        readers = {one.name: one for one in self.store.subscriptions()}
        reader = readers.get(sent.subscription)
        found = {
            "nobody wants it": reader is None or (reader.status, reader.target) != (Status.ACTIVE, target),
            "it is night": reader is not None and is_quiet(reader, self.rooms.now),
            "it has arrived": key in self.done,
            "a room may have it": sent.promise == Promise.NEVER_TWICE and self.perhaps[key] > 0,
            "a mailbox may have enough of it": sent.channel == "email" and self.perhaps[key] >= MOST_COPIES,
        }
        self.wrong += [what for what, so in found.items() if so]
        if self.outcome is None or self.outcome.result is SendResult.UNKNOWN:
            self.perhaps[key] += 1
        if self.outcome is None:
            raise Killed
        return self.outcome

    # --- what always holds

    @invariant()
    def nothing_is_sent_that_should_not_be(self) -> None:
        assert self.wrong == []

    @invariant()
    def no_mark_goes_back(self) -> None:
        for one in self.store.subscriptions():
            assert one.sent_upto >= self.marks[one.name]
            self.marks[one.name] = one.sent_upto

    @invariant()
    def each_announcement_is_in_one_digest(self) -> None:
        for one in self.store.subscriptions():
            said = sorted((each for each in self.store.digests(one.name, None)), key=lambda each: each.from_seq)
            ends = [self.begun[one.name], *(each.to_seq for each in said)]
            assert [each.from_seq for each in said] == ends[:-1], "no gap and no overlap"
            assert ends[-1] == one.sent_upto
            for each in said:
                told = self.store.announcements(each.from_seq, each.to_seq)
                assert sorted(each.events) == sorted(seen.event.id for seen in told if wanted(one, seen.event).wanted)

    @invariant()
    def nothing_waits_for_who_left(self) -> None:
        there = {one.name for one in self.store.subscriptions()}
        assert {one.subscription for one in self.store.deliveries(limit=None) if one.state in {"queued", "retry"}} <= there

    def everything_comes_in_the_end(self) -> None:
        """All are served again, all servers work: nobody misses anything."""
        self.start()
        for one in self.store.subscriptions():
            self.store.update_subscription(one.name, status=Status.ACTIVE, next_due=self.rooms.now)
        for _ in range(3):
            self.rooms.now = (self.rooms.now + timedelta(days=2)).replace(hour=12)
            self.compose()
            while due := self.store.due_deliveries(self.rooms.now):
                self.outcome = TAKEN
                for each in due:
                    assert send(each.key, self.parts)
        self.nothing_is_sent_that_should_not_be()
        self.no_mark_goes_back()
        self.each_announcement_is_in_one_digest()
        last = self.store.last_seq()
        assert {one.sent_upto for one in self.store.subscriptions()} <= {last}
        left = {one.state for one in self.store.deliveries(limit=None)}
        assert left <= {DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DEAD, DeliveryState.CANCELLED}


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
