"""`items`, `explain`, `diff`, and the options of `events`: look at what is stored."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cgtwatch.cli.show import Json

if TYPE_CHECKING:
    from cgtwatch.store.records import EventQuery

Query = Annotated[
    str | None, typer.Option(help='All these words occur in title or text; of events also -word, OR and "a phrase".')
]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="First seen or changed since then (ISO 8601).")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="… and before then.")]
Jurisdiction = Annotated[str | None, typer.Option(help="ISO 3166 code; CN takes its provinces too.")]
Issuer = Annotated[str | None, typer.Option(help="Issuer id, such as nmpa or cber.")]
DocTypeOption = Annotated[str | None, typer.Option("--doc-type", help="law, guideline, notice, …")]
StageOption = Annotated[str | None, typer.Option(help="draft, issued, effective, …")]
ModalityOption = Annotated[str | None, typer.Option(help="car_t, stem_cell, gene_therapy, …")]
TopicOption = Annotated[str | None, typer.Option("--topic", help="A topic of your own rules.yaml.")]
ImportanceOption = Annotated[str | None, typer.Option(help="At least: high, medium or low.")]
Relevant = Annotated[bool | None, typer.Option("--relevant/--not-relevant", help="Only what is (or is not) CGT policy.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="Only from this source.")]
Limit = Annotated[int, typer.Option(min=0, help="At most so many rows; 0: all.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("items", help="Documents found, newest change first.")(listing("items"))
    app.command()(explain)
    app.command()(diff)


def listing(what: str) -> Callable[..., None]:
    """The command `items` or `events`: one set of options, one way to ask."""

    def command(
        context: typer.Context,
        query: Query = None,
        since: Since = None,
        until: Until = None,
        jurisdiction: Jurisdiction = None,
        issuer: Issuer = None,
        doc_type: DocTypeOption = None,
        stage: StageOption = None,
        modality: ModalityOption = None,
        topic: TopicOption = None,
        importance: ImportanceOption = None,
        relevant: Relevant = None,
        source: SourceOption = None,
        limit: Limit = 0,
        json: Json = False,
    ) -> None:
        if context.invoked_subcommand is not None:
            return
        from cgtwatch.cli import show, working
        from cgtwatch.cli.listing import LISTINGS

        kind, asked = LISTINGS[what], _query(locals())
        with working.reading() as app:
            rows = kind.rows(app.store, asked)
            show.listing(rows, json, kind.columns, lambda row: [row[name] for name in kind.columns], empty=kind.empty)

    return command


def _query(given: dict[str, Any]) -> "EventQuery":
    from cgtwatch.cli.arguments import event_query

    return event_query(given)


def explain(event: Annotated[str, typer.Argument(metavar="EVENT")], json: Json = False) -> None:
    """Why an event is known and told: source, visits, revisions, evidence, and who got it or not."""
    from cgtwatch.cli import show, working
    from cgtwatch.cli.explaining import explanation_lines
    from cgtwatch.ops.explained import explained, explanation_record

    with working.reading() as app:
        found, beside = explained(app, event)
        if show.as_json(json):
            show.print_json(explanation_record(found, beside))
        else:
            print("\n".join(explanation_lines(found, beside)))


def diff(
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    revisions: Annotated[str | None, typer.Option("--revisions", metavar="A:B", help="Which two; default: the last two.")] = None,
    json: Json = False,
) -> None:
    """What changed between two revisions of an item."""
    from cgtwatch.cli import show, working
    from cgtwatch.cli.arguments import two_revisions
    from cgtwatch.diff.compare import readable
    from cgtwatch.ops.listed import diff_record

    with working.reading() as app:
        known = app.store.revisions(item)
        if len(known) < 2 and not revisions:
            show.note(f"{item} has one revision, seen {known[0].seen_at.isoformat()}; nothing to compare.")
            return
        old, new = two_revisions(known, revisions)
        compared = readable(old, new)
        if show.as_json(json):
            show.print_json(diff_record(old, new, compared))
            return
        print(
            f"{item}: revision {old.number} ({old.seen_at:%Y-%m-%d %H:%M}Z) → {new.number} ({new.seen_at:%Y-%m-%d %H:%M}Z): {compared.summary}"
        )
        for line in compared.lines:
            typer.secho(str(line), fg={"+": "green", "-": "red"}.get(line.sign))
