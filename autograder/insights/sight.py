"""The cohort as it stands now: facts and standings, kept from one question to the next and renewed by what is new.

Nothing here expires by the clock alone: facts are read again when the database has newer rows; a student's standings
are worked out again when their attempts, the cohort or its records changed, or when a lab opens or falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from autograder.cohort.decisions import Decisions, read_decisions
from autograder.course.cohort import Cohort
from autograder.insights.attention import Stuck, by_tries, stuck_of
from autograder.insights.facts import AttemptFact, Facts, LabFacts
from autograder.insights.questions import QuestionSight, newest_run, points_of, sights_of, student_marks
from autograder.insights.read import read_facts
from autograder.schedule.rules import Scored, Standing, deadline, standings

Made = TypeVar("Made")
Part = TypeVar("Part")
Each = Callable[[tuple[AttemptFact, ...]], Part]

MOST_BACK = 12
"""So many earlier moments are kept: the sessions of a cohort and a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfLab:
    """What was made of a lab's facts, and of whose."""

    facts: LabFacts
    cohort: Cohort
    parts: dict[str, Any]  # by student
    made: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a page is made of, at one moment. ``standing`` holds every student of the cohort."""

    cohort: Cohort
    facts: Facts
    decisions: Decisions
    standing: Mapping[str, Mapping[str, Standing]]  # student → lab → where they stand
    asof: datetime
    made: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)
    by_lab: dict[Hashable, _OfLab] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` returned when it was first asked for ``key`` of this sight."""
        if key not in self.made:
            self.made[key] = make()
        return cast(Made, self.made[key])

    def question_sights(self, lab: str) -> tuple[QuestionSight, ...]:
        """Return how a lab's questions go, over the cohort."""
        points = self.points(lab)
        return self._of_lab("questions", lab, student_marks, lambda marks: sights_of(points, marks))

    def points(self, lab: str) -> dict[str, float]:
        """Return a lab's questions in their order with their points."""
        return self._of_lab("points", lab, newest_run, lambda runs: points_of(runs.values()))

    def stuck(self, lab: str) -> tuple[Stuck, ...]:
        """Return who is stuck where in a lab, most tries first."""
        return self._of_lab("stuck", lab, stuck_of, by_tries)

    def _of_lab(self, key: str, lab: str, each: Each[Part], join: Callable[[dict[str, Part]], Made]) -> Made:
        """Return what ``join`` makes of every student's part: kept over sights, and worked out again for those alone
        whose attempts changed."""
        facts, kept = self.facts.lab(lab), self.by_lab.get((key, lab))
        if kept is None or kept.cohort is not self.cohort or kept.facts != facts:
            parts = {
                person.user: kept.parts[person.user]
                if kept and kept.cohort is self.cohort and kept.facts.of(person.user) is facts.of(person.user)
                else each(facts.of(person.user))
                for person in self.cohort.students
            }
            kept = _OfLab(facts=facts, cohort=self.cohort, parts=parts, made=join(parts))
            self.by_lab[key, lab] = kept
        return cast(Made, kept.made)


def see(cohort: Cohort, facts: Facts, decisions: Decisions, now: datetime, known: Sight | None = None) -> Sight:
    """Return the sight of a cohort at ``now``, with the standings of ``known`` where they still hold."""
    holds = known is not None and known.cohort is cohort and known.decisions is decisions
    if known is not None and holds and not _boundary_between(known, now):
        if known.facts is facts:
            return known
        standing = {
            person.user: known.standing[person.user]
            if _same(known.facts, facts, cohort, person.user)
            else _stand(cohort, facts, decisions, person.user, now)
            for person in cohort.students
        }
    else:
        standing = {person.user: _stand(cohort, facts, decisions, person.user, now) for person in cohort.students}
    by_lab = known.by_lab if known is not None else {}
    return Sight(cohort=cohort, facts=facts, decisions=decisions, standing=standing, asof=now, by_lab=by_lab)


