"""What happens in a cohort: extensions, overrides, notes, messages, feeds, and the audit trail."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "regrades",
    "solution_views",
    "releases",
    "rule_changes",
    "calendar_feeds",
    "message_recipients",
    "messages",
    "review_notes",
    "manual_points",
    "overrides",
    "extensions",
    "audit",
)


def upgrade() -> None:
    _create_audit()
    _create_decisions()
    _create_reviews()
    _create_messages()
    _create_rules()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION refuse_change()")
    for table in TABLES:
        op.drop_table(table)


def _table(name: str, *parts: Any) -> None:
    op.create_table(
        name, sa.Column("id", sa.Integer(), nullable=False), *parts, sa.PrimaryKeyConstraint("id", name=f"pk_{name}")
    )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(), nullable=nullable)


def _slug(name: str, length: int = 64) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _create_audit() -> None:
    _table(
        "audit",
        _time("at"),
        *_text("actor"),
        _slug("action"),
        *_text("user", "lab", "reason"),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"
            )
    elif op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _create_decisions() -> None:
    """Create what staff decide of one student."""
    _table(
        "extensions",
        *_text("user", "lab"),
        _time("due", nullable=True),
        _number("attempts", sa.Integer()),
        *_text("reason", "actor"),
        _time("at"),
        _time("revoked_at", nullable=True),
    )
    op.create_index("ix_extensions_user_lab", "extensions", ["user", "lab"])
    _table(
        "overrides",
        *_text("user", "lab"),
        _number("score", sa.Double()),
        *_text("reason", "actor"),
        _time("at"),
        _time("revoked_at", nullable=True),
    )
    op.create_index("ix_overrides_user_lab", "overrides", ["user", "lab"])
    _table(
        "manual_points",
        _number("attempt_id", sa.Integer()),
        *_text("question"),
        _number("score", sa.Double()),
        *_text("rubric", "actor"),
        _time("at"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_manual_points_attempt_id_attempts"),
    )
    op.create_index("ix_manual_points_attempt_id_question", "manual_points", ["attempt_id", "question"])
    _table(
        "solution_views",
        *_text("user", "lab"),
        _time("at"),
        sa.UniqueConstraint("user", "lab", name="uq_solution_views_user_lab"),
    )


def _create_reviews() -> None:
    _table(
        "review_notes",
        _slug("cohort"),
        _slug("session"),
        *_text("user"),
        _slug("kind", 16),
        *_text("text", "actor"),
        _time("at"),
        _time("done_at", nullable=True),
    )
    op.create_index("ix_review_notes_cohort_session", "review_notes", ["cohort", "session"])


def _create_messages() -> None:
    _table("messages", _time("at"), *_text("actor", "audience", "subject", "body"))
    _table(
        "message_recipients",
        _number("message_id", sa.Integer()),
        *_text("user"),
        _time("read_at", nullable=True),
        _time("mailed_at", nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_recipients_message_id_messages"),
        sa.UniqueConstraint("message_id", "user", name="uq_message_recipients_message_id_user"),
    )
    op.create_index("ix_message_recipients_user", "message_recipients", ["user"])
    _table(
        "calendar_feeds",
        *_text("user"),
        _slug("token"),
        _time("created_at"),
        _time("revoked_at", nullable=True),
        sa.UniqueConstraint("token", name="uq_calendar_feeds_token"),
    )
    op.create_index("ix_calendar_feeds_user", "calendar_feeds", ["user"])


def _create_rules() -> None:
    """Create what staff decide of the cohort."""
    _table(
        "rule_changes",
        _slug("cohort"),
        _slug("key", 128),
        sa.Column("value", sa.JSON(), nullable=False),
        *_text("reason", "actor"),
        _time("at"),
    )
    op.create_index("ix_rule_changes_cohort", "rule_changes", ["cohort"])
    _table(
        "releases",
        _slug("cohort"),
        *_text("lab"),
        _slug("kind", 16),
        _number("released", sa.Boolean()),
        *_text("actor"),
        _time("at"),
    )
    op.create_index("ix_releases_cohort_lab_kind", "releases", ["cohort", "lab", "kind"])
    _table(
        "regrades",
        *_text("lab"),
        _slug("scope", 16),
        sa.Column("attempts", sa.JSON(), nullable=False),
        _number("last_run", sa.Integer()),
        *_text("reason", "actor"),
        _time("at"),
    )
    op.create_index("ix_regrades_lab", "regrades", ["lab"])
