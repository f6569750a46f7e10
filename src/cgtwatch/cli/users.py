"""`users …`: who may use the API, and by which tokens."""

from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="Who may use the API, and by which tokens.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME")]
COLUMNS = ("name", "role", "token", "label", "scopes", "expires_at", "revoked_at", "created_at")


@group.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="reader, or operator: may use every kind of target.")] = "reader",
    json: Json = False,
) -> None:
    """Add a user; `users token` then makes a token for it."""
    from cgtwatch.cli import show, working

    for row in working.ask("users.add", {"name": name, "role": role}):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: added as {row['role']}; `cgtwatch users token {name}` makes a token")


@group.command(name="list")
def list_users(json: Json = False) -> None:
    """All users with their tokens, which are known by their numbers."""
    from cgtwatch.cli import show, working
    from cgtwatch.engine.users import shown

    with working.reading() as app:
        rows = [shown(one) for one in app.store.users()]
        if show.as_json(json):
            for row in rows:
                show.print_json(row)
            return
        cells = [line for row in rows for line in _lines(row)]
        show.table(COLUMNS, cells, empty="No user yet; `cgtwatch users add NAME` makes one.")


def _lines(row: dict[str, Any]) -> list[list[object]]:
    tokens = row["tokens"] or [{}]
    keys = ("id", "label", "scopes", "expires_at", "revoked_at", "created_at")
    return [[row["name"], row["role"], *(token.get(key) for key in keys)] for token in tokens]


@group.command()
def remove(name: Name, json: Json = False) -> None:
    """Forget a user; its tokens open nothing any more."""
    from cgtwatch.cli import show, working

    for row in working.ask("users.remove", {"name": name}):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: removed")


@group.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, as `users list` shows it.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="read (default), subscriptions, deliveries; may be repeated.")] = None,
    expires: Annotated[str | None, typer.Option(metavar="DAYS", help="Such as 90d; without it the token lasts.")] = None,
    json: Json = False,
) -> None:
    """Make a token for the API; it is printed once and cannot be shown again."""
    from cgtwatch.cli import show, working

    args = {"name": name, "label": label, "scope": scope, "expires_days": _days(expires)}
    for row in working.ask("users.token", args):
        if show.as_json(json):
            show.print_json(row)
            continue
        print(row["token"])
        until = f"until {show.shown(row['expires_at'])}" if row["expires_at"] else "until it is revoked"
        show.note(f"Token {row['id']} of {name} ({', '.join(row['scopes'])}), {until}. It is not kept and cannot be shown again.")


@group.command()
def revoke(
    name: Name,
    number: Annotated[list[int] | None, typer.Option("--token", help="Its number in `users list`; else all of them.")] = None,
    json: Json = False,
) -> None:
    """Let tokens of a user open nothing any more."""
    from cgtwatch.cli import show, working

    count = 0
    for row in working.ask("users.revoke", {"name": name, "ids": number}):
        count += 1
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: token {row['id']} revoked")
    if not count:
        show.note(f"{name} has no token that is open")


def _days(text: str | None) -> int | None:
    """Whole days of `90d`. Raises `ConfigError`."""
    from cgtwatch.errors import ConfigError

    if text is None:
        return None
    number = text.strip().removesuffix("d")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise ConfigError([f"--expires {text!r} is no number of days; write 90d"])
    return int(number)
