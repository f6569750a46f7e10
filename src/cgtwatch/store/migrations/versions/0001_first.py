"""The first schema: sources, documents, events, readers and the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _alarm()
    _source()
    _subscription()
    _digest()
    _fetch()
    _held_page()
    _item()
    _source_state()
    _delivery()
    _event()
    _item_tag()
    _revision()
    _announcement()
    _attempt()
    _classification()
    _event_tag()
    _link()
    _choice()


def _columns(type_: sa.types.TypeEngine[Any], names: tuple[str, ...], *, maybe: bool = False) -> "list[sa.Column[Any]]":
    return [sa.Column(name, type_, nullable=maybe) for name in names]


def _texts(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.String(), names)


def _maybe_texts(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.String(), names, maybe=True)


# Times are aware UTC as text of one width: 2026-07-08T01:02:03.123456Z.
def _times(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.String(27), names)


def _maybe_times(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.String(27), names, maybe=True)


def _maybe_dates(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.Date(), names, maybe=True)


def _numbers(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.Integer(), names)


def _flags(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.Boolean(), names)


def _json(*names: str) -> "list[sa.Column[Any]]":
    return _columns(sa.JSON(), names)


def _unique_where(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _labels() -> "list[sa.Column[Any]]":
    return [
        *_flags("cgt", "policy", "relevant"),
        *_json("modalities", "issuers"),
        *_texts("doc_type", "stage", "importance"),
        *_maybe_texts("jurisdiction", "level", "document_number"),
        *_maybe_dates("document_date", "effective_date", "comment_deadline"),
    ]


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("key", "kind", "subject", "detail", "hint"),
        *_times("opened_at"),
        *_maybe_times("told_at", "closed_at", "end_told_at"),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    _unique_where("uq_alarm_open", "alarm", ["key"], "closed_at IS NULL")


def _source() -> None:
    op.create_table(
        "source",
        *_texts("id", "kind", "url", "name_zh", "name_en"),
        *_flags("listed"),
        *_times("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("name", "channel", "target", "timezone", "language", "status", "promise", "note"),
        *_json("cadence", "filter"),
        *_numbers("sent_upto"),
        *_times("created_at"),
        *_maybe_times("next_due", "removed_at"),
        *_flags("welcomed"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sqlite_autoincrement=True,
    )
    _unique_where("uq_subscription_name", "subscription", ["name"], "removed_at IS NULL")


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        *_numbers("subscription", "from_seq", "to_seq"),
        *_texts("subject", "text", "html", "reason"),
        *_json("events"),
        *_times("created_at"),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name="fk_digest_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
    )
    _unique_where("uq_digest_range", "digest", ["subscription", "from_seq"], "to_seq > from_seq")


def _fetch() -> None:
    op.create_table(
        "fetch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        *_texts("source", "requested", "url", "outcome", "message", "content_type"),
        *_times("at"),
        *_maybe_texts("error", "archive_key"),
        *_numbers("requests", "new", "updated", "gone"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_fetch_source"),
        sa.PrimaryKeyConstraint("id", name="pk_fetch"),
    )
    op.create_index("ix_fetch_source_id", "fetch", ["source", "id"])


def _held_page() -> None:
    op.create_table(
        "held_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=True),
        *_texts("source", "url", "content_type", "reason", "hint"),
        *_maybe_texts("archive_key", "error"),
        *_times("at"),
        *_maybe_times("released_at"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_held_page_source"),
        sa.PrimaryKeyConstraint("id", name="pk_held_page"),
    )
    op.create_index("ix_held_page_source", "held_page", ["source"])


def _item() -> None:
    op.create_table(
        "item",
        *_texts("id", "source", "guid", "link", "path", "title_date", "fingerprint"),
        *_numbers("position", "revision"),
        *_times("first_seen", "last_seen", "last_changed"),
        *_flags("gone"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_item_source"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
    )
    op.create_index("ix_item_last_changed", "item", ["last_changed"])
    op.create_index("ix_item_source", "item", ["source"])


def _source_state() -> None:
    op.create_table(
        "source_state",
        *_texts("source", "message", "hint", "held_as"),
        *_maybe_texts("etag", "last_modified", "body_sha256", "error", "permanent_url"),
        *_maybe_times("next_poll", "last_visit", "last_ok", "last_new", "full_fetch_at"),
        *_numbers("failures", "items_seen", "held", "good"),
        *_flags("baseline_done"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_source_state_source"),
        sa.PrimaryKeyConstraint("source", name="pk_source_state"),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Integer(), nullable=True),
        *_texts("key", "subscription", "channel", "target", "content_type", "subject", "state", "promise", "answer"),
        *_json("headers"),
        *_numbers("attempts"),
        *_times("created_at"),
        *_maybe_times("due_at", "sent_at"),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name="fk_delivery_digest"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_delivery_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    op.create_index("ix_delivery_digest", "delivery", ["digest"])
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"])
    op.create_index("ix_delivery_subscription_id", "delivery", ["subscription_id"])
    op.create_index("ix_delivery_target_state", "delivery", ["target", "channel", "state"])


def _event() -> None:
    op.create_table(
        "event",
        *_labels(),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_texts("id", "item", "source", "title", "url", "cluster", "thread", "language", "summary", "rules"),
        *_maybe_dates("published"),
        *_times("first_seen", "last_changed"),
        *_numbers("revision"),
        *_json("evidence", "confidence"),
        *_flags("main", "withdrawn"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_event_item"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_event_source"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_cluster", "event", ["cluster"])
    op.create_index("ix_event_item", "event", ["item"])
    op.create_index("ix_event_last_changed", "event", ["last_changed"])
    op.create_index("ix_event_source", "event", ["source"])
    op.create_index("ix_event_thread", "event", ["thread"])


def _item_tag() -> None:
    op.create_table(
        "item_tag",
        *_texts("item", "kind", "value"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_item_tag_item"),
        sa.PrimaryKeyConstraint("item", "kind", "value", name="pk_item_tag"),
    )
    op.create_index("ix_item_tag_kind_value", "item_tag", ["kind", "value"])


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("fetch", sa.Integer(), nullable=True),
        *_texts("item", "title", "url", "text", "fingerprint"),
        *_numbers("number"),
        *_times("seen_at"),
        *_maybe_times("published"),
        *_maybe_dates("published_on"),
        *_json("attachments"),
        *_maybe_texts("language", "archive_key"),
        sa.ForeignKeyConstraint(["fetch"], ["fetch.id"], name="fk_revision_fetch", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_revision_item"),
        sa.PrimaryKeyConstraint("item", "number", name="pk_revision"),
    )
    op.create_index("ix_revision_fetch", "revision", ["fetch"])


def _announcement() -> None:
    op.create_table(
        "announcement",
        sa.Column("seq", sa.Integer(), nullable=False),
        *_texts("event", "kind", "cause", "change"),
        *_times("at"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_announcement_event"),
        sa.PrimaryKeyConstraint("seq", name="pk_announcement"),
        sa.UniqueConstraint("event", "kind", "cause", name="uq_announcement_event_kind_cause"),
        sqlite_autoincrement=True,
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        *_numbers("delivery", "number"),
        *_times("started_at"),
        *_maybe_times("ended_at"),
        *_maybe_texts("result"),
        *_texts("answer"),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name="fk_attempt_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_delivery", "attempt", ["delivery"])


def _classification() -> None:
    op.create_table(
        "classification",
        *_labels(),
        *_texts("item", "language", "rules"),
        *_numbers("revision"),
        *_json("evidence", "confidence"),
        sa.ForeignKeyConstraint(["item", "revision"], ["revision.item", "revision.number"], name="fk_classification_item"),
        sa.PrimaryKeyConstraint("item", "revision", name="pk_classification"),
    )


def _event_tag() -> None:
    op.create_table(
        "event_tag",
        *_texts("event", "kind", "value"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_event_tag_event"),
        sa.PrimaryKeyConstraint("event", "kind", "value", name="pk_event_tag"),
    )
    op.create_index("ix_event_tag_kind_value", "event_tag", ["kind", "value"])


def _link() -> None:
    op.create_table(
        "link",
        *_texts("event", "other", "relation", "reason"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_link_event"),
        sa.ForeignKeyConstraint(["other"], ["event.id"], name="fk_link_other"),
        sa.PrimaryKeyConstraint("event", "other", "relation", name="pk_link"),
    )
    op.create_index("ix_link_other", "link", ["other"])


def _choice() -> None:
    op.create_table(
        "choice",
        sa.Column("seq", sa.Integer(), nullable=False),
        *_numbers("subscription", "digest"),
        *_flags("wanted"),
        *_texts("reason"),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name="fk_choice_digest"),
        sa.ForeignKeyConstraint(["seq"], ["announcement.seq"], name="fk_choice_seq"),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name="fk_choice_subscription"),
        sa.PrimaryKeyConstraint("subscription", "seq", name="pk_choice"),
    )
    op.create_index("ix_choice_digest", "choice", ["digest"])
    op.create_index("ix_choice_seq", "choice", ["seq"])
