"""One student as staff see them: where they stand, what was granted and agreed, and what can be done for them."""

from __future__ import annotations

from dataclasses import dataclass

from tornado.web import HTTPError

from autograder.cohort.decisions import Granted, granted
from autograder.cohort.desk import Entry, trail
from autograder.cohort.letters import Letter, letters_of
from autograder.cohort.releases import Releases
from autograder.cohort.reviews import ReviewNote, review_notes
from autograder.course.cohort import Person, PersonRole
from autograder.web.labels import labels_of
from autograder.web.pages.actions import ActionsPage
from autograder.web.route import LabView, lab_views, path
from autograder.web.route_map import HEIGHT, WIDTH, draw
from autograder.web.time_left import amount

LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one student beside their attempts."""

    granted: tuple[Granted, ...]
    notes: tuple[ReviewNote, ...]
    letters: tuple[Letter, ...]
    lines: tuple[Entry, ...]


class StudentPage(ActionsPage):
    """``/students/USER``."""

    least = PersonRole.ASSISTANT
    here = "cohort"

    async def get(self, user: str) -> None:  # type: ignore[override]
        """Show it."""
        person = next((one for one in self.cohort.students if one.user == user), None)
        if person is None:
            raise HTTPError(404)
        now = self.services.clock()
        labs, record = await self.work(self._look, person)
        newest = max((attempt.received_at for lab in labs for attempt in lab.attempts), default=None)
        stops = path(self.services.course, labs)
        self.render_page(
            "student.html",
            student=person,
            labs=labs,
            record=record,
            map=draw(stops),
            size=(WIDTH, HEIGHT),
            score=sum(lab.score or 0.0 for lab in labs if lab.released),
            points=sum(lab.points for lab in labs if lab.released),
            quiet="" if newest is None else amount(now - newest, self.language),
            decides=self.who.role is PersonRole.INSTRUCTOR,
            sessions={session.id: session.title for session in self.cohort.sessions},
            names=self.names(),
            labels=labels_of(self.services, [dates.lab for dates in self.cohort.labs]),
            did=self.did,
        )

    def _look(self, person: Person) -> tuple[tuple[LabView, ...], Record]:
        now = self.services.clock()
        sight = self.services.watch.look(now)
        with self.services.desk.reading() as session:
            record = Record(
                granted=tuple(one for one in granted(session) if one.user == person.user),
                notes=tuple(review_notes(session, sight.cohort.slug, person.user)),
                letters=tuple(letters_of(session, person.user)),
                lines=tuple(trail(session, user=person.user, limit=LINES)),
            )
        return lab_views(self.services, sight, person.user, Releases(), now), record


ROUTES = [(r"students/([^/]+)", StudentPage)]
