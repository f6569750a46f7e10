"""What alembic runs the steps with: a connection that is already inside a transaction, and the tables to compare with."""

from alembic import context

from cgtwatch.store import tables  # noqa: F401 - fills the metadata
from cgtwatch.store.columns import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
)
context.run_migrations()
