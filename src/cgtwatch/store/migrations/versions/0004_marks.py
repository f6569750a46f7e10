"""What people say of events against what was read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "mark",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_mark_event"),
        sa.PrimaryKeyConstraint("event", name="pk_mark"),
    )
