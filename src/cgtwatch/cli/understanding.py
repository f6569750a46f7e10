"""`classify` and `evaluate`: what is read out of a document, and how well."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cgtwatch.cli.show import Json


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
    """One document → its fields, each with the words it rests on, and the acts it tells of."""
    from cgtwatch.app import App
    from cgtwatch.cli import show, working
    from cgtwatch.cli.classifying import classification_lines, classification_record, document_of
    from cgtwatch.errors import CgtwatchError
    from cgtwatch.understand.read import read

    try:
        body = file.read_bytes() if file else sys.stdin.buffer.read()
    except OSError as error:
        raise CgtwatchError(f"{file}: cannot be read ({error.strerror})") from error
    with App(working.settings()) as app:
        document = document_of(body, file.name if file else "", published)
        understanding = read(document, app.rules)
        if show.as_json(json):
            show.print_json(classification_record(understanding))
        else:
            for line in classification_lines(document, understanding):
                print(line)


def evaluate(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.jsonl")],
    predictions: Annotated[Path | None, typer.Option(metavar="OUT.jsonl", help="Write each item's prediction there.")] = None,
    mistakes: Annotated[int, typer.Option(min=0, help="Show so many wrong answers (never of a file named check*.jsonl).")] = 0,
    json: Json = False,
) -> None:
    """Precision, recall and F1 of each field against a labelled file, with confidence intervals."""
    from cgtwatch.cli import show
    from cgtwatch.evaluate import run

    report = run(labels, predictions, mistakes)
    if show.as_json(json):
        for mistake in report.mistakes:
            show.print_json({"mistake": mistake})
        show.print_json(report.data)
        return
    print("\n".join(report.lines))
    for mistake in report.mistakes:
        print(f"  {mistake}")
