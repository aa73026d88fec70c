"""Alembic's entrance: run the steps on the connection that ``open_database`` holds, inside its transaction."""

from alembic import context

from autograder.gradebook.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
