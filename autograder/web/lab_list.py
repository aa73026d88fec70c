"""The labs as a program lists them: what is released, when it is due, how many attempts are left, what came of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from autograder.cohort.releases import read_releases
from autograder.course.cohort import Person
from autograder.exchange.editions import Edition
from autograder.gradebook import Attempt, GradeRow
from autograder.web.attempt import Seen
from autograder.web.rendering import number, short_time
from autograder.web.services import Services

Say = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAttempt:
    """One attempt. ``feedback`` names its feedback as it is now, None while there is none to fetch."""

    number: int
    received_at: datetime
    sha256: str
    state: str
    position: int
    score: float | None
    max_score: float | None
    late: bool
    feedback: str | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One lab. ``left`` is None where there is no limit; ``label`` says when it is due and how many are left;
    to staff it says nothing, because formgrader looks for a lab by its bare name."""

    lab: str
    title: str
    notebook: str
    released: bool
    archive: str | None
    opens: datetime
    due: datetime
    left: int | None
    label: str
    attempts: tuple[ListedAttempt, ...]


def list_labs(services: Services, person: Person, say: Say) -> tuple[Listed, ...]:
    """Return the cohort's labs that have an edition, in its order. A lab held back from ``person`` says nothing."""
    cohort, now = services.cohort(), services.clock()
    editions = services.editions.all_current()
    with services.desk.reading() as session:
        releases = read_releases(session, cohort.slug)
    found = []
    for dates in cohort.labs:
        lab = next((one for one in services.course.labs if one.id == dates.lab), None)
        if lab is None or dates.lab not in editions:
            continue
        allowed = services.reception.allowance(person.user, lab.id)
        attempts = services.gradebook.attempts(lab.id, person.user)
        left = None if allowed.last is None else max(0, allowed.last - len(attempts))
        released = releases.lab_released(cohort, lab.id, now)
        shown = person.role.staff or releases.feedback_released(lab.id)
        grades = {row.attempt: row for row in services.gradebook.grades(lab.id, person.user)} if shown else {}
        due = short_time(allowed.due, cohort.zone, services.course.language)
        found.append(
            Listed(
                lab=lab.id,
                title=lab.title,
                notebook=lab.notebook,
                released=released,
                archive=editions[lab.id].archive,
                opens=dates.opens,
                due=allowed.due,
                left=left,
                label="" if person.role.staff else _label(say, due, left),
                attempts=tuple(
                    _listed(services, one, grades.get(one.number), one.received_at > allowed.late_after, say)
                    for one in attempts
                ),
            )
        )
    return tuple(found)


def edition_for(services: Services, person: Person, lab: str) -> Edition | None:
    """Return the edition of a lab that a person may fetch and hand in, None when there is none for them now."""
    cohort, now = services.cohort(), services.clock()
    if lab not in {dates.lab for dates in cohort.labs}:
        return None
    with services.desk.reading() as session:
        released = read_releases(session, cohort.slug).lab_released(cohort, lab, now)
    return services.editions.current(lab) if released or person.role.staff else None


def _label(say: Say, due: str, left: int | None) -> str:
    return say("web.list.due", due=due) if left is None else say("web.list.due_left", due=due, count=left)


def one_attempt(services: Services, seen: Seen, say: Say) -> ListedAttempt:
    """Return one attempt as it is listed."""
    allowed = services.reception.allowance(seen.attempt.student, seen.attempt.lab)
    return _listed(services, seen.attempt, seen.grade, seen.attempt.received_at > allowed.late_after, say)


def _listed(services: Services, attempt: Attempt, grade: GradeRow | None, late: bool, say: Say) -> ListedAttempt:
    job = services.queue.find(attempt.id)
    seen = Seen(attempt=attempt, job=job, grade=grade, others=(), held_back=False)
    state = seen.state
    score = grade.score if grade and state == "graded" else None
    points = f"{number(score)}/{number(grade.max_score)}" if grade and score is not None else ""
    when = f"{attempt.received_at.astimezone(services.cohort().zone):%Y-%m-%d %H:%M}"  # sorts as it came
    said = points or say(f"web.list.state.{state}", position=job.position if job else 1)
    return ListedAttempt(
        number=attempt.number,
        received_at=attempt.received_at,
        sha256=attempt.submission,
        state=state,
        position=job.position if job else 0,
        score=score,
        max_score=grade.max_score if grade else None,
        late=late,
        feedback=str(grade.run) if grade and state == "graded" else None,
        label=say("web.list.attempt", number=attempt.number, when=when, said=said),
    )
