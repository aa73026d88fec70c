"""What a lab's attempts say of its questions: how hard each is, how many tries it takes, and whether it tells apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from autograder.course.result import Verdict
from autograder.gradebook.grades import QuestionGrade
from autograder.insights.facts import AttemptFact, LabFacts, RunFact

FEWEST_STUDENTS = 10
"""With fewer first attempts a correlation says more of chance than of the question."""

WEAK, INVERTED = 0.20, -0.10
"""Ebel and Frisbie's (1991) line under which a question hardly tells apart, and where it tells the wrong way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSight:
    """One question over a cohort. Shares are of the ``students`` of whom it is known how they did."""

    id: str
    points: float
    students: int
    right: int  # got it right in some attempt
    right_first: int  # in their first
    tries: Mapping[int, int]  # how many students needed so many attempts
    last: Mapping[Verdict, int]  # how each student's newest attempt at it ended
    pending: int  # newest answers that wait for a person
    discrimination: float | None  # None: too few students, or all of them alike

    @property
    def share_right(self) -> float | None:
        """Share of students who got it right at last; None when nobody has tried."""
        return self.right / self.students if self.students else None

    @property
    def share_first(self) -> float | None:
        """Share of students who got it right at once."""
        return self.right_first / self.students if self.students else None

    @property
    def inverted(self) -> bool:
        """Whether those who get the rest right get this wrong."""
        return self.discrimination is not None and self.discrimination < INVERTED

    @property
    def weak(self) -> bool:
        """Whether it hardly tells who knows the rest from who does not."""
        return self.discrimination is not None and INVERTED <= self.discrimination < WEAK

    @property
    def by_hand(self) -> bool:
        """Whether a person grades it."""
        return Verdict.MANUAL in self.last

    @property
    def median_tries(self) -> float | None:
        """Median number of attempts of those who got it right."""
        return median(Counter(self.tries).elements()) if self.tries else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentMark:
    """How one student fared at one question. ``needed`` is None while they have not got it right."""

    question: str
    last: Verdict
    pending: bool  # the newest answer waits for a person
    told: bool  # right in some attempt, or the newest says right or wrong
    said: bool  # whether any attempt says right or wrong
    first: bool  # right in the first that says
    needed: int | None  # the attempt in which they first got it right, counted from 1
    rest: float  # the score of the other questions in the first attempt that says


def question_sights(facts: LabFacts, students: Iterable[str]) -> tuple[QuestionSight, ...]:
    """Return a sight of each question of the lab, in the lab's order, over those students."""
    marks = {student: student_marks(facts.of(student)) for student in students}
    return sights_of(question_points(facts), marks)


def sights_of(points: Mapping[str, float], marks: Mapping[str, Sequence[StudentMark]]) -> tuple[QuestionSight, ...]:
    """Return a sight of each question, given with its points, out of every student's marks."""
    found: dict[str, list[StudentMark]] = {id: [] for id in points}
    for each in marks.values():
        for mark in each:
            if mark.question in found:
                found[mark.question].append(mark)
    return tuple(_sight(id, points[id], every) for id, every in found.items())


def question_points(facts: LabFacts) -> dict[str, float]:
    """Return the questions of a lab in their order with their points, as the newest run has them."""
    return points_of(map(newest_run, facts.students.values()))


def newest_run(attempts: Sequence[AttemptFact]) -> RunFact | None:
    """Return a student's newest run of a lab."""
    return max((one.run for one in attempts if one.run is not None), key=lambda run: run.id, default=None)


def points_of(runs: Iterable[RunFact | None]) -> dict[str, float]:
    """Return the questions with their points, as the newest of the runs has them."""
    newest = max((run for run in runs if run is not None), key=lambda run: run.id, default=None)
    return {question.id: question.points for question in newest.questions} if newest else {}


def is_right(result: QuestionGrade) -> bool | None:
    """Return whether a question was answered right; None while a person, or we, still owe the answer."""
    if result.verdict is Verdict.MANUAL:
        return None if result.score is None else result.score >= result.points
    return None if result.verdict is Verdict.INTERNAL else result.verdict is Verdict.PASSED


def student_marks(attempts: Sequence[AttemptFact]) -> tuple[StudentMark, ...]:
    """Return how a student fared at each question of a lab."""
    runs = [attempt.run for attempt in attempts if attempt.run is not None]
    found: dict[str, StudentMark] = {}
    for number, run in enumerate(runs, start=1):
        for result in run.questions:
            right, known = is_right(result), found.get(result.id)
            fresh = known is None or not known.said
            needed = (number if right else None) if known is None or known.needed is None else known.needed
            found[result.id] = StudentMark(
                question=result.id,
                last=result.verdict,
                pending=result.verdict is Verdict.MANUAL and result.score is None,
                told=right is not None or needed is not None,
                said=right is not None or not fresh,
                first=bool(right) if fresh or known is None else known.first,
                needed=needed,
                rest=_rest(run.questions, result.id) if fresh or known is None else known.rest,
            )
    return tuple(found.values())


def _rest(results: Iterable[QuestionGrade], id: str) -> float:
    return sum(result.score or 0.0 for result in results if result.id != id)


def _sight(id: str, points: float, marks: Sequence[StudentMark]) -> QuestionSight:
    told = [mark for mark in marks if mark.told]
    tries = Counter(mark.needed for mark in told if mark.needed is not None)
    firsts = [(mark.first, mark.rest) for mark in told]
    return QuestionSight(
        id=id,
        points=points,
        students=len(told),
        right=tries.total(),
        right_first=sum(mark.first for mark in told),
        tries=dict(sorted(tries.items())),
        last=dict(Counter(mark.last for mark in marks)),
        pending=sum(mark.pending for mark in marks),
        discrimination=point_biserial(firsts) if len(firsts) >= FEWEST_STUDENTS else None,
    )


def point_biserial(pairs: Sequence[tuple[bool, float]]) -> float | None:
    """Return the correlation of right or wrong with the score on all other questions, from -1 to 1.

    The corrected item-total correlation of Henrysson (1963), "Correction of item-total correlations in item analysis",
    Psychometrika 28(2): the question itself is left out of the total, or it would correlate with itself. It is
    ``(m1 - m0) / s * sqrt(p * q)`` with the means of those right and wrong, the standard deviation of all (n in the
    denominator) and the shares of both. None when all are right, all are wrong, or all have the same rest score.
    """
    right = [rest for is_right, rest in pairs if is_right]
    wrong = [rest for is_right, rest in pairs if not is_right]
    if not right or not wrong:
        return None
    everyone = right + wrong
    mean = math.fsum(everyone) / len(everyone)
    variance = math.fsum((rest - mean) ** 2 for rest in everyone) / len(everyone)
    if variance <= 1e-12:
        return None
    p = len(right) / len(everyone)
    apart = math.fsum(right) / len(right) - math.fsum(wrong) / len(wrong)
    return max(-1.0, min(1.0, apart / math.sqrt(variance) * math.sqrt(p * (1 - p))))
