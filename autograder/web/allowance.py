"""What a student may still hand in at a lab: the cohort's rules, with what staff granted and what we failed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.cohort.decisions import read_decisions
from autograder.cohort.desk import Desk
from autograder.course.cohort import Cohort
from autograder.exchange.receive import Allowance
from autograder.gradebook import Gradebook
from autograder.schedule.rules import attempt_limit, deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """Answers ``Reception``'s question."""

    cohort: Callable[[], Cohort]
    desk: Desk
    gradebook: Gradebook

    def __call__(self, student: str, lab: str) -> Allowance:
        """Return the allowance. Our own failures cost no attempt. Raises ``KeyError`` for a lab not of the cohort."""
        cohort = self.cohort()
        with self.desk.reading() as session:
            extensions = read_decisions(session).extensions
        due = deadline(cohort, lab, student, extensions)
        limit = attempt_limit(cohort, lab, student, extensions)
        if limit is not None:
            limit += sum(row.score is None for row in self.gradebook.grades(lab, student))
        return Allowance(due=due, late_after=due + cohort.policy.grace, last=limit)
