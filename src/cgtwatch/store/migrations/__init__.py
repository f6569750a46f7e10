"""How the schema came to be, one script a step; run by `migrate`, and by alembic alone when a step is written."""
