"""Which run of an attempt counts, read from the tables in two queries however many attempts there are."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from autograder.course.result import Verdict
from autograder.gradebook.grades import GradeRow, QuestionGrade
from autograder.state.attempt_tables import AttemptRow, LabRow, QuestionRow, RunRow, StudentRow


def standing_grades(session: Session, *only: ColumnElement[bool]) -> list[GradeRow]:
    """Return a row for each graded attempt that ``only`` lets through, by lab, student and number.

    The newest run counts, but one that ended by our own failure counts only when there is no other.
    """
    place = func.row_number().over(partition_by=RunRow.attempt_id, order_by=(RunRow.internal, RunRow.id.desc()))
    ranked = (
        select(RunRow.id, RunRow.score, RunRow.max_score, AttemptRow.number, AttemptRow.received_at)
        .add_columns(StudentRow.name.label("student"), LabRow.name.label("lab"), place.label("place"))
        .join(RunRow.attempt)
        .join(AttemptRow.student)
        .join(AttemptRow.lab)
        .where(*only)
        .subquery()
    )
    runs = select(ranked).where(ranked.c.place == 1).order_by(ranked.c.lab, ranked.c.student, ranked.c.number)
    questions = (
        select(QuestionRow.run_id, QuestionRow.question, QuestionRow.points, QuestionRow.score, QuestionRow.verdict)
        .join(ranked, (ranked.c.id == QuestionRow.run_id) & (ranked.c.place == 1))
        .order_by(QuestionRow.run_id, QuestionRow.position)
    )
    make = cache(_question)  # a cohort's questions are few different values, many times over
    found: defaultdict[int, list[QuestionGrade]] = defaultdict(list)
    for run, *fields in session.execute(questions):
        found[run].append(make(*fields))
    return [
        GradeRow(
            student=run.student,
            lab=run.lab,
            attempt=run.number,
            received_at=run.received_at,
            score=run.score,
            max_score=run.max_score,
            questions=tuple(found[run.id]),
            run=run.id,
        )
        for run in session.execute(runs)
    ]


def _question(id: str, points: float, score: float | None, verdict: str) -> QuestionGrade:
    return QuestionGrade(id=id, points=points, score=score, verdict=Verdict(verdict))
