"""Alembic's entrance: run the steps on the connection that ``open_database`` holds, inside its transaction."""

from alembic import context

from autograder.state import attempt_tables, cohort_tables, device_tables, job_tables
from autograder.state.table import Table

_ = (attempt_tables, cohort_tables, device_tables, job_tables)  # imported so that Alembic sees their tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
