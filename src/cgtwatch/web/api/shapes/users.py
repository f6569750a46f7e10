"""Oneself: who asks, and one's tokens."""

from pydantic import Field

from cgtwatch.model.user import Role, Scope
from cgtwatch.web.api.shapes.common import Instant, Shape


class Token(Shape):
    """A token without its secret, of which only a hash is kept."""

    id: int
    label: str
    scopes: list[Scope]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class Me(Shape):
    """Who asks, and what they may do."""

    name: str = Field(description="Empty: somebody on this machine who showed no token.")
    role: Role
    scopes: list[Scope]
    tokens: list[Token]


class NewToken(Token):
    """A new token: the only answer that holds it."""

    name: str
    token: str = Field(description="`cgt_…`; it is told once.")


class Revoked(Token):
    """A token that opens nothing any more."""

    name: str


class TokenAsked(Shape):
    """A token for oneself, at most with one's own scopes."""

    label: str = Field("", max_length=100, examples=["our dashboard"])
    scope: list[Scope] = Field(default_factory=lambda: [Scope.READ], description="None: `read`.")
    expires_days: int | None = Field(None, ge=1, le=3660, description="null: until it is revoked.")
