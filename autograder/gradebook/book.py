"""The gradebook: attempts as they came in, runs as they ended, and the grades that follow from them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from autograder.course.result import GradedAttempt, Verdict
from autograder.gradebook.grades import GradeRow, best, latest
from autograder.gradebook.package import pack, unpack
from autograder.gradebook.standing import standing_grades
from autograder.state.attempt_tables import AttemptRow, FlagRow, LabRow, QuestionRow, RunRow, StudentRow
from autograder.state.database import open_database, sqlite_url
from autograder.state.objects import ObjectStore

Named = TypeVar("Named", StudentRow, LabRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One submission received: immutable, numbered from 1 for its student and lab."""

    id: int
    student: str
    lab: str
    number: int
    submission: str  # sha256 of its bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an attempt, as recorded. ``score`` is None when a verdict was internal."""

    id: int
    attempt: Attempt
    score: float | None
    max_score: float
    started_at: datetime
    ended_at: datetime
    package: str  # digest of the packed graded attempt


class Gradebook:
    """Attempts and grades in a database, bytes in an object store beside it. Safe to use from several threads."""

    def __init__(self, engine: Engine, objects: ObjectStore) -> None:
        self._engine = engine
        self._reading = sessionmaker(engine)
        self._writing = sessionmaker(engine.execution_options(writes=True))
        self.objects = objects

    @classmethod
    def open(cls, home: Path, url: str | None = None) -> Gradebook:
        """Open the gradebook in ``home`` (``autograder.db`` and ``objects/``), making and migrating it as needed.

        ``url`` puts the tables elsewhere (a SQLAlchemy URL); objects stay in ``home``.
        """
        engine = open_database(url or sqlite_url(home / "autograder.db"))
        return cls(engine, ObjectStore(home / "objects"))

    @property
    def engine(self) -> Engine:
        """The database, for the rooms that keep tables of their own in it."""
        return self._engine

    def close(self) -> None:
        """Give the connections back. The gradebook can be opened again."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def receive(self, student: str, lab: str, submission: bytes, received_at: datetime) -> Attempt:
        """Keep a submission and return its attempt: a new one, or, for bytes already received, the one they made."""
        digest = self.objects.put(submission)
        with self._write() as session:
            owner, work = _named(session, StudentRow, student), _named(session, LabRow, lab)
            mine = (AttemptRow.student_id == owner.id, AttemptRow.lab_id == work.id)
            row = session.scalar(select(AttemptRow).where(*mine, AttemptRow.submission == digest))
            if row is None:
                last = session.scalar(select(func.max(AttemptRow.number)).where(*mine)) or 0
                row = AttemptRow(student=owner, lab=work, number=last + 1, submission=digest, received_at=received_at)
                session.add(row)
                session.flush()
            return _attempt(row)

    def record(self, attempt: Attempt, graded: GradedAttempt, at: datetime) -> Run:
        """Write down how a run of ``attempt`` that ended ``at`` was graded. Raises ``ValueError`` when ``graded`` is
        of other bytes or another lab."""
        if (graded.lab, graded.submission) != (attempt.lab, attempt.submission):
            raise ValueError(
                f"graded {graded.lab} {graded.submission} is not attempt {attempt.number} of {attempt.student}"
            )
        package = self.objects.put(pack(graded))
        with self._write() as session:
            row = _run_row(attempt, graded, at, package)
            session.add(row)
            session.flush()
            return _run(row, attempt)

    def attempts(self, lab: str | None = None, student: str | None = None) -> list[Attempt]:
        """Return the attempts by lab, student and number, graded or not."""
        query = select(AttemptRow).join(AttemptRow.student).join(AttemptRow.lab)
        query = query.where(*_only(lab, student)).order_by(LabRow.name, StudentRow.name, AttemptRow.number)
        with self._reading() as session:
            return [_attempt(row) for row in session.scalars(query.options(*_PEOPLE))]

    def grades(self, lab: str | None = None, student: str | None = None) -> list[GradeRow]:
        """Return a row for each graded attempt, by lab, student and number. The newest run counts, but one that
        ended by our own failure counts only when there is no other."""
        with self._reading() as session:
            return standing_grades(session, *_only(lab, student))

    def latest(self, lab: str | None = None, student: str | None = None) -> list[GradeRow]:
        """Return each student's newest graded attempt at each lab."""
        return latest(self.grades(lab, student))

    def best(self, lab: str | None = None, student: str | None = None) -> list[GradeRow]:
        """Return each student's best attempt at each lab."""
        return best(self.grades(lab, student))

    def graded(self, run: int) -> GradedAttempt:
        """Return what was recorded as run number ``run``, whole. Raises ``KeyError`` when there is no such run."""
        with self._reading() as session:
            row = session.get(RunRow, run)
            if row is None:
                raise KeyError(run)
            return unpack(self.objects.get(row.package))

    def submission(self, attempt: Attempt) -> bytes:
        """Return the bytes that were submitted."""
        return self.objects.get(attempt.submission)

    def _write(self) -> AbstractContextManager[Session]:
        return self._writing.begin()


_PEOPLE = (selectinload(AttemptRow.student), selectinload(AttemptRow.lab))


def _only(lab: str | None, student: str | None) -> list[ColumnElement[bool]]:
    wanted = [(LabRow.name, lab), (StudentRow.name, student)]
    return [column == value for column, value in wanted if value is not None]


def _named(session: Session, kind: type[Named], name: str) -> Named:
    """Return the student or lab of that name, new if need be."""
    row = session.scalar(select(kind).where(kind.name == name))
    if row is None:
        row = kind(name=name)
        session.add(row)
        session.flush()
    return row


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        id=row.id,
        student=row.student.name,
        lab=row.lab.name,
        number=row.number,
        submission=row.submission,
        received_at=row.received_at,
    )


def _run_row(attempt: Attempt, graded: GradedAttempt, at: datetime, package: str) -> RunRow:
    return RunRow(
        attempt_id=attempt.id,
        bundle=graded.bundle,
        started_at=at - timedelta(seconds=graded.seconds.get("total", 0.0)),
        ended_at=at,
        internal=graded.internal,
        score=None if graded.internal else graded.score,
        max_score=graded.max_score,
        transcript=graded.transcript,
        package=package,
        layers=list(graded.layers),
        peak_memory_bytes=graded.peak_memory_bytes,
        seconds=dict(graded.seconds),
        questions=[
            QuestionRow(
                position=position,
                question=question.id,
                points=question.points,
                score=None if question.verdict is Verdict.INTERNAL else question.score,
                verdict=question.verdict.value,
                message=question.message,
            )
            for position, question in enumerate(graded.questions)
        ],
        flags=[FlagRow(kind=flag.id, cell=flag.cell, message=flag.message) for flag in graded.flags],
    )


def _run(row: RunRow, attempt: Attempt) -> Run:
    return Run(
        id=row.id,
        attempt=attempt,
        score=row.score,
        max_score=row.max_score,
        started_at=row.started_at,
        ended_at=row.ended_at,
        package=row.package,
    )
