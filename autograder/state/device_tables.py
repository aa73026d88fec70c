"""Who may sign in by the course list, whose home is whose, who holds a GPU slot and who waits for one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from autograder.state.table import PlainText, Table


class AccountRow(Table):
    """A name that may sign in: with a password, or once with an invitation to choose one. Neither is kept itself."""

    __tablename__ = "accounts"

    user: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(32))  # course.cohort.PersonRole; the cohort's word, when it has one, wins
    password: Mapped[str | None] = mapped_column(String(256))  # argon2id, with its salt and cost
    invitation: Mapped[str | None] = mapped_column(String(64), unique=True)  # sha256
    invited_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed: Mapped[bool] = mapped_column(default=False)


class HomeRow(Table):
    """The user id under which somebody's server runs. Never given to anybody else."""

    __tablename__ = "homes"

    user: Mapped[str] = mapped_column(String(64), primary_key=True)
    uid: Mapped[int] = mapped_column(unique=True)


class LeaseRow(Table):
    """One share of one device, held."""

    __tablename__ = "leases"
    __table_args__ = (UniqueConstraint("device", "share"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(PlainText)  # UUID of a GPU or of a MIG instance
    share: Mapped[int]
    holder: Mapped[str] = mapped_column(PlainText, unique=True)  # "server:wapaza/", "grader:attempt-17"
    user: Mapped[str] = mapped_column(PlainText, index=True)
    group: Mapped[str] = mapped_column("group_name", PlainText)
    since: Mapped[datetime]
    until: Mapped[datetime | None]  # None: no longest session


class WaitRow(Table):
    """Somebody's place in the line, kept while they go on asking."""

    __tablename__ = "device_waits"

    id: Mapped[int] = mapped_column(primary_key=True)  # the order of the line
    holder: Mapped[str] = mapped_column(PlainText, unique=True)
    group: Mapped[str] = mapped_column("group_name", PlainText)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
