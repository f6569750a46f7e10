"""How readers want to be told, who looks after a subscription, what came back, and who may use the API."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27)


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _columns()
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_bounce_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
        sa.UniqueConstraint("report", name="uq_bounce_report"),
    )
    op.create_index("ix_bounce_subscription_id", "bounce", ["subscription_id"])
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("removed_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_app_user"),
    )
    op.create_index("uq_app_user_name", "app_user", ["name"], unique=True, sqlite_where=sa.text("removed_at IS NULL"))
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user"], ["app_user.id"], name="fk_token_user"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
    )
    op.create_index("ix_token_user", "token", ["user"])


def _columns() -> None:
    op.add_column("subscription", sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("subscription", sa.Column("origin", sa.String(), nullable=False, server_default="operator"))
    op.add_column("delivery", sa.Column("kind", sa.String(), nullable=False, server_default="digest.created"))
    op.add_column("delivery", sa.Column("fillings", sa.JSON(), nullable=False, server_default="{}"))
