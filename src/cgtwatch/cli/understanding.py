"""`classify` and `evaluate`: what is read out of a document, and how well."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cgtwatch.cli.show import Json

if TYPE_CHECKING:
    from cgtwatch.evaluate.scores import Report


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(classify)
    app.command()(evaluate)


def classify(
    file: Annotated[Path | None, typer.Argument(help="Text, HTML, PDF, Markdown or JSON; default: standard input.")] = None,
    published: Annotated[
        str | None, typer.Option(metavar="DATE", help="When it appeared, where the document does not say.")
    ] = None,
    json: Json = False,
) -> None:
    """One document → its fields, each with the words it rests on, and the acts it tells of.

    On a terminal the words are marked in the document: green what it is about, yellow which act, cyan whose, magenta when. In a pipe: JSON.
    """
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.cli.classifying import classification_record, document_of
    from cgtwatch.errors import CgtwatchError

    try:
        body = file.read_bytes() if file else sys.stdin.buffer.read()
    except OSError as error:
        raise CgtwatchError(f"{file}: cannot be read ({error.strerror})") from error
    with App(working.settings()) as app:
        document = document_of(body, file.name if file else "", published)
        understanding = app.read(document)
        if show.as_json(json):
            show.print_json(classification_record(understanding))
        else:
            from rich.console import Console

            from cgtwatch.cli.classified import print_classification

            print_classification(document, understanding, Console(highlight=False))


def evaluate(
    labels: Annotated[Path | None, typer.Argument(metavar="LABELS.jsonl")] = None,
    feedback: Annotated[bool, typer.Option("--feedback", help="Score against what was said with `events mark`.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="With --feedback: write the marks there as labelled items.")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(metavar="OUT.jsonl", help="Write each item's prediction there.")] = None,
    mistakes: Annotated[int, typer.Option(min=0, help="Show so many wrong answers (never of a file named check*.jsonl).")] = 0,
    json: Json = False,
) -> None:
    """Precision, recall and F1 of each field against a labelled file, with confidence intervals.

    With --feedback the marks of this data directory take the place of a file; --out writes them as labelled items, from which
    `python -m cgtwatch.understand.learn` learns.
    """
    from dataclasses import asdict

    from cgtwatch.cli import show
    from cgtwatch.errors import ConfigError
    from cgtwatch.evaluate import run

    if feedback == (labels is not None):
        raise ConfigError(["name one thing to score against: a labelled file, or --feedback"])
    if out is not None and not feedback:
        raise ConfigError(
            ["--out writes what people said and belongs to --feedback; --predictions OUT.jsonl writes what was read"]
        )
    report = run(labels, predictions, mistakes) if labels else _feedback(out, predictions, mistakes)
    if show.as_json(json):
        for mistake in report.mistakes:
            show.print_json({"mistake": asdict(mistake)})
        show.print_json(report.data)
        return
    print("\n".join(report.lines))
    for mistake in report.mistakes:
        print(
            f"  {show.shown(mistake.id)} {mistake.field}: expected {show.shown(mistake.expected)}, got {show.shown(mistake.got)}"
        )
        print(f"    {show.shown(mistake.about)}")


def _feedback(out: Path | None, predictions: Path | None, mistakes: int) -> "Report":
    from cgtwatch.cli import working
    from cgtwatch.errors import CgtwatchError
    from cgtwatch.evaluate.run import write_lines
    from cgtwatch.ops.feedback import feedback_report, judged, labelled_lines

    with working.reading() as app:
        found = list(judged(app))
        if not found:
            raise CgtwatchError("nobody has marked an event yet; `cgtwatch events mark EVENT --not-relevant` is how it is done")
        report = feedback_report(found, mistakes)
        if out is not None:
            write_lines(out, list(labelled_lines(found)))
        if predictions is not None:
            write_lines(predictions, report.predictions)
    return report
