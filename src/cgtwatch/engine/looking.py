"""Looks at sources and addresses that store nothing, as commands and the page ask for them."""

from collections.abc import Iterator

from cgtwatch.config.addresses import address_problem
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.ops.discovery import discover as propose
from cgtwatch.ops.sources import dry_visit

LONGEST_ADDRESS = 2000  # characters


def test(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `id`. One row: what a visit to that source gives now; see `ops.sources.dry_visit`."""
    yield dry_visit(engine.app, engine.app.source(args["id"]))


def discover(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `url`, `browser`. A row for each source that the address offers; see `ops.discovery.discover`."""
    yield from propose(engine.app, sound_address(str(args.get("url") or "")), browser=bool(args.get("browser")))


def sound_address(text: str) -> str:
    """The address with its scheme. Raises `ConfigError` where it is none that could be watched."""
    given = text.strip()
    url = given if "://" in given else f"https://{given}"
    problem = f"is longer than {LONGEST_ADDRESS} characters" if len(url) > LONGEST_ADDRESS else address_problem(url)
    if not given or problem is not None:
        raise ConfigError([f"url: {problem or 'is empty; write the address of a page with a list, or of a feed'}"])
    return url
