"""Changes to the sources as commands and the page ask for them: written into sources.yaml with its comments kept, then in force.

The file that ships is never written to: at the first change it is copied into the data directory, and the copy is used from then on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from cgtwatch.app import App
from cgtwatch.config.editing import added, changed, removed
from cgtwatch.config.inbox import INBOX
from cgtwatch.config.packaged import own_sources, packaged_sources
from cgtwatch.config.rewriting import copied, rewrite
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.engine.reloading import read_again
from cgtwatch.errors import ConfigError
from cgtwatch.model.source import Kind, Source

# What may be changed of a source that is in the file. The rest is for an editor: a slip there costs more than a line.
CHANGEABLE = ("name", "url", "every", "issuer", "jurisdiction", "level", "language", "timezone", "confidence")
# What a new source may say of itself. Secrets, proxies and files of this machine stand in what only an editor writes.
ADDABLE = frozenset(
    {*CHANGEABLE, "id", "kind", "via", "enabled", "terms", "must_match", "list", "paging", "detail", "sitemap", "page"}
)
SETTING = "CGTWATCH_SOURCES"
MOST = 2000  # sources added at once
RESERVED = frozenset({"new", "import"})  # `/sources/new` is no source
_UNWRITTEN = frozenset({Kind.FOLDER, Kind.API})


def pause(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `ids`. Switch those sources off; a row for each."""
    yield from _switch(engine.app, args, on=False)


def resume(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `ids`. Switch those sources on; a row for each."""
    yield from _switch(engine.app, args, on=True)


def change(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `id`, and `values` for some of `CHANGEABLE` (`name`: a text, or `zh` and `en`). One row."""
    source, values = engine.app.source(args["id"]), dict(args.get("values") or {})
    _only(values, CHANGEABLE, source.id)
    names = values.get("name")
    if isinstance(names, Mapping):
        values["name"] = {"zh": source.name.zh, "en": source.name.en, **names}
    yield _row(engine.app, source.id, _written(engine.app, [source.id], lambda text: changed(text, source.id, values)))


def remove(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `id`. Take the source out of the file; what it has brought stays stored. One row."""
    source = engine.app.source(args["id"])
    _written(engine.app, [source.id], lambda text: removed(text, source.id))
    yield {"source": source.id, "removed": True, "file": str(engine.app.settings.sources)}


def add(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `entries`: mappings with the keys of sources.yaml. All of them are added, or none; a row for each."""
    entries = [dict(one) for one in args.get("entries") or ()]
    if not entries or len(entries) > MOST:
        raise ConfigError([f"entries: name 1 to {MOST} sources"])
    taken = {source.id for source in engine.app.sources}
    for one in entries:
        name = str(one.get("id") or "")
        _only(one, ADDABLE, name or "(no id)")
        if name in taken:
            raise ConfigError([f"id: {name!r} is the id of another source; give this one an id of its own"])
        if name in RESERVED:
            raise ConfigError([f"id: {name!r} is the name of a page; give the source another id"])
        if str(one.get("kind")) in _UNWRITTEN:
            raise ConfigError([f"kind: {one['kind']} is written into sources.yaml by hand; docs/sources.md tells how"])
        taken.add(name)
    ids = [one["id"] for one in entries]
    _written(engine.app, ids, lambda text: added(text, entries))
    for name in ids:
        yield _row(engine.app, name, True)


def _switch(app: App, args: Args, *, on: bool) -> Iterator[Row]:
    ids = list(dict.fromkeys(args.get("ids") or ()))
    if not ids:
        raise ConfigError(["name a source; `cgtwatch sources list --off` shows them"])
    before = {name: app.source(name).enabled for name in ids}
    turned = [name for name in ids if before[name] is not on]

    def change(text: str) -> str:
        return reduce(lambda done, name: changed(done, name, {"enabled": on}), turned, text)

    if turned:
        _written(app, turned, change)
    for name in ids:
        yield _row(app, name, name in turned)


def _row(app: App, source_id: str, done: bool) -> Row:
    source = app.source(source_id)
    names = {"zh": source.name.zh, "en": source.name.en}
    return {"source": source.id, "name": names, "enabled": source.enabled, "changed": done, "file": str(app.settings.sources)}


def _only(values: Mapping[str, Any], known: Sequence[str] | frozenset[str], whose: str) -> None:
    others = sorted(values.keys() - set(known))
    if others or not values:
        told = f"{', '.join(others)}: not changed from here; write it into sources.yaml" if others else "nothing is to be changed"
        raise ConfigError([f"{whose}: {told}"])


def _written(app: App, ids: Sequence[str], change: Callable[[str], str]) -> bool:
    """Write the change into the file and watch by it; False where it already said so.

    What would be written is loaded before it takes the place of the file: of the other sources every one must be as it was.
    Raises `ConfigError` with the reason; then the file and the watch are as before.
    """
    if INBOX in ids and app.settings.inbox_token is not None:
        raise ConfigError(["inbox: is there by itself while CGTWATCH_INBOX_TOKEN is set; unset it to close the inbox"])
    path = _own_file(app)
    before = _others(app, path, ids)

    def check(made: Path) -> None:
        try:
            after = _others(app, made, ids)
        except ConfigError as error:
            raise ConfigError([problem.replace(str(made), str(path)) for problem in error.problems]) from None
        if after != before:
            raise ConfigError([f"{path}: not changed: other sources would change with it; use an editor"])

    done = rewrite(path, change, check)
    read_again(app)
    return done


def _own_file(app: App) -> Path:
    """The file to be written: the one in use, or the copy of the shipped one."""
    path = app.settings.sources
    if path.resolve() == packaged_sources().resolve():
        if app.settings.secret(SETTING):
            raise ConfigError(
                [f"{SETTING}: names the file that ships, which is not changed; unset it, or name a copy of that file"]
            )
        path = own_sources(app.settings.data_dir)
        copied(app.settings.sources, path)
        app.settings = replace(app.settings, sources=path)
    return path


def _others(app: App, path: Path, ids: Sequence[str]) -> list[Source]:
    return [source for source in app.read_sources(path).sources if source.id not in ids]
