"""The queue of grading, and the editions of each lab: what students are given and graded with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from autograder.state.attempt_tables import AttemptRow, LabRow
from autograder.state.table import PlainText, Table

LIVE = text("state IN ('queued', 'running')")


class JobRow(Table):
    """One attempt to be graded. It has one live job at most; what ended stays, to be read."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("uq_jobs_live", "attempt_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_jobs_next", "state", "priority", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    priority: Mapped[int]  # the lowest is next
    state: Mapped[str] = mapped_column(String(16))
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    tries: Mapped[int]  # leases so far
    after_run: Mapped[int]  # the attempt's newest run when it was queued: a newer one is this job's
    worker: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(PlainText)  # why the last try failed, for staff
    mirrored: Mapped[bool]  # whether nbgrader's gradebook has it

    attempt: Mapped[AttemptRow] = relationship()


class EditionRow(Table):
    """One edition of a lab. The newest is the one that students fetch and that their attempts are graded with."""

    __tablename__ = "editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("labs.id"), index=True)
    archive: Mapped[str] = mapped_column(String(64))  # sha256 of the zip that students are given
    bundle: Mapped[str] = mapped_column(String(64))  # sha256 of the bundle's JSON; both are in the object store
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(PlainText)

    lab: Mapped[LabRow] = relationship()
