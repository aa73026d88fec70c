"""Students, labs, attempts, runs, and what each run said of each question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from autograder.state.table import PlainText, Table


class StudentRow(Table):
    __tablename__ = "students"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(PlainText, unique=True)


class LabRow(Table):
    __tablename__ = "labs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(PlainText, unique=True)


class AttemptRow(Table):
    """One submission as it was received. The same bytes again are the same attempt."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("student_id", "lab_id", "submission"),
        UniqueConstraint("student_id", "lab_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"))
    lab_id: Mapped[int] = mapped_column(ForeignKey("labs.id"), index=True)
    number: Mapped[int]  # 1, 2, … for this student and lab
    submission: Mapped[str] = mapped_column(String(64))  # sha256; the bytes are in the object store
    received_at: Mapped[datetime]

    student: Mapped[StudentRow] = relationship()
    lab: Mapped[LabRow] = relationship()


class RunRow(Table):
    """One execution of an attempt. ``score`` is empty when a verdict was internal: our failure is no grade."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    bundle: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    internal: Mapped[bool]
    score: Mapped[float | None]
    max_score: Mapped[float]
    transcript: Mapped[str | None] = mapped_column(String(64))
    package: Mapped[str] = mapped_column(String(64))  # the graded attempt with its exhibits and outputs
    layers: Mapped[list[str]]
    peak_memory_bytes: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[dict[str, Any]]

    attempt: Mapped[AttemptRow] = relationship()
    questions: Mapped[list[QuestionRow]] = relationship(order_by="QuestionRow.position", cascade="all, delete-orphan")
    flags: Mapped[list[FlagRow]] = relationship(order_by="FlagRow.id", cascade="all, delete-orphan")


class QuestionRow(Table):
    __tablename__ = "question_results"
    __table_args__ = (UniqueConstraint("run_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    position: Mapped[int]  # its place in the lab
    question: Mapped[str] = mapped_column(PlainText)
    points: Mapped[float]
    score: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(PlainText)


class FlagRow(Table):
    __tablename__ = "flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    cell: Mapped[str | None] = mapped_column(PlainText)
    message: Mapped[str] = mapped_column(PlainText)
