"""Several workers on one database: leases of visits and deliveries, hosts that all are polite to, and bodies that all can read."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("source_state", sa.Column("lease", sa.String(27), nullable=True))
    op.add_column("source_state", sa.Column("cycle", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_source_state_next_poll", "source_state", ["next_poll"])
    op.add_column("delivery", sa.Column("lease", sa.String(27), nullable=True))
    op.create_table(
        "host",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("free_at", sa.String(27), nullable=True),
        sa.Column("held_until", sa.String(27), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_host"),
    )
    op.create_table(
        "body",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("put_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_body"),
    )
