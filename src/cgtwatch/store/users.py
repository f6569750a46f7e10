"""Users, their passwords and their tokens; of both only hashes are kept."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, insert, select, update

from cgtwatch.errors import ConfigError, NotFound
from cgtwatch.model.user import Account, Role, Scope, Token, User
from cgtwatch.store.room import Room
from cgtwatch.store.tables import TOKEN, USER

_LIVE = USER.c.removed_at.is_(None)
_OPEN = TOKEN.c.revoked_at.is_(None)


class Users(Room):
    """The part of the store that knows who may log in and who may use the API."""

    def add_user(self, name: str, role: Role, now: datetime, password: str | None = None) -> User:
        """A new user without tokens; `password` is a hash. Raises `ConfigError` where the name is taken."""
        with self._database.write() as db:
            _add(db, name, role, now, password)
        return User(name, role, now, has_password=password is not None)

    def add_first_user(self, name: str, now: datetime, password: str) -> User:
        """The operator whose password is the first of all. Raises `ConfigError` where there is one already: of two, one is first."""
        with self._database.write() as db:
            if _any_password(db):
                raise ConfigError(["a password is set already; log in, or ask an operator"])
            _add(db, name, Role.OPERATOR, now, password)
        return User(name, Role.OPERATOR, now, has_password=True)

    def users(self) -> list[User]:
        """All users by name, with their tokens, also those that open nothing any more."""
        with self._database.read() as db:
            rows = db.execute(select(USER).where(_LIVE).order_by(USER.c.name)).mappings().all()
            return [_user_of(row, _tokens(db, row["id"])) for row in rows]

    def remove_user(self, name: str, now: datetime) -> None:
        """Forget a user; its tokens open nothing any more. Raises `NotFound`."""
        with self._database.write() as db:
            user = _required(db, name)["id"]
            db.execute(update(USER).where(USER.c.id == user).values(removed_at=now, password=None))
            db.execute(update(TOKEN).where(TOKEN.c.user == user, _OPEN).values(revoked_at=now))

    # --- logging in

    def any_password(self) -> bool:
        """Whether anybody can log in."""
        with self._database.read() as db:
            return _any_password(db)

    def account(self, who: str | int) -> Account | None:
        """Whoever has that name, or that id; None for nobody."""
        chosen = USER.c.name == who if isinstance(who, str) else USER.c.id == who
        with self._database.read() as db:
            row = db.execute(select(USER).where(chosen, _LIVE)).mappings().first()
            return None if row is None else _account_of(row)

    def set_password(self, name: str, password: str, now: datetime) -> None:
        """Another password (a hash); all sessions of the user are void. Raises `NotFound`."""
        self._renew(name, now, password=password)

    def set_role(self, name: str, role: Role, now: datetime) -> None:
        """Another role; all sessions of the user are void. Raises `NotFound`."""
        self._renew(name, now, role=str(role))

    def end_sessions(self, name: str, now: datetime) -> None:
        """All sessions of the user are void. Raises `NotFound`."""
        self._renew(name, now)

    def rehash_password(self, account: Account, password: str) -> None:
        """The same password under a stronger hash, unless another was set meanwhile; sessions go on."""
        mine = (USER.c.id == account.id, USER.c.password == account.password)
        with self._database.write() as db:
            db.execute(update(USER).where(*mine).values(password=password))

    def _renew(self, name: str, now: datetime, **changed: str) -> None:
        with self._database.write() as db:
            row = _required(db, name)
            before = row["sessions_from"]
            # Later than the last time in any case: two changes within one tick of the clock are two.
            since = now if before is None or now > before else before + timedelta(microseconds=1)
            db.execute(update(USER).where(USER.c.id == row["id"]).values(sessions_from=since, **changed))

    # --- tokens

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


def _add(db: Connection, name: str, role: Role, now: datetime, password: str | None) -> None:
    if _row(db, name) is not None:
        raise ConfigError([f"user {name!r} exists already; choose another name, or remove it first"])
    row = {"name": name, "role": str(role), "created_at": now, "removed_at": None, "password": password, "sessions_from": None}
    db.execute(insert(USER), row)


def _any_password(db: Connection) -> bool:
    return db.execute(select(USER.c.id).where(USER.c.password.is_not(None), _LIVE).limit(1)).first() is not None


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
    return User(row["name"], Role(row["role"]), row["created_at"], tokens, row["password"] is not None)


def _account_of(row: RowMapping) -> Account:
    return Account(row["id"], row["name"], Role(row["role"]), row["password"], row["sessions_from"])


def _token_of(row: RowMapping) -> Token:
    scopes = frozenset(Scope(one) for one in row["scopes"])
    return Token(row["id"], row["label"], scopes, row["created_at"], row["expires_at"], row["revoked_at"])
