"""Somebody who may see the pages or change something, and the tokens by which programs act for them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a user may do at most."""

    READER = "reader"  # subscriptions by mail, and what the pages show
    OPERATOR = "operator"  # every target, and every address in full


class Scope(StrEnum):
    """What a token is good for; each allows reading its own nouns too."""

    READ = "read"
    SUBSCRIPTIONS = "subscriptions"
    DELIVERIES = "deliveries"
    EVENTS = "events"  # say what was read wrongly of an event
    SOURCES = "sources"  # visit, pause and add sources


def own_scopes(role: Role) -> frozenset[Scope]:
    """What a user of that role does at a page, and may hand on to a token; more is an operator's to give."""
    return frozenset(Scope) if role is Role.OPERATOR else frozenset({Scope.READ})


@dataclass(frozen=True, slots=True)
class Token:
    """A user's token without its secret, of which only a hash is kept; `id` is how it is called."""

    id: int
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None  # None: it lasts until it is revoked
    revoked_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class User:
    """A person or a program with a name of its own."""

    name: str
    role: Role
    created_at: datetime
    tokens: tuple[Token, ...] = ()
    has_password: bool = False  # whether they can log in to the pages


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the log-in knows them. `password` is a hash (PHC string); sessions begun before `sessions_from` are void."""

    id: int
    name: str
    role: Role
    password: str | None = field(repr=False)
    sessions_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Who asks, and what they may do. `name` is empty for somebody on this machine who showed no token."""

    name: str
    role: Role
    scopes: frozenset[Scope]
