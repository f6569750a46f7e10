"""`deadlines`: what is open for comment, soonest first."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

_COLUMNS = ("comment_deadline", "days_left", "title", "issuers", "jurisdiction", "id")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(deadlines)


def deadlines(
    ics: Annotated[bool, typer.Option("--ics", help="As a calendar (RFC 5545).")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="With --ics: into this file.")] = None,
    lang: Annotated[str, typer.Option(help="Of the calendar's own words: zh or en.")] = "zh",
    json: Json = False,
) -> None:
    """Open consultations, soonest first. A deadline counts to the end of its day."""
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError

    problems = [f"--lang {lang!r} is not spoken; write zh or en"] if lang not in ("zh", "en") else []
    if out is not None and not ics:
        problems.append("--out takes the calendar: add --ics")
    if problems:
        raise ConfigError(problems)
    with working.reading() as app:
        today = app.today()
        found = app.store.open_consultations(today)
        if not ics:
            from cgtwatch.ops.listed import deadline_record

            rows = (deadline_record(event, today) for event in found)
            show.listing(
                rows, json, _COLUMNS, lambda each: [each[name] for name in _COLUMNS], empty="Nothing is open for comment."
            )
            return
        from cgtwatch.compose.calendar import calendar
        from cgtwatch.compose.words import words

        body = calendar(found, words(lang), app.issuer_names())
    if out is not None:
        out.write_bytes(body)
        show.note(f"{out}: {len(found)} deadlines")
        return
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
