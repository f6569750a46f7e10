"""What the doctor found, as a person reads it: a line a check, the mend beneath what is wrong, and a sum."""

from collections.abc import Iterable, Mapping
from typing import Any

from cgtwatch.cli.show import shown

_NAME = 16  # characters of the longest name of a check


def print_findings(rows: Iterable[Mapping[str, Any]]) -> None:
    """`rows` of `ops.doctor.examine`, each as it is ready, in the width of the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, wrong, checks = Console(highlight=False), [], 0
    for row in rows:
        checks += 1
        line = Table.grid(padding=(0, 2, 0, 0))
        line.add_column(width=_NAME, no_wrap=True)
        line.add_column(width=5, no_wrap=True)
        line.add_column(ratio=1, overflow="fold")
        word = Text("ok", style="green") if row["ok"] else Text("WRONG", style="bold red")
        line.add_row(Text(row["check"]), word, Text(shown(row["found"]), style="" if row["ok"] else "bold"))
        if not row["ok"]:
            wrong.append(row["check"])
            line.add_row("", Text("mend:", style="yellow"), Text(shown(row["mend"])))
        console.print(line)
    found = f"{len(wrong)} wrong: {', '.join(wrong)}" if wrong else "all is well"
    console.print(Text(f"\n{checks} checks; {found}", style="bold red" if wrong else "bold green"))
