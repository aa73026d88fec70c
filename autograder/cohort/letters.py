"""Messages of staff to students: on their page at once, and by mail where a mail server is configured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note
from autograder.state.cohort_tables import MessageRow, RecipientRow

MOST_SUBJECT, MOST_BODY = 150, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as one student sees it."""

    id: int
    at: datetime
    actor: str
    subject: str
    body: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message as staff see it."""

    id: int
    at: datetime
    actor: str
    audience: str
    subject: str
    body: str
    recipients: int
    read: int
    mailed: int


def send(session: Session, act: Act, *, to: Sequence[str], audience: str, subject: str, body: str) -> int:
    """Put a message on the pages of ``to`` and return its id. ``audience`` says how they were chosen.

    Raises ``ActionRefused`` for a message without words or readers.
    """
    subject, body = subject.strip(), body.strip()
    if not to:
        raise ActionRefused("cohort.refused.nobody")
    if not subject or len(subject) > MOST_SUBJECT:
        raise ActionRefused("cohort.refused.subject", most=MOST_SUBJECT)
    if not body or len(body) > MOST_BODY:
        raise ActionRefused("cohort.refused.text", most=MOST_BODY)
    row = MessageRow(at=act.at, actor=act.actor, audience=audience, subject=subject, body=body)
    row.recipients = [RecipientRow(user=user) for user in dict.fromkeys(to)]
    session.add(row)
    session.flush()
    note(session, act, "message.send", subject=subject, audience=audience, to=list(dict.fromkeys(to)))
    return row.id


def letters_of(session: Session, user: str, limit: int = 20) -> list[Letter]:
    """Return a student's newest messages first."""
    query = (
        select(MessageRow, RecipientRow.read_at)
        .join(RecipientRow, RecipientRow.message_id == MessageRow.id)
        .where(RecipientRow.user == user)
        .order_by(MessageRow.id.desc())
        .limit(limit)
    )
    return [
        Letter(id=row.id, at=row.at, actor=row.actor, subject=row.subject, body=row.body, read_at=read_at)
        for row, read_at in session.execute(query)
    ]


def mark_read(session: Session, act: Act, message: int) -> None:
    """Write down that ``act.actor`` has read a message of theirs."""
    mine = (RecipientRow.message_id == message, RecipientRow.user == act.actor, RecipientRow.read_at.is_(None))
    session.execute(update(RecipientRow).where(*mine).values(read_at=act.at))


def mark_mailed(session: Session, message: int, users: Iterable[str], at: datetime) -> None:
    """Write down to whom a message went by mail."""
    theirs = (RecipientRow.message_id == message, RecipientRow.user.in_(list(users)))
    session.execute(update(RecipientRow).where(*theirs).values(mailed_at=at))


def sent(session: Session, limit: int = 50) -> list[Sent]:
    """Return what staff sent, newest first, with how many have read it."""
    counts = (func.count(RecipientRow.id), func.count(RecipientRow.read_at), func.count(RecipientRow.mailed_at))
    query = (
        select(MessageRow, *counts)
        .join(RecipientRow, RecipientRow.message_id == MessageRow.id)
        .group_by(MessageRow.id)
        .order_by(MessageRow.id.desc())
        .limit(limit)
    )
    return [
        Sent(
            id=row.id,
            at=row.at,
            actor=row.actor,
            audience=row.audience,
            subject=row.subject,
            body=row.body,
            recipients=recipients,
            read=read,
            mailed=mailed,
        )
        for row, recipients, read, mailed in session.execute(query)
    ]
