"""Points that a person gives to a question that a person grades, with the sentence the student reads beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.state.cohort_tables import ManualPointsRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualPoints:
    """What a person gave to one question of one attempt."""

    question: str
    score: float
    rubric: str
    actor: str
    at: datetime


def give_points(
    session: Session,
    act: Act,
    *,
    attempt: int,
    user: str,
    lab: str,
    question: QuestionResult,
    score: float,
) -> ManualPoints:
    """Give points to a manual question of attempt number ``attempt`` (its id); ``act.reason`` is the rubric's text.

    Raises ``ActionRefused`` for a question that the machine grades and for points outside 0 to the question's.
    """
    if question.verdict is not Verdict.MANUAL:
        raise ActionRefused("cohort.refused.not_manual", question=question.id)
    if not 0.0 <= score <= question.points:  # written so that NaN is refused
        raise ActionRefused("cohort.refused.score", most=f"{question.points:g}")
    rubric = act.reason.strip()
    session.add(
        ManualPointsRow(
            attempt_id=attempt, question=question.id, score=score, rubric=rubric, actor=act.actor, at=act.at
        )
    )
    note(session, act, "points.give", user=user, lab=lab, question=question.id, score=score, before=question.score)
    return ManualPoints(question=question.id, score=score, rubric=rubric, actor=act.actor, at=act.at)


def points_of(session: Session, attempt: int) -> tuple[ManualPoints, ...]:
    """Return what stands for an attempt (its id), one for each question."""
    query = select(ManualPointsRow).where(ManualPointsRow.attempt_id == attempt).order_by(ManualPointsRow.id)
    newest = {row.question: row for row in session.scalars(query)}
    return tuple(
        ManualPoints(question=row.question, score=row.score, rubric=row.rubric, actor=row.actor, at=row.at)
        for row in newest.values()
    )


def with_points(graded: GradedAttempt, given: Iterable[ManualPoints]) -> GradedAttempt:
    """Return a graded attempt with what a person gave. A question that is no longer graded by hand is left alone."""
    by_question = {points.question: points for points in given}
    questions = tuple(
        replace(question, score=min(found.score, question.points), message=found.rubric or question.message)
        if question.verdict is Verdict.MANUAL and (found := by_question.get(question.id)) is not None
        else question
        for question in graded.questions
    )
    return replace(graded, questions=questions)
