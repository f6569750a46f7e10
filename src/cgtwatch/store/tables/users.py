"""Tables of people and programs that may do more than read a page: users and their tokens."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cgtwatch.store.columns import Base, Number, UtcText, only

_LIVE = "removed_at IS NULL"


class UserRow(Base, table=True):
    """Somebody who may log in or use the API; `role` is reader or operator. `password` is a hash; sessions begun before
    `sessions_from` are void.
    """

    __tablename__: ClassVar[str] = "app_user"
    __table_args__ = (Index("uq_app_user_name", "name", unique=True, **only(_LIVE)),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    name: str
    role: str
    created_at: datetime = Field(sa_type=UtcText)
    removed_at: datetime | None = Field(sa_type=UtcText)
    password: str | None
    sessions_from: datetime | None = Field(sa_type=UtcText)


class TokenRow(Base, table=True):
    """A user's token; only its hash is kept."""

    __tablename__: ClassVar[str] = "token"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    user: int = Field(foreign_key="app_user.id", sa_type=Number, index=True)
    hash: str = Field(unique=True)
    label: str
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcText)
    expires_at: datetime | None = Field(sa_type=UtcText)
    revoked_at: datetime | None = Field(sa_type=UtcText)
