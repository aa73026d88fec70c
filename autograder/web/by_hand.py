"""Grading by hand: what waits for a person, what the student wrote, and points that become part of the grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from autograder.cohort.desk import Act, ActionRefused, Desk
from autograder.cohort.manual import give_points, points_of, with_points
from autograder.course.bundle import Bundle, Question
from autograder.course.cohort import Person
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.exchange.queue import JobState
from autograder.gradebook import Attempt, Gradebook
from autograder.grading.notebook import NotebookRefused, read_notebook
from autograder.insights.sight import Sight
from autograder.state.job_tables import JobRow
from autograder.web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An attempt with questions that wait for a person: the one that counts of its student at its lab."""

    person: Person
    lab: str
    attempt: int  # its number
    received_at: datetime
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A question that a person grades, with what the student wrote and what was given so far."""

    question: Question
    result: QuestionResult
    text: str


def waiting(sight: Sight) -> list[Waiting]:
    """Return what waits for a person, by lab and in the order in which it came in."""
    return sorted(_waiting(sight), key=lambda one: (one.lab, one.received_at, one.person.user))


def _waiting(sight: Sight) -> Iterator[Waiting]:
    for person in sight.cohort.students:
        for lab, standing in sight.standing[person.user].items():
            counts = (one for one in sight.facts.lab(lab).of(person.user) if one.number == standing.counted)
            attempt = next(counts, None)
            if attempt is None or attempt.run is None:
                continue
            questions = tuple(
                one.id for one in attempt.run.questions if one.verdict is Verdict.MANUAL and one.score is None
            )
            if questions:
                yield Waiting(
                    person=person,
                    lab=lab,
                    attempt=attempt.number,
                    received_at=attempt.received_at,
                    questions=questions,
                )


def written(bundle: Bundle, graded: GradedAttempt, content: bytes) -> list[Written]:
    """Return the questions that a person grades. What cannot be read is empty: the notebook was refused then."""
    try:
        sources = {cell.grade_id: cell.source for cell in read_notebook(content).cells}
    except NotebookRefused:
        sources = {}
    results = {result.id: result for result in graded.questions}
    return [
        Written(
            question=question,
            result=results[question.id],
            text="\n\n".join(sources.get(id, "") for id in question.answers or (question.id,)),
        )
        for question in bundle.questions
        if question.manual and question.id in results
    ]


def give(services: Services, act: Act, attempt: Attempt, run: int, points: dict[str, tuple[float, str]]) -> None:
    """Give points with their texts, by question, and let them count.

    Raises ``ActionRefused``, also while the attempt is being graded: its grade is about to be another.
    """
    job = services.queue.find(attempt.id)
    if job is not None and job.state in (JobState.QUEUED, JobState.RUNNING):
        raise ActionRefused("actions.refused.grading")
    questions = {question.id: question for question in services.gradebook.graded(run).questions}
    with services.desk.writing() as session:
        for id, (score, text) in points.items():
            if id not in questions:
                raise ActionRefused("cohort.refused.nothing")
            give_points(
                session,
                Act(actor=act.actor, at=act.at, reason=text, cohort=act.cohort),
                attempt=attempt.id,
                user=attempt.student,
                lab=attempt.lab,
                question=questions[id],
                score=score,
            )
    settle(services.gradebook, services.desk, attempt, run, act.at)
    with services.desk.writing() as session:  # nbgrader's gradebook is told again
        newest = select(func.max(JobRow.id)).where(JobRow.attempt_id == attempt.id).scalar_subquery()
        session.execute(update(JobRow).where(JobRow.id == newest).values(mirrored=False))


def settle(book: Gradebook, desk: Desk, attempt: Attempt, run: int, at: datetime) -> None:
    """Record a run of an attempt with the points that people gave laid over run number ``run``."""
    graded = book.graded(run)
    with desk.reading() as session:
        amended = with_points(graded, points_of(session, attempt.id))
    if amended != graded:
        book.record(attempt, amended, at)
