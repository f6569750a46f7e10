"""The only place where parts are put together: settings in, a running set of rooms out, each made when first asked for."""

import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cgtwatch import __version__, registry
from cgtwatch.clock import SharedClock, utc_now
from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.source import Names, Source, hinted_by
from cgtwatch.model.subscription import Rotation, Subscription
from cgtwatch.parts import later, part

if TYPE_CHECKING:
    from cgtwatch.acquire.archive import Archive
    from cgtwatch.acquire.pacing import Pacing
    from cgtwatch.compose.messages import DigestContext
    from cgtwatch.compose.render import Renders
    from cgtwatch.config.own_rules import RulesFile
    from cgtwatch.config.settings import Settings
    from cgtwatch.config.sources import SourceFile, Vocabulary
    from cgtwatch.deliver.channel import Channel
    from cgtwatch.diff.adapt import Paces
    from cgtwatch.diff.calendar import Calendar
    from cgtwatch.diff.habit import Habit
    from cgtwatch.model.classification import Document, Understanding
    from cgtwatch.model.draft import Parsed
    from cgtwatch.model.event import PolicyEvent
    from cgtwatch.model.fetch import Fetched
    from cgtwatch.model.translation import Translation
    from cgtwatch.net.session import Net
    from cgtwatch.parse.service import ParseService
    from cgtwatch.pipeline.contexts import Contexts
    from cgtwatch.pipeline.digest import DigestParts
    from cgtwatch.pipeline.notices import NoticeParts
    from cgtwatch.pipeline.poll import Acquirer, PollParts
    from cgtwatch.pipeline.push import PushParts
    from cgtwatch.pipeline.send import SendParts
    from cgtwatch.pipeline.translating import TranslateParts
    from cgtwatch.store import Store
    from cgtwatch.understand.rules import Rules

Clock = Callable[[], datetime]
SHARED = "procrastinate"  # the engine of many processes
_HOUR = timedelta(hours=1)


def _sound(rules: "RulesFile") -> "RulesFile":
    if rules.mistakes:
        raise ConfigError(rules.mistakes)
    return rules


