"""Tables of the ledger: deliveries with their frozen bytes, every attempt, and alarms."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlmodel import Field

from cgtwatch.store.columns import Base, UtcText

_OPEN = text("closed_at IS NULL")


class DeliveryRow(Base, table=True):
    """One message to one target. `id` is the order of queueing, `key` the public id."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_target_state", "target", "channel", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    subscription: str  # as it was called; empty for the operator's alarms
    subscription_id: int | None = Field(foreign_key="subscription.id", index=True)
    channel: str
    target: str
    body: bytes = Field(sa_type=LargeBinary)
    content_type: str
    headers: dict[str, Any] = Field(sa_type=JSON)
    subject: str
    state: str
    attempts: int
    created_at: datetime = Field(sa_type=UtcText)
    due_at: datetime | None = Field(sa_type=UtcText)
    promise: str
    digest: int | None = Field(foreign_key="digest.id", index=True)
    answer: str
    sent_at: datetime | None = Field(sa_type=UtcText)
    kind: str
    fillings: dict[str, Any] = Field(sa_type=JSON)


class BounceRow(Base, table=True):
    """What a mail server or a reader sent back about a mail; `report` keeps one report from being counted twice."""

    __tablename__: ClassVar[str] = "bounce"

    id: int | None = Field(default=None, primary_key=True)
    report: str = Field(unique=True)  # hash of the report
    kind: str  # hard, soft, complaint
    subscription_id: int | None = Field(foreign_key="subscription.id", index=True)
    delivery: str  # its key; empty where the report does not say
    status: str  # RFC 3463, such as 5.1.1
    said: str
    at: datetime = Field(sa_type=UtcText)


class AttemptRow(Base, table=True):
    """One try, written before it begins; `result` stays empty until its outcome is known."""

    __tablename__: ClassVar[str] = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    delivery: int = Field(foreign_key="delivery.id", index=True)
    number: int
    started_at: datetime = Field(sa_type=UtcText)
    ended_at: datetime | None = Field(sa_type=UtcText)
    result: str | None
    answer: str


class AlarmRow(Base, table=True):
    """Trouble from its beginning to its end, and when each was told; one open alarm for a key."""

    __tablename__: ClassVar[str] = "alarm"
    __table_args__ = (Index("uq_alarm_open", "key", unique=True, sqlite_where=_OPEN),)

    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    subject: str
    detail: str
    hint: str
    opened_at: datetime = Field(sa_type=UtcText)
    told_at: datetime | None = Field(sa_type=UtcText)
    closed_at: datetime | None = Field(sa_type=UtcText)
    end_told_at: datetime | None = Field(sa_type=UtcText)
