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


def _columns(type_: "sa.types.TypeEngine[str]", names: tuple[str, ...], *, nullable: bool) -> "list[sa.Column[str]]":
    return [sa.Column(name, type_, nullable=nullable) for name in names]


def _texts(*names: str) -> "list[sa.Column[str]]":
    return _columns(sa.String(), names, nullable=False)


def _maybe_texts(*names: str) -> "list[sa.Column[str]]":
    return _columns(sa.String(), names, nullable=True)


# Times are aware UTC as text of one width: 2026-07-08T01:02:03.123456Z.
def _times(*names: str) -> "list[sa.Column[str]]":
    return _columns(sa.String(27), names, nullable=False)


def _maybe_times(*names: str) -> "list[sa.Column[str]]":
    return _columns(sa.String(27), names, nullable=True)


def _labels() -> "list[sa.Column[Any]]":
    return [
        sa.Column("cgt", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.Boolean(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("modalities", sa.JSON(), nullable=False),
        *_texts("doc_type", "stage"),
        *_maybe_texts("jurisdiction"),
        sa.Column("issuers", sa.JSON(), nullable=False),
        *_maybe_texts("level", "document_number"),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("comment_deadline", sa.Date(), nullable=True),
        *_texts("importance"),
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
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["key"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _source() -> None:
    op.create_table(
        "source",
        *_texts("id", "kind", "url", "name_zh", "name_en"),
        sa.Column("listed", sa.Boolean(), nullable=False),
        *_times("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("name", "channel", "target"),
        sa.Column("cadence", sa.JSON(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        *_texts("timezone", "language", "status", "promise"),
        sa.Column("sent_upto", sa.Integer(), nullable=False),
        *_times("created_at"),
        *_maybe_times("next_due"),
        sa.Column("welcomed", sa.Boolean(), nullable=False),
        *_texts("note"),
        *_maybe_times("removed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_subscription_name",
        "subscription",
        ["name"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription", sa.Integer(), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("to_seq", sa.Integer(), nullable=False),
        *_texts("subject", "text", "html"),
        sa.Column("events", sa.JSON(), nullable=False),
        *_times("created_at"),
        *_texts("reason"),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name="fk_digest_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
    )
    op.create_index(
        "uq_digest_range",
        "digest",
        ["subscription", "from_seq"],
        unique=True,
        sqlite_where=sa.text("to_seq > from_seq"),
        postgresql_where=sa.text("to_seq > from_seq"),
    )


def _fetch() -> None:
    op.create_table(
        "fetch",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("source", "requested", "url", "outcome"),
        *_times("at"),
        sa.Column("status", sa.Integer(), nullable=True),
        *_maybe_texts("error"),
        *_texts("message"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        *_maybe_texts("archive_key"),
        *_texts("content_type"),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_fetch_source"),
        sa.PrimaryKeyConstraint("id", name="pk_fetch"),
    )
    op.create_index("ix_fetch_source_id", "fetch", ["source", "id"])


def _held_page() -> None:
    op.create_table(
        "held_page",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("source", "url"),
        *_maybe_texts("archive_key"),
        *_texts("content_type"),
        *_maybe_texts("error"),
        *_texts("reason", "hint"),
        *_times("at"),
        *_maybe_times("released_at"),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_held_page_source"),
        sa.PrimaryKeyConstraint("id", name="pk_held_page"),
    )
    op.create_index("ix_held_page_source", "held_page", ["source"])


def _item() -> None:
    op.create_table(
        "item",
        *_texts("id", "source", "guid", "link", "path", "title_date", "fingerprint"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_times("first_seen", "last_seen", "last_changed"),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_item_source"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
    )
    op.create_index("ix_item_last_changed", "item", ["last_changed"])
    op.create_index("ix_item_source", "item", ["source"])


def _source_state() -> None:
    op.create_table(
        "source_state",
        *_texts("source"),
        *_maybe_texts("etag", "last_modified", "body_sha256"),
        *_maybe_times("next_poll", "last_visit", "last_ok", "last_new"),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_maybe_texts("error"),
        *_texts("message", "hint"),
        sa.Column("items_seen", sa.Integer(), nullable=False),
        sa.Column("baseline_done", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        *_maybe_texts("permanent_url"),
        *_maybe_times("full_fetch_at"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_source_state_source"),
        sa.PrimaryKeyConstraint("source", name="pk_source_state"),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts("key", "subscription"),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        *_texts("channel", "target"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        *_texts("content_type"),
        sa.Column("headers", sa.JSON(), nullable=False),
        *_texts("subject", "state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_times("created_at"),
        *_maybe_times("due_at"),
        *_texts("promise"),
        sa.Column("digest", sa.Integer(), nullable=True),
        *_texts("answer"),
        *_maybe_times("sent_at"),
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
        *_texts("id", "item", "source", "title", "url"),
        sa.Column("published", sa.Date(), nullable=True),
        *_times("first_seen", "last_changed"),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_texts("cluster", "thread"),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.JSON(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        *_texts("language", "summary", "rules"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
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
        *_texts("item"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("title", "url", "text", "fingerprint"),
        *_times("seen_at"),
        *_maybe_times("published"),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        *_maybe_texts("language", "archive_key"),
        sa.Column("fetch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fetch"], ["fetch.id"], name="fk_revision_fetch", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_revision_item"),
        sa.PrimaryKeyConstraint("item", "number", name="pk_revision"),
    )
    op.create_index("ix_revision_fetch", "revision", ["fetch"])


def _announcement() -> None:
    op.create_table(
        "announcement",
        sa.Column("seq", sa.Integer(), nullable=False),
        *_texts("event", "kind", "cause"),
        *_times("at"),
        *_texts("change"),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_announcement_event"),
        sa.PrimaryKeyConstraint("seq", name="pk_announcement"),
        sa.UniqueConstraint("event", "kind", "cause", name="uq_announcement_event_kind_cause"),
        sqlite_autoincrement=True,
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
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
        *_texts("item"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.JSON(), nullable=False),
        *_texts("language", "rules"),
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
        sa.Column("subscription", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        *_texts("reason"),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name="fk_choice_digest"),
        sa.ForeignKeyConstraint(["seq"], ["announcement.seq"], name="fk_choice_seq"),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name="fk_choice_subscription"),
        sa.PrimaryKeyConstraint("subscription", "seq", name="pk_choice"),
    )
    op.create_index("ix_choice_digest", "choice", ["digest"])
    op.create_index("ix_choice_seq", "choice", ["seq"])
