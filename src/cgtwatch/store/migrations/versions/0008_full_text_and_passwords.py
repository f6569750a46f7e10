"""Events found by their words, and users who log in."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from cgtwatch.text.bigrams import fingerprint, indexed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BY_DAY = {
    "ix_event_on": "document_date, published, first_seen, jurisdiction, cluster, id, seq",
    "ix_event_comment_deadline": "comment_deadline",
    "ix_event_effective_date": "effective_date",
}
_PIECE = 200  # events whose texts are in memory at once
_LIVE = """
SELECT event.id, event.last_changed, event.title, event.summary, coalesce(event.document_number, ''),
       CASE WHEN event.main THEN coalesce(revision.text, '') ELSE '' END
FROM event LEFT JOIN revision ON revision.item = event.item AND revision.number = event.revision
WHERE NOT event.withdrawn ORDER BY event.last_changed, event.id
"""


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.execute("ALTER TABLE app_user ADD COLUMN password VARCHAR")
    op.execute("ALTER TABLE app_user ADD COLUMN sessions_from VARCHAR(27)")
    for name, columns in _BY_DAY.items():
        op.execute(f"CREATE INDEX {name} ON event ({columns}) WHERE withdrawn IS 0 AND relevant IS 1")
    op.create_table(
        "event_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_event_entry_event"),
        sa.PrimaryKeyConstraint("id", name="pk_event_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_entry_stamp", "event_entry", ["stamp"])
    op.create_index("uq_event_entry_live", "event_entry", ["event"], unique=True, sqlite_where=sa.text("live IS 1"))
    op.execute("CREATE VIRTUAL TABLE event_words USING fts5(words, content='', columnsize=0, tokenize='ascii')")
    _fill(op.get_bind())


def _fill(db: sa.Connection) -> None:
    """An entry for every event that is not withdrawn, newest change last."""
    entry = sa.text("INSERT INTO event_entry (id, event, words, stamp, live) VALUES (:id, :event, :words, 1, 1)")
    kept = sa.text("INSERT INTO event_words (rowid, words) VALUES (:id, :text)")
    for piece in _pieces(db):
        db.execute(kept, [{"id": each["id"], "text": each.pop("text")} for each in piece])
        db.execute(entry, piece)


def _pieces(db: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    raw: Any = db.connection.dbapi_connection
    rows = enumerate(raw.cursor().execute(_LIVE), start=1)
    while piece := [row for _, row in zip(range(_PIECE), rows, strict=False)]:
        yield [_row(number, *row) for number, row in piece]


def _row(number: int, event: str, changed: str, *fields: str) -> dict[str, Any]:
    words = indexed(*fields[:-1], text=fields[-1])
    return {"id": number, "event": event, "words": fingerprint(words, changed), "text": words}
