"""A cohort's attempts as plain values, and how newly recorded ones join them. No I/O.

Attempts and runs are only ever added, so a later reading is an earlier one with what came since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from autograder.gradebook.grades import QuestionGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFact:
    """The run that an attempt rests on. ``score`` is None when our own failure kept it from being graded."""

    id: int
    score: float | None
    max_score: float
    questions: tuple[QuestionGrade, ...]

    @property
    def internal(self) -> bool:
        """Whether it ended by our own failure."""
        return self.score is None

    def question(self, id: str) -> QuestionGrade | None:
        """Return what the run said of a question, or None when that question was not in it."""
        return next((question for question in self.questions if question.id == id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFact:
    """One attempt as received, with its standing run. ``run`` is None while it waits to be graded."""

    id: int
    student: str
    lab: str
    number: int
    received_at: datetime
    submission: str  # sha256 of its bytes
    run: RunFact | None = None

    @property
    def graded(self) -> bool:
        """Whether it has a score, be it 0."""
        return self.run is not None and not self.run.internal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a reading went: the newest ids and how many rows there were up to them."""

    attempt: int = 0
    attempts: int = 0
    run: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFacts:
    """All attempts at one lab, by student, each student's in the order of their numbers."""

    lab: str
    students: Mapping[str, tuple[AttemptFact, ...]] = field(default_factory=dict)

    def of(self, student: str) -> tuple[AttemptFact, ...]:
        """Return a student's attempts, oldest first."""
        return self.students.get(student, ())

    def until(self, moment: datetime) -> LabFacts:
        """Return what had been received by ``moment``."""
        kept = {student: _until(attempts, moment) for student, attempts in self.students.items()}
        if all(kept[student] is attempts for student, attempts in self.students.items()):
            return self
        return replace(self, students={student: attempts for student, attempts in kept.items() if attempts})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was read. ``places`` says in which lab and whose each attempt is, by its id."""

    mark: Mark = field(default_factory=Mark)
    labs: Mapping[str, LabFacts] = field(default_factory=dict)
    places: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def lab(self, id: str) -> LabFacts:
        """Return the facts of a lab, empty when nobody has handed it in."""
        return self.labs.get(id) or LabFacts(lab=id)

    def until(self, moment: datetime) -> Facts:
        """Return what had been received by ``moment``, graded as it is now."""
        return replace(self, labs={id: facts.until(moment) for id, facts in self.labs.items()})


def joined(facts: Facts, mark: Mark, attempts: Iterable[AttemptFact], runs: Iterable[tuple[int, RunFact]]) -> Facts:
    """Return ``facts`` with new attempts, and new runs given with the id of their attempt, oldest first.

    The newest run counts, but one that ended by our own failure counts only when there is no other.
    Labs that nothing happened to keep their identity, so that what was computed of them still holds.
    """
    labs: dict[str, dict[str, tuple[AttemptFact, ...]]] = {}
    places = dict(facts.places)

    def students_of(lab: str) -> dict[str, tuple[AttemptFact, ...]]:
        if lab not in labs:
            labs[lab] = dict(facts.lab(lab).students)
        return labs[lab]

    for attempt in attempts:
        places[attempt.id] = (attempt.lab, attempt.student)
        students = students_of(attempt.lab)
        students[attempt.student] = _in_order((*students.get(attempt.student, ()), attempt))
    for attempt_id, run in runs:
        if attempt_id in places:
            lab, student = places[attempt_id]
            students = students_of(lab)
            students[student] = tuple(
                replace(attempt, run=_standing(attempt.run, run)) if attempt.id == attempt_id else attempt
                for attempt in students[student]
            )
    changed = {lab: LabFacts(lab=lab, students=students) for lab, students in labs.items()}
    return Facts(mark=mark, labs={**facts.labs, **changed}, places=places)


def _until(attempts: tuple[AttemptFact, ...], moment: datetime) -> tuple[AttemptFact, ...]:
    if all(attempt.received_at <= moment for attempt in attempts):
        return attempts
    return tuple(attempt for attempt in attempts if attempt.received_at <= moment)


def _in_order(attempts: tuple[AttemptFact, ...]) -> tuple[AttemptFact, ...]:
    if len(attempts) < 2 or attempts[-2].number < attempts[-1].number:
        return attempts
    return tuple(sorted(attempts, key=lambda attempt: attempt.number))


def _standing(old: RunFact | None, new: RunFact) -> RunFact:
    return new if old is None or old.internal or not new.internal else old
