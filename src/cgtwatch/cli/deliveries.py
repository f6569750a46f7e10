"""`deliveries …`: the ledger, dead letters and unknown outcomes."""

from enum import StrEnum
from typing import Annotated

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="The ledger: what was sent, what waits, what failed.", no_args_is_help=True, rich_markup_mode=None)
Key = Annotated[str, typer.Argument(metavar="KEY")]
COLUMNS = ("key", "state", "subscription", "subject", "answer", "due_at", "attempts", "sent_at", "channel", "created_at")

FACTS = (
    *("key", "subscription", "kind", "subject", "channel", "promise", "state", "attempts", "answer"),
    *("created_at", "due_at", "sent_at"),
)
TRY = ("number", "started_at", "ended_at", "result", "answer")


class Outcome(StrEnum):
    """What a person may say of a delivery."""

    SENT = "sent"
    CANCELLED = "cancelled"
    DEAD = "dead"


@group.command(name="list")
def list_deliveries(
    state: Annotated[str | None, typer.Option(help="queued, attempted, retry, sent, unknown, dead, cancelled.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0: all.")] = 200,
    json: Json = False,
) -> None:
    """Deliveries, newest first."""
    from cgtwatch.cli import show, working
    from cgtwatch.cli.arguments import word
    from cgtwatch.model.delivery import DeliveryState

    wanted = word(DeliveryState, state, "--state")
    with working.reading() as app:
        rows = ({name: getattr(one, name) for name in COLUMNS} for one in app.store.deliveries(wanted, limit or None))
        show.listing(rows, json, COLUMNS, lambda row: [row[name] for name in COLUMNS], empty="No such delivery.")


@group.command(name="show")
def show_one(key: Key, json: Json = False) -> None:
    """One delivery: where it goes, how it stands, and every attempt with the answer to it."""
    from cgtwatch.cli import show, working
    from cgtwatch.select import shown_target

    with working.reading() as app:
        one, tries = app.store.delivery(key), app.store.attempts(key)
    facts = {name: getattr(one, name) for name in FACTS} | {"to": shown_target(one.channel, one.target) if one.target else ""}
    if show.as_json(json):
        show.print_json(facts | {"tries": [{name: getattr(each, name) for name in TRY} for each in tries]})
        return
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<13} {show.shown(value)}")
    print()
    cells = [[each.started_at, each.result or "under way", each.answer, each.ended_at] for each in tries]
    show.table(("began", "result", "answer", "ended"), cells, empty="Not tried yet.")


@group.command()
def redeliver(
    key: Annotated[str | None, typer.Argument(metavar="[KEY]")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Every one that was given up, as after an outage.")] = False,
    subscription: Annotated[str | None, typer.Option(help="With --dead: of this subscription alone.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="With --dead: made since then.")] = None,
    json: Json = False,
) -> None:
    """Queue a delivery again, with the same id and the same bytes; it goes where its subscription goes now."""
    from cgtwatch.cli.arguments import moment

    if not dead and (subscription is not None or since is not None):
        raise typer.BadParameter("it goes with --dead only", param_hint="--subscription" if subscription else "--since")
    if dead == (key is not None):
        raise typer.BadParameter("name one delivery, or --dead for all that were given up", param_hint="KEY")
    args: dict[str, object] = {"key": key}
    if dead:
        args = {"dead": True, "subscription": subscription, "since": moment(since, "--since")}
    _ask("deliveries.redeliver", args, json)


@group.command()
def resolve(
    key: Key,
    state: Annotated[str, typer.Option("--as", help="What became of it: sent, cancelled or dead.")],
    json: Json = False,
) -> None:
    """Say what became of a delivery whose outcome is unknown."""
    from cgtwatch.cli.arguments import word

    _ask("deliveries.resolve", {"key": key, "state": word(Outcome, state, "--as")}, json)


def _ask(operation: str, args: dict[str, object], json: bool) -> None:
    from cgtwatch.cli import show, working

    for row in working.ask(operation, args):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{row['delivery']}: {row['state']}" + (f" ({row['answer']})" if row.get("answer") else ""))
