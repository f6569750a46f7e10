"""The keys of events answered from their index alone: linking asks for dozens of them for each new event."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.drop_index("ix_event_tag_kind_value", table_name="event_tag")
    op.create_index("ix_event_tag_kind_value", "event_tag", ["kind", "value", "event"])
