"""What is stored about a person, told (GDPR article 15 and 20) and forgotten (article 17), by name or by address."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.deliver.mail.letters import letters_of, throw_away
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.readers.as_file import export_file
from cgtwatch.engine.readers.subscribing import farewell, shared, shown
from cgtwatch.errors import ConfigError, NotFound, StoreFull
from cgtwatch.model.subscription import Subscription
from cgtwatch.select import parse_target, shown_target
from cgtwatch.store.persons import Traces

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Person:
    """The subscriptions of one target (or, where a target is everybody's, of one name), and the target, where it is one person's."""

    numbers: tuple[int, ...]
    channel: str = ""
    target: str = ""


def export(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name` (of a subscription, or a target: `mei@example.org`, `https://…`), `secrets`. Row: everything stored about them.
    Without `name` all subscriptions, as `as_file.export_file` has them.

    `subscriptions`: each as `shown`, with `digests`, `deliveries` with `attempts`, `bounces`; `letters` in the local mailbox; `links`,
    what signed links are good for. Addresses of hooks are passwords and shown in full with `secrets` only. Raises `NotFound`.
    """
    if args.get("name") is None:
        yield from export_file(engine, args)
        return
    yield exported(engine.app, args.get("name"), secrets=args.get("secrets") is True)


def exported(app: App, name: object, *, secrets: bool = False) -> Row:
    """See `export`."""
    person = _person(app, name)
    found = [app.store.traces(number) for number in person.numbers]
    keys = [one["key"] for each in found for one in each.deliveries]
    letters = letters_of(_mailbox(app), keys, _address(person))
    return {
        "about": str(name), "exported_at": app.clock().isoformat(), "subscriptions": [_record(each, secrets) for each in found],
        "letters": [path.name for path in letters],
        "links": [{"purpose": "unsubscribe", "expires": None, "stored": False}, {"purpose": "confirm, manage", "stored": False}],
    }  # fmt: skip


def _record(found: Traces, secrets: bool) -> Row:
    one = found.subscription
    row = shown(one) | ({"to": one.target} if secrets else {})
    deliveries = [
        {**sent, "target": sent["target"] if secrets else shown_target(sent["channel"], sent["target"])}
        for sent in found.deliveries
    ]
    parts = {"digests": found.digests, "deliveries": deliveries, "bounces": found.bounces}
    return {**row, "removed_at": _plain(found.removed_at), **{name: _plain(rows) for name, rows in parts.items()}}


def _plain(value: Any) -> Any:  # noqa: ANN401 - the JSON border
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def erase(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name` (of a subscription, or a target: `mei@example.org`, `https://…`). Forget that person: all subscriptions to the
    target, removed and pending ones too, what was sent and answered, what came back, the letters in the local mailbox.

    What is left is that something was sent when, under the name `erased-N`, and a keyed hash by which a file that still names
    the target is known not to write there again. Row: `names`, how many of each kind, `traces` (how often the target still
    stands in the database's file), `beyond` (what is out of reach, a sentence each). Raises `NotFound`; `BusyError` while a
    message to them is under way.
    """
    app = engine.app
    person = _person(app, args.get("name"))
    found = [app.store.traces(number) for number in person.numbers]
    keys = [one["key"] for each in found for one in each.deliveries]
    letters = letters_of(_mailbox(app), keys, _address(person))
    notes = {each.number: _kept_of(app, each.subscription, person) for each in found}
    counts = app.store.erase(notes, app.clock())
    thrown = throw_away(letters)
    names = sorted({each.subscription.name for each in found})
    targets = {each.subscription.target for each in found} | {one["target"] for each in found for one in each.deliveries}
    needles = sorted(one for one in targets | {person.target} if not shared(one))
    traces = _scrub(app, needles)
    beyond = _beyond(app, names, needles)
    yield {"names": names, **counts, "letters": thrown, "traces": traces, "beyond": beyond}


def _kept_of(app: App, one: Subscription, person: _Person) -> str:
    """The farewell of a target that somebody may have asked not to be written to; one made when the reader left stays."""
    if one.note.startswith("left "):
        return one.note
    channel, target = (one.channel, one.target) if one.target else (person.channel, person.target)
    return farewell(app, channel, target) if not shared(target) else ""


def _person(app: App, name: object) -> _Person:
    """Whom `name` means. A target that all share, as the local mailbox is, means the one subscription alone."""
    if not isinstance(name, str) or not name.strip():
        raise ConfigError(["NAME is missing; write the name of a subscription, or an address"])
    called = app.store.numbers_called(name)
    if called:
        channel, target = _going_to(app.store.traces(called[-1], 1))
        if shared(target):
            return _Person(called, channel)
    else:
        channel, target = _target(name)
    numbers = app.store.numbers_to(channel, target, farewell(app, channel, target)) if not shared(target) else ()
    if not numbers:
        raise NotFound(f"nothing is stored about {name!r}; see `cgtwatch subscriptions list`")
    return _Person(numbers, channel, target)


def _going_to(found: Traces) -> tuple[str, str]:
    """Channel and target of a subscription; of a removed one where its last message went."""
    one = found.subscription
    return one.channel, one.target or next((sent["target"] for sent in found.deliveries), "")


def _target(name: str) -> tuple[str, str]:
    for text in (name, f"mailto:{name}"):
        try:
            return parse_target(text)
        except ValueError:
            continue
    return "", ""


def _address(person: _Person) -> str | None:
    return person.target if person.channel == "email" else None


def _mailbox(app: App) -> Path:
    return app.settings.data_dir / "mailbox"


def _scrub(app: App, needles: Sequence[str]) -> int:
    """How often what was erased still stands in the files of the database, after all has been done against it."""
    app.store.tidy()
    files = _database_files(app)
    if not sum(_times(path, needles) for path in files):
        return 0
    with suppress(StoreFull):
        app.store.tidy(rewrite=True)  # in the free space of pages that were written before deleted bytes were overwritten
    return sum(_times(path, needles) for path in files)


def _database_files(app: App) -> tuple[Path, ...]:
    path = Path(app.settings.database_url.removeprefix("sqlite:///"))
    return path, path.with_name(path.name + "-wal")


def _times(path: Path, needles: Sequence[str]) -> int:
    """How often one of `needles` stands in the file, in whatever case."""
    sought = [needle.casefold().encode() for needle in needles]
    if not sought or not path.is_file():
        return 0
    longest, tail, count = max(map(len, sought)), b"", 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            whole = tail + block.lower()
            before = len(tail)
            count += sum(len(_ends_after(whole, one, before)) for one in sought)
            tail = whole[1 - longest :] if longest > 1 else b""
    return count


def _ends_after(whole: bytes, sought: bytes, before: int) -> list[int]:
    """Where `sought` begins, as far as its end lies beyond the first `before` bytes, which were looked through already."""
    return [found.start() for found in re.finditer(re.escape(sought), whole) if found.end() > before]


def _beyond(app: App, names: Sequence[str], needles: Sequence[str]) -> list[str]:
    """What is out of our reach, a sentence each."""
    said = []
    for path in sorted((app.settings.data_dir / "backup").glob("*.db")):
        if _times(path, [*needles]):
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            said.append(f"the copy {path}, written {written:%Y-%m-%d}, still holds it; delete it, or let it grow old")
    file = app.settings.subscriptions
    if file is not None and _times(file, [*needles]):
        said.append(f"{file} still names the target; take the entry out (it is not applied)")
    said.append(
        f"log lines and alarms sent to the operator may name {', '.join(names)}; other copies of the database hold all of it"
    )
    said.append("what was sent lies with its receivers")
    return said
