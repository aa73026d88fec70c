"""What *Mi ruta* shows: the lessons as a path, where a student stands at each, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autograder.cohort.letters import Letter, letters_of
from autograder.cohort.releases import Releases, read_releases
from autograder.cohort.reviews import ReviewNote, review_notes
from autograder.course.cohort import CohortSession, Person, SessionKind
from autograder.course.model import Course, Lesson
from autograder.insights.facts import AttemptFact
from autograder.insights.sight import Sight
from autograder.schedule.rules import LabState, Standing
from autograder.web.services import Services


class Step(StrEnum):
    """How far a student is at a lesson."""

    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabView:
    """One lab on the path. ``shown`` is whether its feedback is released: without it nothing of its grade is told."""

    id: str
    title: str
    standing: Standing
    attempts: tuple[AttemptFact, ...]
    released: bool
    shown: bool
    points: float
    seen: datetime | None = None  # when the worked solution was opened: what comes later does not count

    @property
    def score(self) -> float | None:
        """What counts, None while there is nothing or it is held back."""
        return self.standing.score if self.shown else None

    @property
    def share(self) -> float:
        """The part of the lab's points that is earned, 0 to 1."""
        return min(1.0, (self.score or 0.0) / self.points) if self.points else 0.0

    @property
    def waiting(self) -> tuple[AttemptFact, ...]:
        """Attempts that wait to be graded."""
        return tuple(attempt for attempt in self.attempts if attempt.run is None)

    @property
    def by_hand(self) -> int:
        """How many questions of the attempt that counts wait for a person."""
        attempt = next((one for one in self.attempts if one.number == self.standing.counted), None)
        questions = attempt.run.questions if attempt and attempt.run and self.shown else ()
        return sum(question.score is None for question in questions)

    @property
    def open(self) -> bool:
        """Whether it is the time for it, and it still counts."""
        return self.seen is None and self.standing.state in (LabState.OPEN, LabState.STARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One lesson on the path."""

    lesson: Lesson
    step: Step
    labs: tuple[LabView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Everything the page shows. ``next_*`` are None when nothing comes any more."""

    stops: tuple[Stop, ...]
    next_due: LabView | None
    next_feedback: CohortSession | None
    next_avance: CohortSession | None
    letters: tuple[Letter, ...]
    agreements: tuple[ReviewNote, ...]
    score: float
    max_score: float
    free_left: int

    @property
    def unread(self) -> tuple[Letter, ...]:
        """Messages that were not read yet."""
        return tuple(letter for letter in self.letters if letter.read_at is None)

    @property
    def travelled(self) -> float:
        """How much of the path lies behind, 0 to 1: up to the last lesson that is begun."""
        places = [place for place, stop in enumerate(self.stops) if stop.step is not Step.AHEAD]
        return max(places, default=0) / max(1, len(self.stops) - 1)


def read_route(services: Services, person: Person, now: datetime) -> Route:
    """Return a student's path. So many queries whatever there is."""
    sight = services.watch.look(now)
    with services.desk.reading() as session:
        releases = read_releases(session, sight.cohort.slug)
        letters = tuple(letters_of(session, person.user))
        notes = review_notes(session, sight.cohort.slug, person.user)
    labs = lab_views(services, sight, person.user, releases, now)
    stops = path(services.course, labs)
    graded = [lab for lab in labs if lab.released]
    return Route(
        stops=stops,
        next_due=_next_due(labs),
        next_feedback=_next(sight.cohort.sessions, SessionKind.FEEDBACK, now),
        next_avance=_next(sight.cohort.sessions, SessionKind.AVANCE, now),
        letters=letters,
        agreements=tuple(note for note in notes if note.kind.value == "agreement" and note.done_at is None),
        score=sum(lab.score or 0.0 for lab in graded),
        max_score=sum(lab.points for lab in graded),
        free_left=sight.cohort.policy.free_days - sum(lab.standing.lateness.free for lab in labs if lab.shown),
    )


def lab_views(services: Services, sight: Sight, user: str, releases: Releases, now: datetime) -> tuple[LabView, ...]:
    """Return the cohort's labs as one student sees them, in the cohort's order."""
    known = {lab.id: lab for lab in services.course.labs}
    found = []
    for dates in sight.cohort.labs:
        lab = known.get(dates.lab)
        attempts = sight.facts.lab(dates.lab).of(user)
        standing = sight.standing[user][dates.lab]
        found.append(
            LabView(
                id=dates.lab,
                title=lab.title if lab else dates.lab,
                standing=standing,
                attempts=attempts,
                released=releases.lab_released(sight.cohort, dates.lab, now),
                shown=releases.feedback_released(dates.lab),
                points=standing.max_score or _points(services, dates.lab),
                seen=sight.decisions.seen.get((user, dates.lab)),
            )
        )
    return tuple(found)


def _points(services: Services, lab: str) -> float:
    try:
        return services.bundle(lab).max_score
    except KeyError:
        return next((one.points or 0.0 for one in services.course.labs if one.id == lab), 0.0)


def path(course: Course, labs: Sequence[LabView]) -> tuple[Stop, ...]:
    """Return the lessons in their order, with the labs of each and how far the student is."""
    lesson_of = {lab.id: lab.lesson for lab in course.labs}
    views = {
        lesson.number: tuple(lab for lab in labs if lesson_of.get(lab.id) == lesson.number) for lesson in course.lessons
    }
    return tuple(
        Stop(lesson=lesson, step=_step(views[lesson.number]), labs=views[lesson.number]) for lesson in course.lessons
    )


def _step(labs: Sequence[LabView]) -> Step:
    if not labs or not any(lab.released for lab in labs):
        return Step.AHEAD
    over = (LabState.COMPLETE, LabState.CLOSED)
    return Step.DONE if all(lab.standing.state in over for lab in labs) else Step.HERE


def _next_due(labs: Sequence[LabView]) -> LabView | None:
    """Return what to work at: the open lab that is due first, else the oldest that was never handed in."""
    opened = sorted((lab for lab in labs if lab.open and lab.released), key=lambda lab: lab.standing.due)
    missed = [lab for lab in labs if lab.standing.state is LabState.LATE and lab.seen is None]
    return next(iter((*opened, *missed)), None)


def _next(sessions: Sequence[CohortSession], kind: SessionKind, now: datetime) -> CohortSession | None:
    """Return the session of a kind that has not ended; the end of the course counts as an avance."""
    kinds = (kind, SessionKind.CIERRE) if kind is SessionKind.AVANCE else (kind,)
    coming = [one for one in sessions if one.kind in kinds and one.starts + one.length > now]
    return min(coming, key=lambda one: one.starts, default=None)
