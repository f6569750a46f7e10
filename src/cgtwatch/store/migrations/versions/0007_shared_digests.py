"""What many readers were told alike is kept once: what digests say, what was chosen, and the bytes of messages."""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SMALL = 1024  # bytes of a body that stays with its delivery


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _make()
    db = op.get_bind()
    digests = _Kept()
    _share_editions(db, digests)
    _share_choices(db, digests)
    _point_digests(db, digests)
    _share_bodies(db)
    op.create_index("ix_subscription_due", "subscription", ["status", "next_due"], sqlite_where=sa.text("removed_at IS NULL"))


class _Kept:
    """Which edition and which selection each old digest has."""

    def __init__(self) -> None:
        self.editions: dict[int, int] = {}
        self.selections: dict[int, int] = {}


def _make() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("hash", name="uq_edition_hash"),
    )
    op.create_table(
        "selection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_selection"),
        sa.UniqueConstraint("hash", name="uq_selection_hash"),
    )
    op.create_table(
        "shared_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shared_body"),
        sa.UniqueConstraint("hash", name="uq_shared_body_hash"),
    )


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def _rows(db: sa.Connection, statement: str) -> Iterator[Any]:
    """Row by row, since old digests may be many and long."""
    raw: Any = db.connection.dbapi_connection
    yield from raw.cursor().execute(statement)


def _share_editions(db: sa.Connection, digests: _Kept) -> None:
    known: dict[str, int] = {}
    insert = sa.text(
        "INSERT INTO edition (id, hash, subject, text, html, events) VALUES (:id, :hash, :subject, :text, :html, :events)"
    )
    said = "SELECT id, subject, text, html, events FROM digest WHERE subject <> '' OR text <> '' OR html <> '' ORDER BY id"
    for digest, subject, text, html, events in _rows(db, said):
        mark = _hash([subject, text, html, json.loads(events)])
        if mark not in known:
            known[mark] = len(known) + 1
            row = {"id": known[mark], "hash": mark, "subject": subject, "text": text, "html": html, "events": events}
            db.execute(insert, row)
        digests.editions[digest] = known[mark]


def _share_choices(db: sa.Connection, digests: _Kept) -> None:
    op.create_table(
        "new_choice",
        sa.Column("selection", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["selection"], ["selection.id"], name="fk_choice_selection"),
        sa.ForeignKeyConstraint(["seq"], ["announcement.seq"], name="fk_choice_seq"),
        sa.PrimaryKeyConstraint("selection", "seq", name="pk_choice"),
    )
    known: dict[str, int] = {}
    insert = sa.text("INSERT INTO new_choice (selection, seq, wanted, reason) VALUES (:selection, :seq, :wanted, :reason)")
    chosen = _rows(db, "SELECT digest, seq, wanted, reason FROM choice ORDER BY digest, seq")
    for digest, rows in groupby(chosen, key=lambda row: row[0]):
        choices = [[seq, bool(wanted), reason] for _, seq, wanted, reason in rows]
        mark = _hash(choices)
        if mark not in known:
            known[mark] = len(known) + 1
            db.execute(sa.text("INSERT INTO selection (id, hash) VALUES (:id, :hash)"), {"id": known[mark], "hash": mark})
            names = ("seq", "wanted", "reason")
            db.execute(insert, [{"selection": known[mark], **dict(zip(names, each, strict=True))} for each in choices])
        digests.selections[digest] = known[mark]
    op.drop_table("choice")
    op.rename_table("new_choice", "choice")
    op.create_index("ix_choice_seq", "choice", ["seq"])


def _point_digests(db: sa.Connection, digests: _Kept) -> None:
    """A table of its own form, because taking columns away would copy the long ones first."""
    op.create_table(
        "new_digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription", sa.Integer(), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("to_seq", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("selection", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name="fk_digest_subscription"),
        sa.ForeignKeyConstraint(["edition"], ["edition.id"], name="fk_digest_edition"),
        sa.ForeignKeyConstraint(["selection"], ["selection.id"], name="fk_digest_selection"),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
    )
    same = "id, subscription, from_seq, to_seq, created_at, reason"
    op.execute(f"INSERT INTO new_digest ({same}) SELECT {same} FROM digest")  # noqa: S608 - constants
    for column, kept in (("edition", digests.editions), ("selection", digests.selections)):
        pairs = [{"digest": digest, "is": number} for digest, number in kept.items()]
        if pairs:
            db.execute(sa.text(f"UPDATE new_digest SET {column} = :is WHERE id = :digest"), pairs)  # noqa: S608 - constants
    op.drop_table("digest")
    op.rename_table("new_digest", "digest")
    op.create_index("ix_digest_edition", "digest", ["edition"])
    op.create_index("ix_digest_selection", "digest", ["selection"])
    real = sa.text("to_seq > from_seq")
    op.create_index("uq_digest_range", "digest", ["subscription", "from_seq"], unique=True, sqlite_where=real)


def _share_bodies(db: sa.Connection) -> None:
    op.execute("ALTER TABLE delivery ADD COLUMN shared INTEGER CONSTRAINT fk_delivery_shared REFERENCES shared_body (id)")
    known: dict[str, int] = {}
    move = sa.text("UPDATE delivery SET shared = :shared, body = x'' WHERE id = :id")
    large = db.execute(sa.text(f"SELECT id FROM delivery WHERE length(body) > {_SMALL} ORDER BY id")).scalars().all()  # noqa: S608
    for delivery in large:
        content = bytes(db.execute(sa.text("SELECT body FROM delivery WHERE id = :id"), {"id": delivery}).scalar_one())
        mark = hashlib.sha256(content).hexdigest()
        if mark not in known:
            known[mark] = len(known) + 1
            row = {"id": known[mark], "hash": mark, "content": content}
            db.execute(sa.text("INSERT INTO shared_body (id, hash, content) VALUES (:id, :hash, :content)"), row)
        db.execute(move, {"shared": known[mark], "id": delivery})
    op.drop_index("ix_delivery_state_due_at", table_name="delivery")
    op.drop_index("ix_delivery_target_state", table_name="delivery")
    op.create_index("ix_delivery_shared", "delivery", ["shared"])
    stuck, waiting = "'attempted', 'unknown', 'dead'", "'queued', 'retry'"
    _index_of_states("ix_delivery_stuck", ["state", "id"], stuck)
    _index_of_states("ix_delivery_waiting", ["id", "channel", "due_at"], waiting)
    _index_of_states("ix_delivery_line", ["target", "channel", "id"], f"{waiting}, 'attempted'")


def _index_of_states(name: str, columns: list[str], states: str) -> None:
    op.create_index(name, "delivery", columns, sqlite_where=sa.text(f"state IN ({states})"))
