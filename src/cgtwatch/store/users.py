"""Users and their tokens; of a token only a hash is kept."""

import hmac
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.user import Role, Scope, Token, User
from cgtwatch.store.room import Room
from cgtwatch.store.tables import TOKEN, USER

_LIVE = USER.c.removed_at.is_(None)
_OPEN = TOKEN.c.revoked_at.is_(None)


class Users(Room):
    """The part of the store that knows who may use the API."""

    def add_user(self, name: str, role: Role, now: datetime) -> User:
        """A new user without tokens. Raises `ConfigError` where the name is taken."""
        with self._database.write() as db:
            if _row(db, name) is not None:
                raise ConfigError([f"user {name!r} exists already; choose another name, or remove it first"])
            db.execute(insert(USER), {"name": name, "role": str(role), "created_at": now, "removed_at": None})
        return User(name, role, now)

    def users(self) -> list[User]:
        """All users by name, with their tokens, also those that open nothing any more."""
        with self._database.read() as db:
            rows = db.execute(select(USER).where(_LIVE).order_by(USER.c.name)).mappings().all()
            return [_user_of(row, _tokens(db, row["id"])) for row in rows]

    def remove_user(self, name: str, now: datetime) -> None:
        """Forget a user; its tokens open nothing any more. Raises `NotFound`."""
        with self._database.write() as db:
            user = _required(db, name)["id"]
            db.execute(update(USER).where(USER.c.id == user).values(removed_at=now))
            db.execute(update(TOKEN).where(TOKEN.c.user == user, _OPEN).values(revoked_at=now))

    def add_token(self, name: str, hashed: str, token: Token) -> Token:
        """Keep the hash of a new token of that user; its `id` filled in. Raises `NotFound`."""
        with self._database.write() as db:
            row = {
                "user": _required(db, name)["id"], "hash": hashed, "label": token.label, "scopes": sorted(map(str, token.scopes)),
                "created_at": token.created_at, "expires_at": token.expires_at, "revoked_at": None,
            }  # fmt: skip
            db.execute(insert(TOKEN), row)
            return _token_of(db.execute(select(TOKEN).where(TOKEN.c.hash == hashed)).mappings().one())

    def revoke_tokens(self, name: str, ids: Collection[int] | None, now: datetime) -> tuple[Token, ...]:
        """Let some tokens of a user (None: all that are open) open nothing any more; those. Raises `NotFound`."""
        with self._database.write() as db:
            user = _required(db, name)["id"]
            chosen = [one.id for one in _tokens(db, user) if (one.id in ids if ids is not None else one.revoked_at is None)]
            if ids is not None and (missing := sorted(set(ids) - set(chosen))):
                raise NotFound(f"user {name!r} has no token {missing[0]}; see `cgtwatch users list`")
            db.execute(update(TOKEN).where(TOKEN.c.id.in_(chosen), _OPEN).values(revoked_at=now))
            return tuple(one for one in _tokens(db, user) if one.id in chosen)

    def holder(self, hashed: str) -> tuple[User, Token] | None:
        """Whose token hashes to that; also one that has expired or was revoked."""
        with self._database.read() as db:
            row = db.execute(select(TOKEN).where(TOKEN.c.hash == hashed)).mappings().first()
            if row is None or not hmac.compare_digest(row["hash"], hashed):
                return None
            user = db.execute(select(USER).where(USER.c.id == row["user"], _LIVE)).mappings().first()
            return None if user is None else (_user_of(user, ()), _token_of(row))


def _row(db: Connection, name: str) -> RowMapping | None:
    return db.execute(select(USER).where(USER.c.name == name, _LIVE)).mappings().first()


def _required(db: Connection, name: str) -> RowMapping:
    row = _row(db, name)
    if row is None:
        raise NotFound(f"no user {name!r}; see `cgtwatch users list`")
    return row


def _tokens(db: Connection, user: int) -> tuple[Token, ...]:
    rows = db.execute(select(TOKEN).where(TOKEN.c.user == user).order_by(TOKEN.c.id)).mappings()
    return tuple(_token_of(row) for row in rows)


def _user_of(row: RowMapping, tokens: tuple[Token, ...]) -> User:
    return User(row["name"], Role(row["role"]), row["created_at"], tokens)


def _token_of(row: RowMapping) -> Token:
    scopes = frozenset(Scope(one) for one in row["scopes"])
    return Token(row["id"], row["label"], scopes, row["created_at"], row["expires_at"], row["revoked_at"])
