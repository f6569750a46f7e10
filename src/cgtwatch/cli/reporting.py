"""`report`: the policy review of a period as a document."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cgtwatch.cli.show import Json

if TYPE_CHECKING:
    from cgtwatch.compose.review import By, Period

_SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".docx": "docx"}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(report)


def report(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: 1 January of the last day's year.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day; default: today.")] = None,
    by: Annotated[
        str, typer.Option(metavar="level|jurisdiction", help="Chapters: levels with places beneath, or countries.")
    ] = "level",
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="html|md|docx", help="Default: what --out ends in, else html (md on a terminal)."),
    ] = None,
    lang: Annotated[str, typer.Option(metavar="zh|en", help="Its language; titles stay as the documents have them.")] = "zh",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there; default: standard output.")] = None,
    json: Json = False,
) -> None:
    """The policy review of a period: national level first, then places, by date, each act once with its sources.

    Without --from and --to it tells of this year so far.
    """
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.review import review_rows, reviewed, written

    problems: list[str] = []
    form = _form(form, out, problems)
    period, by_word = _period(first, last, problems), _by(by, problems)
    if lang not in ("zh", "en"):
        problems.append(f"--lang {lang!r} is not spoken; write zh or en")
    if problems or by_word is None:
        raise ConfigError(problems)
    with working.reading() as app:
        found = reviewed(app, period, by_word, lang)
        if json:
            for row in review_rows(found):
                show.print_json(row)
            return
        body = written(app, found, form, lang)
    said = f"{found.numbers.acts} acts from {period.first} to {period.last}" + (
        "" if first else "; --from and --to name other days"
    )
    if out is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        if not first:
            show.note(said)
        return
    out.write_bytes(body)
    show.note(f"{out}: {said}")


def _form(asked: str | None, out: Path | None, problems: list[str]) -> str:
    if asked is not None and asked not in ("html", "md", "docx"):
        problems.append(f"--format {asked!r} is not known; known: html, md, docx")
        return "html"
    suffix = _SUFFIXES.get(out.suffix.lower()) if out else None
    if out is not None and asked is None and suffix is None and out.suffix:
        problems.append(
            f"--out {str(out)!r}: what form its ending means is not known; end it in .html, .md or .docx, or add --format"
        )
    found = asked or suffix or ("md" if out is None and sys.stdout.isatty() else "html")
    if found == "docx" and out is None and sys.stdout.isatty():
        problems.append("--format docx is no text for a terminal; name a file with --out review.docx")
    return found


def _period(first: str | None, last: str | None, problems: list[str]) -> "Period":
    from datetime import datetime

    from cgtwatch.compose.review import Period

    today = datetime.now().astimezone().date()
    end = _day(last, "--to", problems) or today
    begin = _day(first, "--from", problems) or date(end.year, 1, 1)
    if begin > end and not problems:
        problems.append(f"--from {begin} is after --to {end}; write the earlier day as --from")
    return Period(begin, end)


def _day(text: str | None, option: str, problems: list[str]) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(f"{option} {text!r} is no day; write 2026-11-22 (ISO 8601)")
        return None


def _by(text: str, problems: list[str]) -> "By | None":
    from cgtwatch.compose.review import By

    try:
        return By(text)
    except ValueError:
        problems.append(f"--by {text!r} is not known; known: {', '.join(By)}")
        return None
