"""Whom to help: who is stuck at which question, and who has gone silent. Pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from autograder.course.result import Verdict
from autograder.insights.facts import AttemptFact, LabFacts
from autograder.insights.questions import is_right
from autograder.schedule.rules import LabState, Standing

STUCK_TRIES = 2
"""So many attempts at a question without getting it right: help would help."""

SILENT_DAYS = 7
"""So many days without an attempt, with work to do."""

_NOT_TRIED = (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.MANUAL, Verdict.INTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A student who has tried a question ``tries`` times and never got it right."""

    student: str
    lab: str
    question: str
    tries: int
    since: datetime  # their first try
    attempt: int  # number of the newest attempt that tried it
    verdict: Verdict  # how that one ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A student from whom nothing has come since ``last`` (None: ever) though labs wait for them."""

    student: str
    last: datetime | None
    missing: tuple[str, ...]  # open or overdue labs without an attempt


def stuck_at(facts: LabFacts, students: Iterable[str], tries: int = STUCK_TRIES) -> tuple[Stuck, ...]:
    """Return who is stuck where in a lab, most tries first."""
    return by_tries({student: stuck_of(facts.of(student), tries) for student in students})


def by_tries(stuck: Mapping[str, Sequence[Stuck]]) -> tuple[Stuck, ...]:
    """Return everybody's, most tries first."""
    found = [one for each in stuck.values() for one in each]
    return tuple(sorted(found, key=lambda one: (-one.tries, one.since, one.student)))


def stuck_of(attempts: Sequence[AttemptFact], least: int = STUCK_TRIES) -> tuple[Stuck, ...]:
    """Return where a student is stuck, of all their attempts at a lab."""
    return tuple(_stuck(attempts[0].lab, attempts[0].student, attempts, least)) if len(attempts) >= least else ()


def _stuck(lab: str, student: str, attempts: Sequence[AttemptFact], least: int) -> Iterable[Stuck]:
    tried: dict[str, list[tuple[AttemptFact, Verdict]]] = {}
    right: set[str] = set()
    for attempt in attempts:
        for result in attempt.run.questions if attempt.run else ():
            if is_right(result):
                right.add(result.id)
            elif result.verdict not in _NOT_TRIED:
                tried.setdefault(result.id, []).append((attempt, result.verdict))
    for question, times in tried.items():
        if question not in right and len(times) >= least:
            newest, verdict = times[-1]
            yield Stuck(
                student=student,
                lab=lab,
                question=question,
                tries=len(times),
                since=times[0][0].received_at,
                attempt=newest.number,
                verdict=verdict,
            )


def silence(
    student: str,
    attempts: Iterable[AttemptFact],
    standings: Iterable[Standing],
    now: datetime,
    days: int = SILENT_DAYS,
) -> Silence | None:
    """Return the silence of a student who has labs to do and has sent nothing for so many days, else None.

    Who finished every open lab is not silent; nor is anybody before a lab has been open for so many days.
    """
    begun = [standing for standing in standings if standing.state is not LabState.UPCOMING]
    undone = [standing for standing in begun if standing.state is not LabState.COMPLETE and not standing.overridden]
    if not undone:
        return None
    last = max((attempt.received_at for attempt in attempts), default=None)
    quiet_since = last or min(standing.opens for standing in begun)
    if now - quiet_since < timedelta(days=days):
        return None
    missing = (standing.lab for standing in undone if standing.state in (LabState.OPEN, LabState.LATE))
    return Silence(student=student, last=last, missing=tuple(missing))
