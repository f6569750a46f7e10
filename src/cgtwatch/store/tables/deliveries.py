"""Tables of the ledger: deliveries with their frozen bytes, every attempt, and alarms."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field

from cgtwatch.store.columns import Base, Number, UtcText, only

_OPEN = "closed_at IS NULL"
_STUCK = "state IN ('attempted', 'unknown', 'dead')"
_WAITING = "state IN ('queued', 'retry')"
_UNSETTLED = "state IN ('queued', 'retry', 'attempted')"


class SharedBodyRow(Base, table=True):
    """The bytes of a message, kept once for all deliveries that have them."""

    __tablename__: ClassVar[str] = "shared_body"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    hash: str = Field(unique=True)
    content: bytes = Field(sa_type=LargeBinary)


class DeliveryRow(Base, table=True):
    """One message to one target. `id` is the order of queueing, `key` the public id; the bytes stand in `shared` or in `body`."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        # None over all states: SQLite would take it for the queue, and sort that anew for each look.
        Index("ix_delivery_stuck", "state", "id", **only(_STUCK)),
        Index("ix_delivery_waiting", "id", "channel", "due_at", **only(_WAITING)),
        Index("ix_delivery_line", "target", "channel", "id", **only(_UNSETTLED)),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    key: str = Field(unique=True)
    subscription: str  # as it was called; empty for the operator's alarms
    subscription_id: int | None = Field(foreign_key="subscription.id", sa_type=Number, index=True)
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
    digest: int | None = Field(foreign_key="digest.id", sa_type=Number, index=True)
    answer: str
    sent_at: datetime | None = Field(sa_type=UtcText)
    kind: str
    fillings: dict[str, Any] = Field(sa_type=JSON)
    shared: int | None = Field(foreign_key="shared_body.id", sa_type=Number, index=True)
    lease: datetime | None = Field(default=None, sa_type=UtcText)  # until then the attempt under way is its worker's


class BounceRow(Base, table=True):
    """What a mail server or a reader sent back about a mail; `report` keeps one report from being counted twice."""

    __tablename__: ClassVar[str] = "bounce"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    report: str = Field(unique=True)  # hash of the report
    kind: str  # hard, soft, complaint
    subscription_id: int | None = Field(foreign_key="subscription.id", sa_type=Number, index=True)
    delivery: str  # its key; empty where the report does not say
    status: str  # RFC 3463, such as 5.1.1
    said: str
    at: datetime = Field(sa_type=UtcText)


class AttemptRow(Base, table=True):
    """One try, written before it begins; `result` stays empty until its outcome is known."""

    __tablename__: ClassVar[str] = "attempt"

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    delivery: int = Field(foreign_key="delivery.id", sa_type=Number, index=True)
    number: int
    started_at: datetime = Field(sa_type=UtcText)
    ended_at: datetime | None = Field(sa_type=UtcText)
    result: str | None
    answer: str


class AlarmRow(Base, table=True):
    """Trouble from its beginning to its end, and when each was told; one open alarm for a key."""

    __tablename__: ClassVar[str] = "alarm"
    __table_args__ = (Index("uq_alarm_open", "key", unique=True, **only(_OPEN)),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    key: str
    kind: str
    subject: str
    detail: str
    hint: str
    opened_at: datetime = Field(sa_type=UtcText)
    told_at: datetime | None = Field(sa_type=UtcText)
    closed_at: datetime | None = Field(sa_type=UtcText)
    end_told_at: datetime | None = Field(sa_type=UtcText)