def _same(one: Facts, other: Facts, cohort: Cohort, student: str) -> bool:
    """Return whether a student's attempts are the same. Cheap: what has not changed is the very same object."""
    return all(one.lab(dates.lab).of(student) == other.lab(dates.lab).of(student) for dates in cohort.labs)


def _boundary_between(known: Sight, now: datetime) -> bool:
    """Return whether a lab opened or fell due since the sight was made, for anybody."""
    first, last = sorted((known.asof, now))
    moments = {moment for dates in known.cohort.labs for moment in (dates.opens, dates.due + known.cohort.policy.grace)}
    moments |= {dates.due for dates in known.cohort.labs}
    moments |= {one.due for one in known.decisions.extensions if one.due is not None}
    return any(first <= moment <= last for moment in moments)


def _stand(cohort: Cohort, facts: Facts, decisions: Decisions, student: str, now: datetime) -> Mapping[str, Standing]:
    labs = [dates.lab for dates in cohort.labs]
    return standings(
        cohort,
        student,
        {lab: tuple(map(scored, facts.lab(lab).of(student))) for lab in labs},
        [one for one in decisions.extensions if one.user == student],
        now=now,
        overrides={lab: decisions.overrides[student, lab] for lab in labs if (student, lab) in decisions.overrides},
        seen={lab: decisions.seen[student, lab] for lab in labs if (student, lab) in decisions.seen},
    )


def scored(attempt: AttemptFact) -> Scored:
    """Return an attempt as the rules see it."""
    run = attempt.run
    return Scored(
        number=attempt.number,
        received_at=attempt.received_at,
        score=run.score if run else None,
        max_score=run.max_score if run else 0.0,
        internal=run is not None and run.internal,
    )


def due_of(sight: Sight, student: str, lab: str) -> datetime:
    """Return when a lab is due for a student, extensions applied."""
    mine = sight.standing.get(student, {}).get(lab)
    return mine.due if mine else deadline(sight.cohort, lab, student, sight.decisions.extensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    """An earlier moment as it was worked out of ``source``."""

    source: Sight
    sight: Sight


class Watch:
    """Keeps the newest sight of the live cohort. Safe to use from several threads; one reads, the others wait."""

    def __init__(self, engine: Engine, cohort: Callable[[], Cohort]) -> None:
        self._engine, self._cohort = engine, cohort
        self._reading = sessionmaker(engine)
        self._lock = Lock()
        self._sight: Sight | None = None
        self._back: dict[datetime, _Back] = {}

    def look(self, now: datetime) -> Sight:
        """Return the cohort as it stands at ``now``."""
        with self._lock:
            known = self._sight
            facts = read_facts(self._engine, known.facts if known else None)
            with self._reading() as session:
                decisions = read_decisions(session, known.decisions if known else None)
            self._sight = see(self._cohort(), facts, decisions, now, known)
            return self._sight

    def look_back(self, moment: datetime, now: datetime) -> Sight:
        """Return the cohort as it stood at an earlier moment: what had been received by then, as it is graded now."""
        sight = self.look(now)
        if moment >= now:
            return sight
        with self._lock:
            known = self._back.get(moment)
            if known is None or known.source is not sight:
                facts = _until(sight.facts, moment, known)
                earlier = see(sight.cohort, facts, sight.decisions, moment, known.sight if known else None)
                known = _Back(source=sight, sight=earlier)
                self._back[moment] = known
                while len(self._back) > MOST_BACK:
                    del self._back[next(iter(self._back))]
            return known.sight


def _until(facts: Facts, moment: datetime, known: _Back | None) -> Facts:
    """Return the facts up to a moment; labs that nothing happened to since ``known`` are cut already."""
    cut = {
        id: known.sight.facts.labs[id] if known and known.source.facts.labs.get(id) is lab else lab.until(moment)
        for id, lab in facts.labs.items()
    }
    return replace(facts, labs=cut)
