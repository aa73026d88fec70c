"""The facts of a cohort from the database: one query asks whether anything is new, three more read what is.

However many attempts there are, a reading is four queries; the tables only grow, so a later one reads the new rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, func, select

from autograder.course.result import Verdict
from autograder.gradebook.grades import QuestionGrade
from autograder.insights.facts import AttemptFact, Facts, Mark, RunFact, joined
from autograder.state.attempt_tables import AttemptRow, LabRow, QuestionRow, RunRow, StudentRow

_Question = tuple[str, float, float | None, str]


def read_facts(engine: Engine, known: Facts | None = None) -> Facts:
    """Return the facts as the database has them now; ``known`` itself when nothing has been added since.

    Rows that vanished, or that appear behind ``known`` (a restored backup; on PostgreSQL, a transaction that ended
    late), make it read everything again.
    """
    known = known or Facts()
    with engine.connect() as connection:
        mark = _mark(connection)
        if mark == known.mark:
            return known
        read = _read_since(connection, known, mark)
        if read is None and known.mark != Mark():
            read = _read_since(connection, Facts(), mark)
    return read or known


def _mark(connection: Connection) -> Mark:
    attempt, attempts, run, runs = connection.execute(
        select(
            select(func.max(AttemptRow.id)).scalar_subquery(),
            select(func.count(AttemptRow.id)).scalar_subquery(),
            select(func.max(RunRow.id)).scalar_subquery(),
            select(func.count(RunRow.id)).scalar_subquery(),
        )
    ).one()
    return Mark(attempt=attempt or 0, attempts=attempts, run=run or 0, runs=runs)


def _read_since(connection: Connection, known: Facts, mark: Mark) -> Facts | None:
    """Return ``known`` and what came since, or None when that does not add up to ``mark``."""
    attempts = list(_attempts(connection, known.mark, mark))
    runs = list(_runs(connection, known.mark, mark))
    grew = (len(attempts), len(runs)) == (mark.attempts - known.mark.attempts, mark.runs - known.mark.runs)
    return joined(known, mark, attempts, runs) if grew else None


def _attempts(connection: Connection, known: Mark, mark: Mark) -> Iterator[AttemptFact]:
    columns = (AttemptRow.id, AttemptRow.number, AttemptRow.received_at, AttemptRow.submission)
    query = (
        select(*columns, StudentRow.name.label("student"), LabRow.name.label("lab"))
        .join(StudentRow, StudentRow.id == AttemptRow.student_id)
        .join(LabRow, LabRow.id == AttemptRow.lab_id)
        .where(AttemptRow.id > known.attempt, AttemptRow.id <= mark.attempt)
        .order_by(AttemptRow.id)
    )
    for id, number, received_at, submission, student, lab in connection.execute(query):
        yield AttemptFact(
            id=id, student=student, lab=lab, number=number, received_at=received_at, submission=submission
        )


def _runs(connection: Connection, known: Mark, mark: Mark) -> Iterator[tuple[int, RunFact]]:
    questions = _questions(connection, known, mark)
    query = (
        select(RunRow.id, RunRow.attempt_id, RunRow.score, RunRow.max_score)
        .where(RunRow.id > known.run, RunRow.id <= mark.run)
        .order_by(RunRow.id)
    )
    for id, attempt, score, max_score in connection.execute(query):
        yield attempt, RunFact(id=id, score=score, max_score=max_score, questions=tuple(questions.get(id, ())))


def _questions(connection: Connection, known: Mark, mark: Mark) -> dict[int, list[QuestionGrade]]:
    query = (
        select(QuestionRow.run_id, QuestionRow.question, QuestionRow.points, QuestionRow.score, QuestionRow.verdict)
        .where(QuestionRow.run_id > known.run, QuestionRow.run_id <= mark.run)
        .order_by(QuestionRow.run_id, QuestionRow.position)
    )
    made: dict[_Question, QuestionGrade] = {}  # a cohort's results are few different values, many times over
    found: defaultdict[int, list[QuestionGrade]] = defaultdict(list)
    for run, id, points, score, verdict in connection.execute(query):
        key = (id, points, score, verdict)
        if key not in made:
            made[key] = QuestionGrade(id=id, points=points, score=score, verdict=Verdict(verdict))
        found[run].append(made[key])
    return found
