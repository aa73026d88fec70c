"""A cohort in a handful of figures: who has begun, who is done, who needs somebody."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from autograder.insights.attention import silence
from autograder.insights.sight import Sight
from autograder.schedule.rules import LabState


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts of students, of one lab or of all. ``median`` is of shares of the points; None while nobody has any."""

    students: int
    submitted: int
    complete: int
    stuck: int
    silent: int
    waiting: int  # attempts that are still to be graded
    median: float | None


def overview(sight: Sight, lab: str = "") -> Overview:
    """Return the figures of ``lab``, of all labs together for ""."""
    return sight.once(
        ("overview", lab), lambda: _overview(sight, [lab] if lab else [one.lab for one in sight.cohort.labs])
    )


def _overview(sight: Sight, labs: list[str]) -> Overview:
    students = sight.cohort.students
    shares = []
    submitted = complete = silent = waiting = 0
    for person in students:
        standings = [sight.standing[person.user][lab] for lab in labs]
        attempts = [attempt for lab in labs for attempt in sight.facts.lab(lab).of(person.user)]
        submitted += bool(attempts)
        complete += bool(standings) and all(one.state is LabState.COMPLETE for one in standings)
        waiting += sum(not attempt.graded for attempt in attempts)
        silent += silence(person.user, attempts, standings, sight.asof) is not None
        scored = [one for one in standings if one.score is not None and one.max_score > 0]
        if scored:
            shares.append(sum(one.score or 0.0 for one in scored) / sum(one.max_score for one in scored))
    stuck = {one.student for lab in labs for one in sight.stuck(lab)}
    return Overview(
        students=len(students),
        submitted=submitted,
        complete=complete,
        stuck=len(stuck),
        silent=silent,
        waiting=waiting,
        median=median(shares) if shares else None,
    )
