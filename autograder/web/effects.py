"""What a change of rules would do to whose grade, told before it is made."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.cohort import Cohort, Person
from autograder.insights.sight import Sight, see


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One grade that would be another."""

    person: Person
    lab: str
    before: float
    after: float


def moved_by(sight: Sight, cohort: Cohort) -> list[Moved]:
    """Return the grades that would be others if ``cohort`` were the live one, most moved first."""
    other = see(cohort, sight.facts, sight.decisions, sight.asof)
    found = [
        Moved(person=person, lab=lab, before=standing.score, after=after)
        for person in sight.cohort.students
        for lab, standing in sight.standing[person.user].items()
        if standing.score is not None and (after := other.standing[person.user][lab].score) is not None
    ]
    changed = [one for one in found if abs(one.after - one.before) > 1e-9]
    return sorted(changed, key=lambda one: (-abs(one.after - one.before), one.person.name))
