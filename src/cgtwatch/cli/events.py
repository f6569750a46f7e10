"""`events` and `events mark`: look at policy events, and say what was read wrongly of one."""

from typing import Annotated

import typer

from cgtwatch.cli.reading import listing
from cgtwatch.cli.show import Json

group = typer.Typer(
    help="Policy events, newest change first; `events mark` says what was read wrongly.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
group.callback()(listing("events"))


@group.command()
def mark(
    event: Annotated[str, typer.Argument(metavar="EVENT")],
    relevant: Annotated[
        bool | None, typer.Option("--relevant/--not-relevant", help="It is (or is not) policy about cell or gene therapy.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="stage=issued, issuers=nmpa,cde, comment_deadline= (none); may be repeated."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why, in a line.")] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who says it; default: your login name.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget what was said: the event is as it was read.")] = False,
    json: Json = False,
) -> None:
    """Say what was read wrongly of an event; lists, digests, reports and searches follow, also when its document is read again.

    An event that is marked as not relevant is not announced any more. `evaluate --feedback` scores the rules against all marks.
    """
    from cgtwatch.cli import show, working
    from cgtwatch.cli.marking import login_name, mark_lines
    from cgtwatch.errors import ConfigError

    if clear and (relevant is not None or field or note):
        raise ConfigError(["--clear forgets everything that was said of the event; give nothing else with it"])
    said = {"event": event, "relevant": relevant, "fields": field or [], "note": note, "by": by or login_name()}
    for row in working.ask("events.clear", {"event": event}) if clear else working.ask("events.mark", said):
        if show.as_json(json):
            show.print_json(row)
        else:
            print("\n".join(mark_lines(row)))
