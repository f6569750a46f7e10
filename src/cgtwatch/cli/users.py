"""`users …`: who may log in to the pages and use the API, by which passwords and tokens."""

from typing import Annotated, Any

import typer

from cgtwatch.cli.show import Json

group = typer.Typer(help="Who may log in to the pages and use the API.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME")]
Ask = Annotated[
    bool, typer.Option("--password", help="Asks for a password, twice; a line of standard input where it is no terminal.")
]
COLUMNS = ("name", "role", "password", "token", "label", "scopes", "expires_at", "revoked_at", "created_at")


@group.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="reader, or operator: may change everything.")] = "reader",
    password: Ask = False,
    json: Json = False,
) -> None:
    """Add a user, who logs in by a password (--password) or asks the API by a token (`users token`)."""
    from cgtwatch.cli import show, working

    kept = _asked_hash(name) if password else None
    for row in working.ask("users.add", {"name": name, "role": role, "password": kept}):
        if show.as_json(json):
            show.print_json(row)
        elif password:
            print(f"{name}: added as {row['role']}, with a password; from now on the pages want a log-in")
        else:
            print(f"{name}: added as {row['role']}; `cgtwatch users token {name}` makes a token")


@group.command()
def password(name: Name, json: Json = False) -> None:
    """Set a password, which is asked for twice, or read as a line of standard input; ends all sessions of the user."""
    from cgtwatch.cli import show, working

    for row in working.ask("users.password", {"name": name, "password": _asked_hash(name)}):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: password set; all sessions ended")


@group.command()
def role(
    name: Name, role: Annotated[str, typer.Argument(metavar="ROLE", help="reader or operator.")], json: Json = False
) -> None:
    """Give a user another role; ends all sessions of the user."""
    from cgtwatch.cli import show, working

    for row in working.ask("users.role", {"name": name, "role": role}):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: is {row['role']} now")


@group.command(name="log-out")
def log_out(name: Name, json: Json = False) -> None:
    """End all sessions of a user, wherever they are logged in."""
    from cgtwatch.cli import show, working

    for row in working.ask("users.log-out", {"name": name}):
        if show.as_json(json):
            show.print_json(row)
        else:
            print(f"{name}: logged out everywhere")


@group.command(name="set-up")
def set_up() -> None:
    """Print the address at which the first password is chosen; whoever has it becomes operator, so it works for a day only."""
    from cgtwatch.cli import show, working
    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.first import LIVES, set_up_address

    with working.reading() as app:
        if app.store.any_password():
            raise ConfigError(["a password is set already; `cgtwatch users password NAME` sets another"])
        print(set_up_address(app))
        show.note(f"Good for {LIVES.days * 24} hours, and until the first password is set.")


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
    return [[row["name"], row["role"], "yes" if row["password"] else "–", *(token.get(key) for key in keys)] for token in tokens]


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


def _asked_hash(name: str) -> str:
    """The hash of a password that somebody types twice, or of a line of standard input. Raises `ConfigError` for a weak one."""
    import getpass
    import sys

    from cgtwatch.errors import ConfigError
    from cgtwatch.ops.passwords import LONGEST, SHORTEST, Passwords, weakness

    if sys.stdin.isatty():
        given = getpass.getpass(f"Password of {name}: ")
        if given != getpass.getpass("Once more: "):
            raise ConfigError(["the two passwords differ; begin again"])
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    told = {
        "short": f"has fewer than {SHORTEST} characters; take several words",
        "long": f"has more than {LONGEST} characters; take a shorter one",
        "plain": "is guessed at once; take several words that do not belong together",
        "name": "is little more than the name; take several words",
    }
    if weak := weakness(given, name):
        raise ConfigError([f"the password {told[weak]}"])
    return Passwords().hashed(given)
