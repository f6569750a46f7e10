"""`subscriptions …`: who gets what, how often, in which language."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cgtwatch.cli import applying, persons
from cgtwatch.cli.show import Json
from cgtwatch.cli.wording import bounce_words, filter_words, word

group = typer.Typer(help="Who gets what, how often, in which language.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME")]
COLUMNS = ("name", "to", "cadence", "status", "filter", "next_due", "bounces", "lang", "note", "quiet", "channel", "tz", "origin")

TARGETS = (
    "mailto:NAME@HOST, https://… (signed webhook), feed:, local: (the local mailbox), or a room: slack: teams: discord: mattermost: "
    "feishu: lark: dingtalk: wecom: before its address, telegram:TOKEN@CHAT, apprise:URL; see docs/channels.md."
)
Topic = Annotated[
    list[str] | None,
    typer.Option(help="car_t, stem_cell, … or a topic of your rules.yaml; may be repeated, like all filters; any: all."),
]
Jurisdiction = Annotated[list[str] | None, typer.Option(help="ISO 3166 code; CN takes its provinces too.")]
LevelOption = Annotated[list[str] | None, typer.Option("--level", help="supranational, national, provincial, municipal, news.")]
Issuer = Annotated[list[str] | None, typer.Option(help="Issuer id, such as nmpa or cber.")]
DocTypeOption = Annotated[list[str] | None, typer.Option("--doc-type", help="law, guideline, notice, …")]
StageOption = Annotated[list[str] | None, typer.Option("--stage", help="draft, issued, effective, …")]
Least = Annotated[str | None, typer.Option("--importance", help="At least: high, medium or low.")]
Query = Annotated[
    str | None, typer.Option(help='Words that must all occur; -word: must not; a OR b: one of them; "…": a phrase.')
]
CadenceOption = Annotated[
    str | None, typer.Option("--cadence", help="now, hourly, daily@08:00 (feeds: now), weekly@mon-08:00, monthly@1-08:00.")
]
Zone = Annotated[str | None, typer.Option("--tz", help="The reader's time zone, such as Europe/London.")]
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
QuietOption = Annotated[
    str | None, typer.Option("--quiet", help="When nothing is sent: 22:00-07:00, 22:00-07:00,weekends, weekends, none.")
]
NothingNew = Annotated[
    bool | None, typer.Option("--nothing-new/--no-nothing-new", help="A message also where there is nothing new.")
]
Most = Annotated[int | None, typer.Option(help="Events of one message at most; the others are counted and linked. 0: all.")]
Calendar = Annotated[bool | None, typer.Option("--calendar/--no-calendar", help="Deadlines beside a mail as a calendar.")]
Reminders = Annotated[bool | None, typer.Option("--reminders/--no-reminders", help="Reminders before a deadline.")]
PromiseOption = Annotated[
    str | None,
    typer.Option("--promise", help="at-least-once or never-twice, for sends of unknown outcome; default: never-twice for rooms."),
]


@group.command()
def add(
    name: Name,
    to: Annotated[str, typer.Option("--to", help=TARGETS)],
    topic: Topic = None,
    jurisdiction: Jurisdiction = None,
    level: LevelOption = None,
    issuer: Issuer = None,
    doc_type: DocTypeOption = None,
    stage: StageOption = None,
    importance: Least = None,
    query: Query = None,
    cadence: CadenceOption = None,
    tz: Zone = "Asia/Shanghai",
    lang: Lang = "zh",
    quiet: QuietOption = None,
    nothing_new: NothingNew = None,
    most: Most = None,
    calendar: Calendar = None,
    reminders: Reminders = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Deliver from the backlog since then; else from now on.")
    ] = None,
    promise: PromiseOption = None,
    json: Json = False,
) -> None:
    """Add a subscription; it starts now, or with the backlog since a day."""
    from cgtwatch.cli.arguments import moment

    args = {key: value for key, value in locals().items() if key not in {"json", "moment"}}
    args["since"] = moment(since, "--since")
    _told("subscriptions.add", args, json)


@group.command()
def change(
    name: Name,
    to: Annotated[str | None, typer.Option("--to", help=TARGETS)] = None,
    topic: Topic = None,
    jurisdiction: Jurisdiction = None,
    level: LevelOption = None,
    issuer: Issuer = None,
    doc_type: DocTypeOption = None,
    stage: StageOption = None,
    importance: Least = None,
    query: Query = None,
    cadence: CadenceOption = None,
    tz: Zone = None,
    lang: Lang = None,
    quiet: QuietOption = None,
    nothing_new: NothingNew = None,
    most: Most = None,
    calendar: Calendar = None,
    reminders: Reminders = None,
    promise: PromiseOption = None,
    json: Json = False,
) -> None:
    """Change what is named and nothing else; it goes on where it was. `--topic any` takes a part of the filter away."""
    args = {key: value for key, value in locals().items() if key != "json"}
    _told("subscriptions.change", args, json)


def _told(operation: str, args: dict[str, Any], json: bool) -> None:
    from cgtwatch.cli import show, working

    for row in working.ask(operation, args):
        if show.as_json(json):
            show.print_json(row)
            continue
        show.table(COLUMNS, [_cells(row)], empty="")
        for name, (before, now) in row.get("changed", {}).items():
            print(f"{name}: {word(before)} → {word(now)}")
        if row.get("changed") == {}:
            print("nothing changed: all of this was so already")
        if "secret" in row:
            print(f"\nSigning secret of this webhook (Standard Webhooks), to be given to its receiver: {row['secret']}")
        if "feeds" in row:
            print("\nWhoever knows one of these addresses can read it:")
            for form, address in row["feeds"].items():
                print(f"{form}: {address}")


@group.command(name="list")
def list_subscriptions(json: Json = False) -> None:
    """All subscriptions."""
    from cgtwatch.cli import show, working
    from cgtwatch.engine.readers.subscribing import listed

    with working.reading() as app:
        show.listing(
            listed(app),
            json,
            COLUMNS,
            _cells,
            empty="No subscription yet; `cgtwatch subscriptions add NAME --to mailto:…` makes one.",
        )


def _cells(row: Any) -> list[object]:  # noqa: ANN401 - a row
    said = {"filter": filter_words(row["filter"]), "bounces": bounce_words(row.get("bounces", {}))}
    return [{**row, **said}[name] for name in COLUMNS]


def _doing(operation: str, doc: str) -> Callable[[str, bool], None]:
    def command(name: Name, json: Json = False) -> None:
        from cgtwatch.cli import show, working

        state = "sent"
        for row in working.ask(f"subscriptions.{operation}", {"name": name}):
            state = row.get("state", state)
            if show.as_json(json):
                show.print_json(row)
            else:
                answer = f" ({row['answer']})" if row.get("answer") else ""
                waits = f"; {row['waiting']} events wait for its next message" if row.get("waiting") else ""
                print(f"{name}: {row.get('status') or row.get('state') or 'removed'}{answer}{waits}")

        if state != "sent":
            raise typer.Exit(1)

    command.__doc__ = doc
    return command


group.command(name="pause")(_doing("pause", "Send nothing until resumed; what comes meanwhile is kept for then."))
group.command(name="resume")(_doing("resume", "Send again, beginning with what was missed."))
group.command(name="confirm")(_doing("confirm", "Speak for a reader whose sign-up waits for confirmation."))
group.command(name="remove")(_doing("remove", "Forget the subscription and its target; see erase for all else."))
group.command(name="show")(persons.show_one)
group.command(name="apply")(applying.apply)
group.command(name="export")(persons.export)
group.command(name="erase")(persons.erase)
group.command(name="rotate-secret")(applying.rotate)
group.command(name="test")(_doing("test", "Send a greeting to its target now and say what came of it."))
