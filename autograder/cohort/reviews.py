"""Notes and agreements of the sessions: kept with the one at which they were made, shown at the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note
from autograder.state.cohort_tables import ReviewNoteRow

MOST_LETTERS = 4000


class NoteKind(StrEnum):
    """What is written down: how it went, or what is to be done until the next time."""

    NOTE = "note"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNote:
    """One note or agreement. ``user`` is "" when it is about the cohort."""

    id: int
    session: str
    user: str
    kind: NoteKind
    text: str
    actor: str
    at: datetime
    done_at: datetime | None


def add_note(session: Session, act: Act, *, review: str, user: str, kind: NoteKind, text: str) -> None:
    """Write down a note or an agreement of the session ``review``. Raises ``ActionRefused`` for an empty one."""
    text = text.strip()
    if not text or len(text) > MOST_LETTERS:
        raise ActionRefused("cohort.refused.text", most=MOST_LETTERS)
    session.add(
        ReviewNoteRow(
            cohort=act.cohort, session=review, user=user, kind=kind.value, text=text, actor=act.actor, at=act.at
        )
    )
    note(session, act, "review.note", user=user, review=review, kind=kind.value)


def mark_done(session: Session, act: Act, id: int) -> None:
    """Mark an agreement as done. Raises ``ActionRefused`` when there is none of that id in the cohort."""
    row = session.get(ReviewNoteRow, id)
    if row is None or (row.cohort, row.kind) != (act.cohort, NoteKind.AGREEMENT.value):
        raise ActionRefused("cohort.refused.nothing")
    if row.done_at is None:
        row.done_at = act.at
        note(session, act, "review.done", user=row.user, review=row.session, id=id)


def review_notes(session: Session, cohort: str, user: str | None = None) -> list[ReviewNote]:
    """Return the notes and agreements of a cohort, oldest first; with ``user``, those about that student alone."""
    query = select(ReviewNoteRow).where(ReviewNoteRow.cohort == cohort).order_by(ReviewNoteRow.id)
    if user is not None:
        query = query.where(ReviewNoteRow.user == user)
    return [
        ReviewNote(
            id=row.id,
            session=row.session,
            user=row.user,
            kind=NoteKind(row.kind),
            text=row.text,
            actor=row.actor,
            at=row.at,
            done_at=row.done_at,
        )
        for row in session.scalars(query)
    ]
