"""What messages mention beside what they tell, looked up once for all messages of a run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.thread import Step
from cgtwatch.model.event import PolicyEvent
from cgtwatch.model.source import Source
from cgtwatch.model.subscription import Subscription
from cgtwatch.model.translation import Translation
from cgtwatch.pipeline.beside import answered, steps_of
from cgtwatch.select import wanted
from cgtwatch.store import Store

Lookup = Callable[[PolicyEvent], Translation | None]


class Contexts:
    """Makes the context of each message. `frame` holds what is the same for all: names, the page's address, the templates.

    What it has looked up it does not look up again: one is made for each run.
    """

    def __init__(
        self, store: Store, sources: Sequence[Source], frame: DigestContext, translated: Callable[[str], Lookup]
    ) -> None:
        self._store, self._translated = store, translated
        self._frame = replace(
            frame,
            source_names={source.id: source.name for source in sources},
            sources_watched=sum(source.enabled for source in sources),
            sources_answered=answered(store, sources),
            stored=store.counts().items,
        )
        self._open: dict[date, Sequence[PolicyEvent]] = {}
        self._steps: dict[str, Sequence[Step]] = {}

    def __call__(self, subscription: Subscription, why: Mapping[str, tuple[str, ...]], now: datetime) -> DigestContext:
        """For a message to `subscription` that tells the events of `why`, each with the reasons of the choice."""
        return replace(
            self._frame,
            open_consultations=tuple(one for one in self._open_on(now.date()) if wanted(subscription, one).wanted),
            why=why,
            steps=self._around(why.keys()),
            translated=self._translated(subscription.language),
        )

    def _open_on(self, day: date) -> Sequence[PolicyEvent]:
        if day not in self._open:
            self._open[day] = self._store.open_consultations(day)
        return self._open[day]

    def _around(self, events: Collection[str]) -> Mapping[str, Sequence[Step]]:
        fresh = [name for name in events if name not in self._steps]
        if fresh:
            found = steps_of(self._store, fresh)
            self._steps |= {name: found.get(name, ()) for name in fresh}
        return {name: self._steps[name] for name in events if self._steps[name]}
