"""`poll`, `digest`, `send`: do now what the service does on its ticks."""

from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(poll)
    app.command()(digest)
    app.command()(send)
    app.command()(translate)


def poll(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Only these sources, due or not, also switched-off ones.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All switched-on sources, due or not.")] = False,
    json: Json = False,
) -> None:
    """Visit the sources that are due (or those named, or all) now; one row a source, then a sum.

    Ends with 1 only where no source could be read, or nothing could be stored.
    """
    from cgtwatch.cli import show, working

    rows = working.ask("poll", {"ids": ids or [], "all": every})
    total = next(rows)["total"]
    visits: list[Row] = []
    summary: Row = {}
    for row in show.progress(rows, total, "polling"):
        if "summary" in row:
            summary = dict(row["summary"])
        else:
            visits.append(dict(row))
        if show.as_json(json):
            show.print_json(row)
    if not show.as_json(json):
        _table(visits, summary)
    if not summary.get("stored", True) or (visits and all(row["outcome"] == "failed" for row in visits)):
        raise typer.Exit(1)


def _table(visits: list[Row], summary: Row) -> None:
    from cgtwatch.cli import show

    if not visits:
        show.note("No source is due; `cgtwatch poll --all` visits every one now.")
        return
    columns = ("source", "outcome", "new", "updated", "gone", "error", "status", "seconds", "requests", "bytes")
    order = sorted(visits, key=lambda row: (row["error"] is None, row["source"]))
    show.table(columns, ([row[name] for name in columns] for row in order), empty="")
    read = summary["ok"] + summary["unchanged"]
    print(
        f"{summary['sources']} sources in {summary['seconds']:.1f} s: {read} read, {summary['failed']} failed, {summary['held']} held; "
        f"{summary['new']} new, {summary['updated']} updated, {summary['gone']} gone, {summary['announced']} to announce"
    )


def digest(
    subscription: Annotated[str | None, typer.Option(help="Only this subscription, due or not.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="As if it were this time (ISO 8601).")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would be sent, in the browser too; nothing is stored or sent.")
    ] = False,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="With --preview: write the HTML form there and open nothing.")
    ] = None,
    last: Annotated[
        int | None, typer.Option("--last", metavar="N", min=1, help="With --preview: of the latest N announcements, told or not.")
    ] = None,
    json: Json = False,
) -> None:
    """Compose what is due for each subscription, or show it without sending."""
    from cgtwatch.cli import show, working

    moment = _time(at)
    if preview:
        _preview(subscription, moment, html, last, show.as_json(json))
        return
    if html or last:
        raise typer.BadParameter("it goes with --preview only", param_hint="--html" if html else "--last")
    rows = working.ask("digest", {"subscription": subscription, "at": moment})
    columns = ("subscription", "outcome", "events", "subject", "error")
    failed = []

    def watched() -> Any:  # noqa: ANN401 - a generator of rows
        for row in rows:
            failed.extend([row] if row["outcome"] == "failed" else [])
            yield row

    show.listing(
        watched(),
        json,
        columns,
        lambda row: [row[name] for name in columns],
        empty="No digest is due; `cgtwatch digest --subscription NAME` makes one now.",
    )
    if failed:
        raise typer.Exit(1)


def _time(text: str | None) -> str | None:
    from datetime import UTC, datetime

    from cgtwatch.errors import ConfigError

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            [f"--at {text!r} is no time; write 2026-11-22T08:00+08:00 (ISO 8601, UTC where no zone is given)"]
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _preview(name: str | None, at: str | None, html: str | None, last: int | None, as_json: bool) -> None:
    """On a person's terminal the HTML opens in the browser, in a pipe there is JSON; what is wrong with own templates is said aloud."""
    from dataclasses import replace
    from datetime import datetime
    from pathlib import Path

    from cgtwatch.cli import show, working
    from cgtwatch.compose.own import OwnTemplates
    from cgtwatch.errors import ConfigError
    from cgtwatch.pipeline.digest import preview

    with working.reading() as app:
        chosen = [app.store.subscription(name)] if name else app.store.subscriptions()
        now = datetime.fromisoformat(at) if at else app.clock()
        if html and len(chosen) > 1:
            raise ConfigError([f"--html holds one digest, and there are {len(chosen)} subscriptions; name one by --subscription"])
        mark = app.store.last_seq() - last if last else 0
        for one in chosen:
            message, count = preview(replace(one, sent_upto=max(0, mark)) if last else one, app.digest_parts, now)
            if html:
                Path(html).write_text(message.html, encoding="utf-8")
            if as_json:
                row = {
                    "subscription": one.name,
                    "events": count,
                    "subject": message.subject,
                    "text": message.text,
                    "why": message.why,
                }
                show.print_json(row)
            else:
                print(f"{message.subject}\n\n{message.text}\n")
                if not html:
                    _open(one.name, message.html)
            if not count and not last:
                unsaid = "so looks" if one.options.nothing_new else "nothing would be sent; with --nothing-new so would look"
                show.note(
                    f"{one.name}: nothing new waits, {unsaid} the message. `--last 20` shows one of the latest announcements."
                )
        if not chosen:
            show.note("No subscription is there yet; `cgtwatch subscriptions add` makes one.")
        for trouble in app.templates.troubles if isinstance(app.templates, OwnTemplates) else ():
            show.note(f"{trouble.why}; the shipped one is shown instead")


def _open(name: str, html: str) -> None:
    """The HTML form in the person's browser; its address is printed, for terminals without one."""
    import tempfile
    import webbrowser
    from pathlib import Path

    there = Path(tempfile.mkdtemp(prefix="cgtwatch-")) / f"{name}.html"
    there.write_text(html, encoding="utf-8")
    print(there)
    webbrowser.open(there.as_uri())


def send(json: Json = False) -> None:
    """Deliver what is queued and due."""
    from cgtwatch.cli import show, working

    columns = ("subscription", "state", "subject", "answer", "channel", "attempt", "delivery")
    show.listing(
        working.ask("send", {}), json, columns, lambda row: [row[name] for name in columns], empty="Nothing is due for sending."
    )


def translate(
    again: Annotated[bool, typer.Option("--again", help="Also ask anew for what was refused.")] = False,
    json: Json = False,
) -> None:
    """Ask for translations of titles and summaries that are missing, where CGTWATCH_TRANSLATE_URL names who translates."""
    from cgtwatch.cli import show, working

    columns, trouble = ("event", "language", "outcome", "reason", "title"), False
    rows = []
    for row in working.ask("translate", {"again": again}):
        trouble |= row["outcome"] == "trouble"
        rows.append(row)
        if show.as_json(json):
            show.print_json(row)
    if not show.as_json(json):
        show.table(columns, ([row[name] for name in columns] for row in rows), empty="Nothing is missing.")
    if trouble:
        raise typer.Exit(1)
