"""Topics of a user's own rules file, and translations by machine."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    for table in ("classification", "event"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("topics", sa.JSON(), nullable=True))
    op.create_table(
        "translation",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("text", "language", name="pk_translation"),
    )
