"""What the demo cohort's staff decided, wrote and agreed, so that every page has something to show."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy.orm import Session

from autograder.cohort.decisions import grant_extension, override_grade
from autograder.cohort.demo import script
from autograder.cohort.desk import Act, Desk, trail
from autograder.cohort.letters import send
from autograder.cohort.manual import give_points, with_points
from autograder.cohort.reviews import NoteKind, add_note
from autograder.course.cohort import Cohort
from autograder.course.result import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.grades import GradeRow


def live_through(book: Gradebook, cohort: Cohort, now: datetime) -> None:
    """Write down extensions, an override, messages, notes and points by hand; nothing a second time."""
    desk = Desk(book.engine)
    with desk.reading() as session:
        if trail(session, limit=1):
            return
    with desk.writing() as session:
        _decide(session, cohort, now)
        _write(session, cohort, now)
    _give_points(book, desk, cohort)


def _decide(session: Session, cohort: Cohort, now: datetime) -> None:
    for row in script()["extension"]:
        if row["lab"] > len(cohort.labs):
            continue
        dates = cohort.labs[row["lab"] - 1]
        at = min(dates.due - timedelta(days=1), now - timedelta(hours=30))
        act = Act(actor="rflores", at=at, reason=row["reason"], cohort=cohort.slug)
        due = dates.due + timedelta(days=row["days"])
        grant_extension(session, act, cohort, user=row["user"], lab=dates.lab, due=due, attempts=row.get("attempts", 0))
    for row in script()["override"]:
        if row["lab"] > len(cohort.labs):
            continue
        lab = cohort.labs[row["lab"] - 1].lab
        act = Act(actor="rflores", at=now - timedelta(hours=26), reason=row["reason"], cohort=cohort.slug)
        override_grade(session, act, cohort, user=row["user"], lab=lab, score=row["score"], max_score=20.0)


def _write(session: Session, cohort: Cohort, now: datetime) -> None:
    for row in sorted(script()["message"], key=lambda row: -row["hours_ago"]):
        to = [person.user for person in cohort.students if row["group"] in ("", person.group)]
        act = Act(actor="rflores", at=now - timedelta(hours=row["hours_ago"]), cohort=cohort.slug)
        send(session, act, to=to, audience=row["group"], subject=row["subject"], body=row["body"])
    for row in script()["note"]:
        held = next(one for one in cohort.sessions if one.id == row["session"])
        act = Act(actor="rflores", at=min(now, held.starts + held.length), cohort=cohort.slug)
        add_note(session, act, review=held.id, user=row.get("user", ""), kind=NoteKind(row["kind"]), text=row["text"])


def _give_points(book: Gradebook, desk: Desk, cohort: Cohort) -> None:
    """Grade by hand every other attempt at the first lab that waits for a person."""
    if not cohort.labs:
        return
    rubrics = cycle(script()["rubric"])
    waiting = [row for row in book.latest(cohort.labs[0].lab) if row.pending_manual]
    for row in waiting[::2]:
        _points(book, desk, cohort, row, next(rubrics))


def _points(book: Gradebook, desk: Desk, cohort: Cohort, row: GradeRow, rubric: dict[str, object]) -> None:
    attempt = next(one for one in book.attempts(row.lab, row.student) if one.number == row.attempt)
    graded = book.graded(row.run)
    act = Act(
        actor="mquiroz",
        at=row.received_at + timedelta(hours=12),
        reason=str(rubric["text"]),
        cohort=cohort.slug,
    )
    with desk.writing() as session:
        given = [
            give_points(
                session,
                act,
                attempt=attempt.id,
                user=row.student,
                lab=row.lab,
                question=question,
                score=question.points * float(str(rubric["share"])),
            )
            for question in graded.questions
            if question.verdict is Verdict.MANUAL and question.score is None
        ]
    book.record(attempt, with_points(graded, given), act.at)
