"""One attempt as somebody may see it: whose it is, where it is, what it earned, and its feedback page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from tornado.web import HTTPError

from autograder.cohort.manual import points_of, with_points
from autograder.cohort.releases import read_releases
from autograder.course.bundle import Bundle, bundle_from_json
from autograder.course.cohort import Person
from autograder.course.result import GradedAttempt
from autograder.exchange.queue import Job, JobState
from autograder.feedback import render
from autograder.gradebook import Attempt, GradeRow, ObjectMissing
from autograder.web.page import Page
from autograder.web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An attempt with what surrounds it. ``grade`` is None while there is none, or while it is held back."""

    attempt: Attempt
    job: Job | None
    grade: GradeRow | None
    others: tuple[tuple[Attempt, GradeRow | None], ...]  # all of this student at this lab, in order
    held_back: bool  # staff has not released the feedback yet

    @property
    def state(self) -> str:
        """Return the last part of the message id that says where it is."""
        if self.held_back:
            return "held_back"
        if self.job is not None and self.job.state in (JobState.QUEUED, JobState.RUNNING, JobState.HELD):
            return self.job.state.value
        if self.grade is None:
            return "queued"
        return "internal" if self.grade.internal else "graded"

    @property
    def moving(self) -> bool:
        """Whether it will change by itself."""
        return self.state in ("queued", "running")


class AttemptPage(Page):
    """A page about one attempt. A student sees their own; another's address says that there is nothing."""

    def owner(self, user: str | None) -> Person:
        """Return whose attempt is asked for. Raises 403 when a student asks by a name."""
        if user is None:
            return self.who
        if not self.who.role.staff:
            raise HTTPError(403)
        try:
            return self.cohort.person(user)
        except KeyError:
            raise HTTPError(404) from None

    async def see(self, user: str | None, lab: str, number: str) -> tuple[Person, Seen]:
        """Return the attempt that the address names. Raises 403 and 404."""
        owner = self.owner(user)
        found = await self.work(see, self.services, owner.user, lab, int(number), staff=self.who.role.staff)
        if found is None:
            raise HTTPError(404)
        return owner, found


def see(services: Services, student: str, lab: str, number: int, *, staff: bool) -> Seen | None:
    """Return an attempt with what surrounds it, None when there is none."""
    attempts = services.gradebook.attempts(lab, student)
    attempt = next((one for one in attempts if one.number == number), None)
    if attempt is None:
        return None
    grades = {row.attempt: row for row in services.gradebook.grades(lab, student)}
    with services.desk.reading() as session:
        shown = staff or read_releases(session, services.cohort().slug).feedback_released(lab)
    given = grades if shown else {}
    return Seen(
        attempt=attempt,
        job=services.queue.find(attempt.id),
        grade=given.get(number),
        others=tuple((one, given.get(one.number)) for one in attempts),
        held_back=not shown and number in grades,
    )


def graded_with_points(services: Services, attempt: Attempt, grade: GradeRow) -> GradedAttempt:
    """Return an attempt's standing grade, with the points that a person gave."""
    with services.desk.reading() as session:
        return with_points(services.gradebook.graded(grade.run), points_of(session, attempt.id))


def feedback_page(services: Services, owner: Person, seen: Seen, language: str, zone: tzinfo | None = None) -> str:
    """Return the feedback of a graded attempt as a page, its times in ``zone`` (None: the cohort's).

    Raises ``KeyError`` when it is not graded.
    """
    if seen.grade is None:
        raise KeyError(seen.attempt.number)
    graded = graded_with_points(services, seen.attempt, seen.grade)
    return render(
        graded,
        bundle_of(services, graded),
        owner.name,
        attempt=seen.attempt.number,
        received_at=seen.attempt.received_at,
        zone=zone or services.cohort().zone,
        language=language,
    )


def bundle_of(services: Services, graded: GradedAttempt) -> Bundle:
    """Return the bundle that an attempt was graded with; the lab's present one where that was never published."""
    try:
        return bundle_from_json(services.gradebook.objects.get(graded.bundle).decode())
    except (ObjectMissing, ValueError):
        return replace(services.bundle(graded.lab))
