"""Sources read from several addresses, and subscriptions at hubs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    with op.batch_alter_table("source_state") as batch:
        batch.add_column(sa.Column("others", sa.JSON(), nullable=True))
    op.create_table(
        "push",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("lease_until", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_push_source"),
        sa.PrimaryKeyConstraint("source", name="pk_push"),
    )
    op.create_index("ix_item_first_seen", "item", ["first_seen"])
