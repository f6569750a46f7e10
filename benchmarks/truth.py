"""What happened at the invented offices, and how well it was told."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from corpus import Office
from site_of_offices import Site

SHARE, EACH, EDITED, IDLE = 0.05, 2, 0.01, 0.05  # of the offices: with new items, how many, with an edit, with noise only


@dataclass(slots=True)
class Truth:
    """Office and number of every item that is new, and of every one that was edited; offices with noise alone."""

    new: list[tuple[Office, int]] = field(default_factory=list)
    edited: list[tuple[Office, int]] = field(default_factory=list)
    idle: set[int] = field(default_factory=set)

    def add(self, other: "Truth") -> None:
        """What happened besides."""
        self.new += other.new
        self.edited += other.edited
        self.idle |= other.idle

    def judged(self, told: Sequence[tuple[str, str]], address: Callable[[Office, int], str]) -> str:
        """In words, what of it was told."""
        times = Counter(told)
        new = [(str(office.number), address(office, n)) for office, n in self.new]
        edited = {(str(office.number), address(office, n)) for office, n in self.edited}
        moved = {each for each, _ in (*new, *edited)}
        alarms = {str(number) for number in self.idle} - moved
        return (
            f"new {sum(each in times for each in new)} of {len(new)}, repeated {sum(times[each] - 1 for each in new if each in times)}, "
            f"edits {sum(each in times for each in edited)} of {len(edited)}, "
            f"false alarms {len(alarms & {source for source, _ in told})} of {len(alarms)} with noise alone, "
            f"others {len(set(told) - set(new) - edited)}"
        )


def advance(site: Site, *, idle_only: bool = False) -> Truth:
    """A day goes by: some offices publish and some edit an item; `idle_only`: some change nothing but their bytes."""
    every = list(site.offices.values())
    drawn = random.Random(sum(office.changed for office in every))
    happened = Truth()
    drawn.shuffle(every)
    busy, edits, idle = (max(1, round(share * len(every))) for share in (SHARE, EDITED, IDLE))
    if idle_only:
        for office in every[:idle]:
            office.noise += 1
            office.changed += 1
            happened.idle.add(office.number)
        return happened
    for office in every[:busy]:
        happened.new += [(office, office.head + n) for n in range(EACH)]
        office.head += EACH
        office.changed += 1
    for office in every[busy : busy + edits]:
        n = office.head - 1 - drawn.randrange(office.shown)
        office.edits[n] = office.edits.get(n, 0) + 1
        office.changed += 1
        happened.edited.append((office, n))
    return happened
