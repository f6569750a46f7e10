"""Making and ending users, their passwords and their tokens, as commands and pages ask for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cgtwatch.config.wishes import is_name
from cgtwatch.engine.engine import Engine
from cgtwatch.engine.operations import Args, Row
from cgtwatch.errors import ConfigError
from cgtwatch.model.user import Role, Scope, Token, User
from cgtwatch.ops.tokens import hashed, new_token

LONGEST_LABEL, LONGEST_HASH = 100, 500
LONGEST_LIFE = timedelta(days=3660)


def shown(user: User) -> Row:
    """A user as `users list --json` prints it; no token's secret is known to anybody."""
    return {
        "name": user.name,
        "role": user.role.value,
        "created_at": user.created_at.isoformat(),
        "password": user.has_password,
        "tokens": [_token(one) for one in user.tokens],
    }


def _token(token: Token) -> Row:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": sorted(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }


def add(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `role`, `password` (its hash; None: the user cannot log in)."""
    name, problems = args["name"], _name_problems(args["name"])
    role = args.get("role") or Role.READER
    problems += _role_problems(role)
    password = args.get("password")
    problems += _hash_problems(password) if password is not None else []
    if problems:
        raise ConfigError(problems)
    yield shown(engine.app.store.add_user(name, Role(role), engine.app.clock(), password))


def first(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `password` (its hash). The operator whose password is the first; refused where there is one."""
    problems = [*_name_problems(args["name"]), *_hash_problems(args["password"])]
    if problems:
        raise ConfigError(problems)
    yield shown(engine.app.store.add_first_user(args["name"], engine.app.clock(), args["password"]))


def password(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `password` (its hash). All sessions of the user end."""
    if problems := _hash_problems(args["password"]):
        raise ConfigError(problems)
    engine.app.store.set_password(args["name"], args["password"], engine.app.clock())
    yield {"name": args["name"], "password": True}


def role(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `role`. All sessions of the user end."""
    if problems := _role_problems(args["role"]):
        raise ConfigError(problems)
    engine.app.store.set_role(args["name"], Role(args["role"]), engine.app.clock())
    yield {"name": args["name"], "role": args["role"]}


def log_out(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`. All sessions of the user end."""
    engine.app.store.end_sessions(args["name"], engine.app.clock())
    yield {"name": args["name"], "logged_out": True}


def _name_problems(name: str) -> list[str]:
    return [] if is_name(name) else [f"NAME {name!r}: use letters, digits, '-', '_' and '.', at most 64"]


def _role_problems(role: str) -> list[str]:
    known = [role.value for role in Role]
    return [] if role in known else [f"--role {role!r} is not known; known: {', '.join(known)}"]


def _hash_problems(password: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Only hashes come here, so that no password goes through a socket or stands in a log."""
    fine = isinstance(password, str) and password.startswith("$argon2id$") and len(password) < LONGEST_HASH
    return [] if fine else ["--password: is no argon2id hash"]


def remove(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`."""
    engine.app.store.remove_user(args["name"], engine.app.clock())
    yield {"name": args["name"], "removed": True}


def token(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `label`, `scope` (a list; none: `read`), `expires_days` (None: never). The row alone holds the token itself."""
    app = engine.app
    now, problems = app.clock(), []
    label, asked, days = args.get("label") or "", args.get("scope") or [Scope.READ], args.get("expires_days")
    known = [scope.value for scope in Scope]
    problems += [f"--scope {one!r} is not known; known: {', '.join(known)}" for one in asked if one not in known]
    if len(label) > LONGEST_LABEL or not label.isprintable():
        problems.append(f"--label: use a line of at most {LONGEST_LABEL} characters")
    if days is not None and not timedelta() < timedelta(days=days) <= LONGEST_LIFE:
        problems.append(f"--expires {days}d: write 1d to {LONGEST_LIFE.days}d")
    if problems:
        raise ConfigError(problems)
    secret = new_token()
    wanted = Token(0, label, frozenset(Scope(one) for one in asked), now, _end(now, days))
    made = app.store.add_token(args["name"], hashed(secret) or "", wanted)
    yield {"name": args["name"], **_token(made), "token": secret}


def _end(now: datetime, days: Any) -> datetime | None:  # noqa: ANN401 - JSON
    return None if days is None else now + timedelta(days=days)


def revoke(engine: Engine, args: Args) -> Iterator[Row]:
    """Args: `name`, `ids` (a list; None: all). Rows: one a token."""
    for one in engine.app.store.revoke_tokens(args["name"], args.get("ids"), engine.app.clock()):
        yield {"name": args["name"], **_token(one)}