class App:
    """The parts of one process. Thread-safe; use as a context manager so that everything is closed."""

    def __init__(self, settings: "Settings", clock: Clock = utc_now, *, readonly: bool = False) -> None:
        self.settings = settings
        self.shared = settings.engine == SHARED  # whether other processes work on the same database
        self.clock = SharedClock(self._server_time) if self.shared and clock is utc_now else clock
        self.readonly = readonly
        self.stopping = threading.Event()  # set: begin nothing, wait for nothing
        self._made: dict[str, Any] = {}
        self._closers: list[Callable[[], None]] = []
        self._guard = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened, last first."""
        with self._guard:
            while self._closers:
                self._closers.pop()()
            self._made.clear()

    def _once(self, name: str, make: Callable[[], Any], close: str | None = None) -> Any:  # noqa: ANN401 - its property says what
        with self._guard:
            if name not in self._made:
                made = self._made[name] = make()
                if close is not None and hasattr(made, close):
                    self._closers.append(getattr(made, close))
            return self._made[name]

    # --- memory and material

    def today(self) -> date:
        """The day that it is where this machine stands, by which people count what is open and what is over."""
        return self.clock().astimezone().date()

    @property
    def store(self) -> "Store":
        """The memory."""
        return self._once("store", lambda: part("store")(self.settings.database_url, readonly=self.readonly), "close")

    def _server_time(self) -> datetime | None:
        return self.store.server_time()

    @property
    def archive(self) -> "Archive":
        """The raw bytes, by their hash."""
        return self._once("archive", lambda: self.store.bodies(self.clock) or part("archive")(self.settings.data_dir / "archive"))

    @property
    def rules(self) -> "Rules":
        """The rule data of the understanding, with the user's own."""
        return self._once("rules", lambda: part("rules")(self.rules_file.rules))

    @property
    def rules_file(self) -> "RulesFile":
        """The user's own rules as last read well. Raises `ConfigError` with every mistake."""
        return self._once("rules_file", lambda: _sound(self.read_rules()))

    def read_rules(self, path: Path | None = None) -> "RulesFile":
        """The user's rules (default: the settings' file, or the one beside the sources) read now, with their mistakes."""
        beside = self.settings.rules_beside
        asked = path or self.settings.rules or (beside if beside and beside.exists() else None)
        found: RulesFile = part("load_rules")(asked, self._words_vocabulary()) if asked else part("rules_file")()
        return found

    def _words_vocabulary(self) -> "Vocabulary":
        words = part("word_check")(part("word_problem"), part("too_common"), *part("shipped_words")())
        return replace(self.vocabulary, words=words)

    def use_rules(self, found: "RulesFile") -> None:
        """Understand by these from now on; what was read before stays as it is."""
        with self._guard:
            if "rules_file" in self._made and self._made["rules_file"].rules != found.rules:
                made = part("rules")(found.rules)  # before anything is let go: should it fail, all stays
                for name in ("read", "issuer_names", "names"):
                    self._made.pop(name, None)
                self._made["rules"] = made
            self._made["rules_file"] = found

    @property
    def secret_key(self) -> bytes:
        """What links and webhook secrets are derived from: the setting, else a key made once and kept in the data directory."""
        return self._once(
            "secret_key", lambda: self.settings.secret_key or part("kept_key")(self.settings.data_dir / "secret.key")
        )

    # --- sources

    @property
    def source_file(self) -> "SourceFile":
        """The sources as last read well."""
        return self._once("sources", self.read_sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources of the file, switched on or off."""
        return self.source_file.sources

    def read_sources(self, path: Path | None = None, rules: "RulesFile | None" = None) -> "SourceFile":
        """The file (default: the settings') read now, and the inbox where it is open; `rules` are the user's, read before.

        Raises `ConfigError` with every mistake, those of the user's rules too.
        """
        own = rules or self._made.get("rules_file") or self.read_rules()
        known = replace(self.vocabulary, issuers=self.vocabulary.issuers | own.issuers)
        try:
            found: SourceFile = part("load_sources")(path or self.settings.sources, known)
        except ConfigError as error:
            raise ConfigError([*own.mistakes, *error.problems]) from error
        _sound(own)
        found = replace(found, warnings=(*own.warnings, *found.warnings))
        if self.settings.inbox_token is None:
            return found
        inbox: Source = part("inbox_source")(self.settings.data_dir)
        described = any(one.id == inbox.id for one in found.sources)
        return found if described else replace(found, sources=(*found.sources, inbox))

    def use_sources(self, sources: "SourceFile") -> None:
        """Watch these from now on."""
        with self._guard:
            self._made["sources"] = sources

    def source(self, source_id: str) -> Source:
        """The source of that id. Raises `NotFound`."""
        for source in self.sources:
            if source.id == source_id:
                return source
        raise NotFound(f"no source {source_id!r} in {self.settings.sources}; `cgtwatch sources list` shows them")

    @property
    def vocabulary(self) -> "Vocabulary":
        """What `sources.yaml` may name."""

        return self._once("vocabulary", self._vocabulary)

    def _vocabulary(self) -> "Vocabulary":
        one = self.settings
        found: Vocabulary = part("vocabulary")(
            kinds=frozenset(part("parsers")), vias=frozenset(part("acquirers")), issuers=part("issuer_ids")(),
            check_selector=later("check_selector"), allow_private=one.allow_private,
            check_jmespath=later("check_jmespath"), environment=one.names,
            inbox=Path(part("inbox_source")(one.data_dir).folder.path) if one.inbox_token else None,
        )  # fmt: skip
        return found

    # --- rhythm

    def paces(self) -> "Paces":
        """When each source is likely to have news, from what came in the last months."""
        now = self.clock()
        came = self.store.arrivals(now - part("plan_history"))
        found: Paces = part("plan")(came, self.sources, now, self._calendars(now.year), self.store.first_looks())
        return found

    def habits(self) -> Mapping[str, "Habit"]:
        """How often each source brings news, from what came in the last year; learned anew each hour, because pages ask often."""
        now, sources = self.clock(), self.sources
        key, at, found = self._made.get("habits", (None, now, {}))
        if key is not sources or not timedelta() <= now - at < _HOUR:
            came = self.store.arrivals(now - part("habits_memory"))
            # The calendars cost a command a sixth of a second: none without anything to count by them.
            found = part("habits")(came, sources, now, self._calendars(now.year), self.store.first_looks()) if came else {}
            self._made["habits"] = sources, now, found
        return found

    def _calendars(self, year: int) -> Mapping[str, "Calendar"]:
        """The calendars of the sources' countries in `year` and the years beside it."""
        countries = sorted({(source.jurisdiction or "").partition("-")[0] for source in self.sources} - {""})
        years = range(year - 1, year + 2)
        return self._once(f"calendars {year} {countries}", lambda: part("nations")(countries, years))

    # --- doors

    @property
    def net(self) -> "Net":
        """The one guarded HTTP session."""
        contact = f"; {self.settings.contact}" if self.settings.contact else ""
        agent = f"cgtwatch/{__version__} (policy change monitor{contact})"
        policy = partial(part("net_policy"), self.settings.allow_private, agent, self.settings.ca_file)
        return self._once("net", lambda: part("net")(policy()), "close")

    @property
    def pacing(self) -> "Pacing":
        """One budget a host over all sources, and over all processes where others work too."""
        common = part("pacing_shared")(self.store, self.clock) if self.shared else None
        return self._once("pacing", lambda: part("pacing")(sleep=self.stopping.wait, shared=common))

    @property
    def parser(self) -> "ParseService":
        """The parse children."""
        return self._once("parser", part("parser"), "close")

    def acquirer(self, source: Source) -> "Acquirer":
        """The way in for `source`."""
        make = registry.load(part("acquirers"), source.via, what="via")
        return self._once(f"acquirer {source.via}", lambda: make(self._acquire_parts()), "close")

    def resting(self, source: Source) -> bool:
        """Whether the server that `source` is read from has asked to be left alone, and still wants it."""
        if self.pacing.nobody_rests:
            return False
        bridge = source.bridge
        if bridge is not None and (there := bridge.render or self.settings.rsshub_url):
            return self.pacing.rests((there,), self.clock())
        return self.pacing.rests((source.url, *([source.preload.url] if source.preload else [])), self.clock())

    def _acquire_parts(self) -> Any:  # noqa: ANN401 - an `acquire.parts.AcquireParts`
        one = self.settings
        return part("acquire_parts")(
            net=self.net, clock=self.clock, pacing=self.pacing, secret=one.secret,
            pick=self._pick, rsshub=one.rsshub_url, browser=str(one.browser) if one.browser else None, shared=lambda source: bool(self._beside(source)),
        )  # fmt: skip

    def _pick(self, source: Source, fetched: "Fetched") -> Mapping[str, str]:
        """The values of a preloaded page, read in a child; none is started before one is needed."""
        return self.parser.pick(source, fetched)

    def channel(self, name: str) -> "Channel":
        """The way out of that name. Raises `ConfigError` where there is none."""
        return self._once(
            f"channel {name}", lambda: registry.load(part("channels"), name, what="channel")(self._channel_parts()), "close"
        )

    def _channel_parts(self) -> Any:  # noqa: ANN401 - a `deliver.channel.ChannelParts`
        one = self.settings
        return part("channel_parts")(
            net=self.net, smtp_url=one.smtp_url, mail_from=one.mail_from, maildir=one.data_dir / "mailbox", secret_key=self.secret_key,
            public_url=one.public_url, clock=self.clock, ca_file=one.ca_file, secret=one.secret,
            reply_to=one.reply_to, bounces=one.bounce_address, dkim=one.dkim,
            rotation=lambda name: self._rotations().get(name, Rotation()),
        )  # fmt: skip

    def _rotations(self) -> Mapping[str, Rotation]:
        return self.store.rotations() if self.shared else self._once("rotations", self.store.rotations)

    def secrets_changed(self) -> None:
        """A signing secret was rotated, or a name has begun anew: look again before the next webhook is signed."""
        with self._guard:
            self._made.pop("rotations", None)

    # --- the corridor

    def read(self, document: "Document") -> "Understanding":
        """What `document` says; the rules are loaded when something new is read, not before."""
        read: Callable[[Document], Understanding] = self._once("read", lambda: partial(part("read"), rules=self.rules))
        return read(document)

    @property
    def poll_parts(self) -> "PollParts":
        """What a poll walks through."""
        found: PollParts = part("poll")(
            self.acquirer, self.parser, self.archive, self.store, self.read, self.clock, self.store.recording, self.stopping.is_set,
            lambda source: hinted_by(source, self.sources), heard=self._heard, resting=self.resting, beside=self._beside,
        )  # fmt: skip
        return found

    def _heard(self, source: Source, parsed: "Parsed") -> None:
        """Where hubs can reach us, remember the one that a feed names."""
        if self.settings.public_url is not None:
            part("learn")(source, parsed, self.store)

    @property
    def push_parts(self) -> "PushParts | None":
        """What asking hubs needs; None where they could not reach us."""
        if self.settings.public_url is None:
            return None
        found: PushParts = part("push")(self.net, self.store, self.clock, self.settings.public_url, self.secret_key)
        return found

    def _beside(self, source: Source) -> tuple[str, ...]:
        """The other sources that are read from the address of `source`."""
        return self.source_file.beside(source)

    @property
    def digest_parts(self) -> "DigestParts":
        """What a digest walks through."""
        found: DigestParts = part("digest")(self.store, self.channel, self._context, self.clock, self._contexts)
        return found

    @property
    def send_parts(self) -> "SendParts":
        """What a send walks through."""
        lease = part("lease") if self.shared else None
        found: SendParts = part("send")(self.store, self.channel, self.clock, random.SystemRandom().random, lease)
        return found

    @property
    def notice_parts(self) -> "NoticeParts":
        """What telling the operator needs; without a configured operator the local mailbox is told."""
        told, lang = part("alarm_target")(self.settings.operator), self.settings.operator_lang
        found: NoticeParts = part("notices")(self.store, self.channel, self.clock, told, self.templates, lang)
        return found

    def issuer_names(self) -> Mapping[str, Names]:
        """Every issuer of the register with its names."""
        return self._once("issuer_names", lambda: part("issuer_names")(self.rules))

    @property
    def translate_parts(self) -> "TranslateParts | None":
        """What a translation walks through; None where nobody translates."""
        one = self.settings
        if one.translate_url is None or one.translate_model is None:
            return None
        there = part("endpoint")(one.translate_url, one.translate_model, one.translate_languages, one.translate_key)
        found: TranslateParts = part("translate")(self.store, self.net.exchange, there, self._names, self.clock)
        return found

    def _names(self) -> Any:  # noqa: ANN401 - a `translate.check.Names`
        return self._once("names", lambda: part("names")(self.rules, self.rules_file.rules.products))

    def translated(self, language: str, events: "Iterable[PolicyEvent]" = ()) -> "Callable[[PolicyEvent], Translation | None]":
        """Looks up what a machine made of an event in `language`, where that is wanted and it passed the check; of `events` at once."""
        on = self.settings.translate_url is not None and language in self.settings.translate_languages
        found: Callable[[PolicyEvent], Translation | None] = part("lookup")(self.store, language, events, on=on)
        return found

    @property
    def templates(self) -> "Renders":
        """What messages are said with."""
        return self._once("templates", lambda: part("templates")(self.settings.templates))

    def topic_names(self) -> Mapping[str, Names]:
        """The user's own topics with their names."""
        return {topic.id: topic.name for topic in self.rules_file.rules.topics}

    def _contexts(self) -> "Contexts":
        """Makes the contexts of one run's messages."""
        frame = part("context")(
            issuer_names=self.issuer_names(), public_url=self.settings.public_url, topic_names=self.topic_names(),
            templates=self.templates, **({"keyed": partial(part("view_page"), self.secret_key)} if self.settings.public_url else {}),
        )  # fmt: skip
        found: Contexts = part("contexts")(self.store, self.sources, frame, self.translated)
        return found

    def _context(self, subscription: Subscription, why: Mapping[str, tuple[str, ...]], now: datetime) -> "DigestContext":
        return self._contexts()(subscription, why, now)
