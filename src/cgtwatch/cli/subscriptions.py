"""`subscriptions …`: who gets what, how often, in which language."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="Who gets what, how often, in which language.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME")]
COLUMNS = ("name", "to", "cadence", "status", "filter", "next_due", "lang", "note", "channel", "tz")


@group.command()
def add(
    name: Name,
    to: Annotated[
        str,
        typer.Option(
            "--to", help="mailto:NAME@HOST, https://… (signed webhook), slack:https://…, or local: (the local mailbox)."
        ),
    ],
    topic: Annotated[
        list[str] | None,
        typer.Option(help="car_t, stem_cell, … or a topic of your rules.yaml; may be repeated, like all filters."),
    ] = None,
    jurisdiction: Annotated[list[str] | None, typer.Option(help="ISO 3166 code; CN takes its provinces too.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="supranational, national, provincial, municipal, news.")] = None,
    issuer: Annotated[list[str] | None, typer.Option(help="Issuer id, such as nmpa or cber.")] = None,
    doc_type: Annotated[list[str] | None, typer.Option("--doc-type", help="law, guideline, notice, …")] = None,
    stage: Annotated[list[str] | None, typer.Option(help="draft, issued, effective, …")] = None,
    importance: Annotated[str | None, typer.Option(help="At least: high, medium or low.")] = None,
    query: Annotated[str | None, typer.Option(help="All these words must occur.")] = None,
    cadence: Annotated[str, typer.Option(help="now, hourly, daily@08:00, weekly@mon-08:00, monthly@1-08:00.")] = "daily@08:00",
    tz: Annotated[str, typer.Option(help="The reader's time zone.")] = "Asia/Shanghai",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Deliver from the backlog since then; else from now on.")
    ] = None,
    promise: Annotated[str | None, typer.Option(help="at-least-once or never-twice, for sends of unknown outcome.")] = None,
    json: Json = False,
) -> None:
    """Add a subscription; it starts now, or with the backlog since a day."""
    from cgtwatch.cli import show, working
    from cgtwatch.cli.arguments import moment

    args = {key: value for key, value in locals().items() if key not in {"json", "show", "working", "moment"}}
    args["since"] = moment(since, "--since")
    for row in working.ask("subscriptions.add", args):
        if show.as_json(json):
            show.print_json(row)
            continue
        show.table(COLUMNS, [_cells(row)], empty="")
        if "secret" in row:
            print(f"\nSigning secret of this webhook (Standard Webhooks), to be given to its receiver: {row['secret']}")


@group.command(name="list")
def list_subscriptions(json: Json = False) -> None:
    """All subscriptions."""
    from cgtwatch.cli import show, working
    from cgtwatch.engine.subscribing import shown

    with working.reading() as app:
        rows = (shown(one) for one in app.store.subscriptions())
        show.listing(
            rows, json, COLUMNS, _cells, empty="No subscription yet; `cgtwatch subscriptions add NAME --to mailto:…` makes one."
        )


def _cells(row: Any) -> list[object]:  # noqa: ANN401 - a row
    cells = dict(row)
    cells["filter"] = (
        "; ".join(f"{key} {', '.join(value) if isinstance(value, list) else value}" for key, value in row["filter"].items())
        or "everything"
    )
    return [cells[name] for name in COLUMNS]


def _doing(operation: str, doc: str) -> Callable[[str, bool], None]:
    def command(name: Name, json: Json = False) -> None:
        from cgtwatch.cli import show, working

        state = "sent"
        for row in working.ask(f"subscriptions.{operation}", {"name": name}):
            state = row.get("state", state)
            if show.as_json(json):
                show.print_json(row)
            else:
                print(
                    f"{name}: {row.get('status') or row.get('state') or 'removed'}"
                    + (f" ({row['answer']})" if row.get("answer") else "")
                )

        if state != "sent":
            raise typer.Exit(1)

    command.__doc__ = doc
    return command


group.command(name="pause")(_doing("pause", "Send nothing until resumed; what comes meanwhile is kept for then."))
group.command(name="resume")(_doing("resume", "Send again, beginning with what was missed."))
group.command(name="remove")(_doing("remove", "Forget the subscription and its target."))
group.command(name="test")(_doing("test", "Send a greeting to its target now and say what came of it."))
