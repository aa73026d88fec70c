"""What happens in a cohort while it runs. A person is their hub name, a lab its id: the cohort's file knows the rest.

Nothing is rewritten: what no longer holds is marked ``revoked_at``, or a newer row stands in its place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from autograder.state.table import PlainText, Table


class AuditRow(Table):
    """One thing that somebody did. The database refuses to change or delete a row."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(PlainText)
    action: Mapped[str] = mapped_column(String(64))  # "extension.grant"
    user: Mapped[str] = mapped_column(PlainText)  # whom it concerns; "" for the cohort
    lab: Mapped[str] = mapped_column(PlainText)  # "" for none
    reason: Mapped[str] = mapped_column(PlainText)
    detail: Mapped[dict[str, Any]]  # what was set, and what was there before


class ExtensionRow(Table):
    """More time, or more attempts, for one student at one lab. The newest that is not revoked counts."""

    __tablename__ = "extensions"
    __table_args__ = (Index(None, "user", "lab"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(PlainText)
    lab: Mapped[str] = mapped_column(PlainText)
    due: Mapped[datetime | None]
    attempts: Mapped[int]
    reason: Mapped[str] = mapped_column(PlainText)
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OverrideRow(Table):
    """A grade that staff gave in place of the rules'. The newest that is not revoked counts."""

    __tablename__ = "overrides"
    __table_args__ = (Index(None, "user", "lab"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(PlainText)
    lab: Mapped[str] = mapped_column(PlainText)
    score: Mapped[float]
    reason: Mapped[str] = mapped_column(PlainText)
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ManualPointsRow(Table):
    """What a person gave to a question that a person grades. The newest of a question counts."""

    __tablename__ = "manual_points"
    __table_args__ = (Index(None, "attempt_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    question: Mapped[str] = mapped_column(PlainText)
    score: Mapped[float]
    rubric: Mapped[str] = mapped_column(PlainText)  # what the student reads beside the points
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]


class ReviewNoteRow(Table):
    """A note or an agreement of a session. An agreement stays open until it is marked done."""

    __tablename__ = "review_notes"
    __table_args__ = (Index(None, "cohort", "session"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(String(64))
    session: Mapped[str] = mapped_column(String(64))
    user: Mapped[str] = mapped_column(PlainText)  # "" for the cohort
    kind: Mapped[str] = mapped_column(String(16))  # "note", "agreement"
    text: Mapped[str] = mapped_column(PlainText)
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class MessageRow(Table):
    """A message of staff to students."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(PlainText)
    audience: Mapped[str] = mapped_column(PlainText)  # how the recipients were chosen, as shown
    subject: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)

    recipients: Mapped[list[RecipientRow]] = relationship(back_populates="message", order_by="RecipientRow.id")


class RecipientRow(Table):
    """One student to whom a message went."""

    __tablename__ = "message_recipients"
    __table_args__ = (UniqueConstraint("message_id", "user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    user: Mapped[str] = mapped_column(PlainText, index=True)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    message: Mapped[MessageRow] = relationship(back_populates="recipients")


class FeedRow(Table):
    """A personal calendar link. Only the hash of its token is kept."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(PlainText, index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 of the token
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RuleChangeRow(Table):
    """A rule or a date that was changed since the cohort's file was written. The newest of a key counts."""

    __tablename__ = "rule_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(String(64), index=True)
    key: Mapped[str] = mapped_column(String(128))  # "policy", "lab.lab1"
    value: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(PlainText)
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]


class ReleaseRow(Table):
    """Whether a lab, or its feedback, is published. The newest of a lab and kind counts; without one, dates decide."""

    __tablename__ = "releases"
    __table_args__ = (Index(None, "cohort", "lab", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(String(64))
    lab: Mapped[str] = mapped_column(PlainText)
    kind: Mapped[str] = mapped_column(String(16))  # "lab", "feedback"
    released: Mapped[bool]
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]


class SolutionViewRow(Table):
    """When a student first opened a lab's worked solution: what they hand in later does not count."""

    __tablename__ = "solution_views"
    __table_args__ = (UniqueConstraint("user", "lab"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(PlainText)
    lab: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]


class RegradeRow(Table):
    """A regrade of a lab: ``last_run`` is the newest run before it, so that before and after can be told apart."""

    __tablename__ = "regrades"

    id: Mapped[int] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(PlainText, index=True)
    scope: Mapped[str] = mapped_column(String(16))  # "latest", "all"
    attempts: Mapped[list[int]]  # ids of the attempts that were queued
    last_run: Mapped[int]
    reason: Mapped[str] = mapped_column(PlainText)
    actor: Mapped[str] = mapped_column(PlainText)
    at: Mapped[datetime]
