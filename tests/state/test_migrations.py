"""The steps make the very tables that the code speaks of, and the audit trail only grows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DatabaseError

from autograder.state import attempt_tables, cohort_tables, device_tables, job_tables
from autograder.state.cohort_tables import AuditRow
from autograder.state.database import open_database, sqlite_url
from autograder.state.table import Table

_ = (attempt_tables, cohort_tables, device_tables, job_tables)


@pytest.fixture
def engine(tmp_path):
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    yield engine
    engine.dispose()


def test_the_steps_lead_to_the_tables_of_the_code(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        assert compare_metadata(context, Table.metadata) == []


@pytest.mark.parametrize("change", [update(AuditRow).values(actor="otro"), delete(AuditRow)], ids=["update", "delete"])
def test_the_audit_trail_only_grows(engine, change):
    row = {"actor": "ana", "action": "a", "user": "", "lab": "", "reason": "", "detail": {}, "at": datetime.now(UTC)}
    with engine.begin() as connection:
        connection.execute(insert(AuditRow).values(**row))
    with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
        connection.execute(change)
