"""Attempts, their runs, and what each run said of each question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("students", "labs"):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sa.UniqueConstraint("name", name=f"uq_{table}_name"),
        )
    _create_attempts()
    _create_runs()
    _create_results()


def downgrade() -> None:
    for table in ("flags", "question_results", "runs", "attempts", "labs", "students"):
        op.drop_table(table)


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_attempts_student_id_students"),
        sa.ForeignKeyConstraint(["lab_id"], ["labs.id"], name="fk_attempts_lab_id_labs"),
        sa.UniqueConstraint("student_id", "lab_id", "submission", name="uq_attempts_student_id_lab_id_submission"),
        sa.UniqueConstraint("student_id", "lab_id", "number", name="uq_attempts_student_id_lab_id_number"),
    )
    op.create_index("ix_attempts_lab_id", "attempts", ["lab_id"])


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=False),
        sa.Column("transcript", sa.String(64), nullable=True),
        sa.Column("package", sa.String(64), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("peak_memory_bytes", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_runs_attempt_id_attempts"),
    )
    op.create_index("ix_runs_attempt_id", "runs", ["attempt_id"])


def _create_results() -> None:
    op.create_table(
        "question_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question_results"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_question_results_run_id_runs", ondelete="CASCADE"),
        sa.UniqueConstraint("run_id", "question", name="uq_question_results_run_id_question"),
    )
    op.create_table(
        "flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flags"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_flags_run_id_runs", ondelete="CASCADE"),
    )
    op.create_index("ix_flags_run_id", "flags", ["run_id"])
