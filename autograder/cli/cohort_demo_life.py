"""What the demo cohort's staff decided, wrote and agreed, in its order, so that every page has something to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any

from sqlalchemy.orm import Session

from autograder.cohort.decisions import grant_extension, override_grade
from autograder.cohort.demo import script
from autograder.cohort.desk import Act, Desk, trail
from autograder.cohort.letters import send
from autograder.cohort.manual import give_points
from autograder.cohort.reviews import NoteKind, add_note
from autograder.course.cohort import Cohort
from autograder.course.result import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.grades import GradeRow
from autograder.messages import say
from autograder.web.by_hand import settle

Deed = tuple[datetime, Callable[[], None]]


def live_through(book: Gradebook, cohort: Cohort, now: datetime) -> None:
    """Write down extensions, an override, messages, notes and points by hand; nothing a second time."""
    desk = Desk(book.engine)
    with desk.reading() as session:
        if trail(session, limit=1):
            return
    deeds = [*_decisions(desk, cohort, now), *_words(desk, cohort, now), *_points(book, desk, cohort, now)]
    for _, do in sorted(deeds, key=lambda deed: deed[0]):
        do()


def _done(desk: Desk, do: Callable[[Session], Any]) -> None:
    with desk.writing() as session:
        do(session)


def _decisions(desk: Desk, cohort: Cohort, now: datetime) -> Iterator[Deed]:
    """Yield extensions and overrides of labs that the cohort takes."""
    labs = dict(enumerate(cohort.labs, 1))
    for row in script()["extension"]:
        if (dates := labs.get(row["lab"])) is not None:
            at = min(dates.due - timedelta(days=1), now - timedelta(hours=30))
            act = Act(actor="rflores", at=at, reason=row["reason"], cohort=cohort.slug)
            more = {"due": dates.due + timedelta(days=row["days"]), "attempts": row.get("attempts", 0)}
            do = partial(grant_extension, act=act, cohort=cohort, user=row["user"], lab=dates.lab, **more)
            yield at, partial(_done, desk, do)
    for row in script()["override"]:
        if (dates := labs.get(row["lab"])) is not None:
            at = now - timedelta(hours=26)
            act = Act(actor="rflores", at=at, reason=row["reason"], cohort=cohort.slug)
            grade = {"score": row["score"], "max_score": 20.0}
            do = partial(override_grade, act=act, cohort=cohort, user=row["user"], lab=dates.lab, **grade)
            yield at, partial(_done, desk, do)


def _words(desk: Desk, cohort: Cohort, now: datetime) -> Iterator[Deed]:
    """Yield messages, and notes of the sessions."""
    for row in script()["message"]:
        group = row["group"]
        to = [person.user for person in cohort.students if group in ("", person.group)]
        audience = say("actions.to.group", group=group) if group else say("actions.to.all")
        act = Act(actor="rflores", at=now - timedelta(hours=row["hours_ago"]), cohort=cohort.slug)
        do = partial(send, act=act, to=to, audience=audience, subject=row["subject"], body=row["body"])
        yield act.at, partial(_done, desk, do)
    for row in script()["note"]:
        held = next(one for one in cohort.sessions if one.id == row["session"])
        act = Act(actor="rflores", at=min(now, held.starts + held.length), cohort=cohort.slug)
        kind = NoteKind(row["kind"])
        write = partial(add_note, act=act, review=held.id, user=row.get("user", ""), kind=kind, text=row["text"])
        yield act.at, partial(_done, desk, write)


def _points(book: Gradebook, desk: Desk, cohort: Cohort, now: datetime) -> Iterator[Deed]:
    """Yield the points of every other attempt at the first lab that waits for a person."""
    rubrics = cycle(script()["rubric"])
    waiting = [row for row in book.latest(cohort.labs[0].lab) if row.pending_manual] if cohort.labs else []
    for row in waiting[::2]:
        at = min(now, row.received_at + timedelta(hours=12))
        yield at, partial(_give, book, desk, cohort, row, next(rubrics), at)


def _give(book: Gradebook, desk: Desk, cohort: Cohort, row: GradeRow, rubric: dict[str, Any], at: datetime) -> None:
    attempt = next(one for one in book.attempts(row.lab, row.student) if one.number == row.attempt)
    act = Act(actor="mquiroz", at=at, reason=rubric["text"], cohort=cohort.slug)
    with desk.writing() as session:
        for question in book.graded(row.run).questions:
            if question.verdict is Verdict.MANUAL and question.score is None:
                score = question.points * rubric["share"]
                give_points(
                    session,
                    act,
                    attempt=attempt.id,
                    user=row.student,
                    lab=row.lab,
                    question=question,
                    score=score,
                )
    settle(book, desk, attempt, row.run, at)
