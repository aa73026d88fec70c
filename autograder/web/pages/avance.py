"""The pages *Avance*: a progress report for each date of the calendar, of the cohort and of each student."""

from __future__ import annotations

from collections.abc import Sequence

from tornado.web import HTTPError

from autograder.cohort.desk import Act, ActionRefused
from autograder.cohort.reviews import NoteKind, ReviewNote, add_note, mark_done, review_notes
from autograder.course.cohort import CohortSession, PersonRole
from autograder.insights.exports import BOM, report_csv
from autograder.insights.paper import cohort_paper, student_paper
from autograder.insights.progress import Report, StudentProgress, asof, before_of, labs_of, next_session, report
from autograder.insights.words import reasons, topic_says
from autograder.web.errors import Refused
from autograder.web.labels import Labels, labels_of
from autograder.web.page import Page
from autograder.web.rendering import short_time

ROWS = 100
"""So many students a page of the table; paper and CSV have them all."""


class SessionsPage(Page):
    """``/avance``: the dates of the calendar."""

    least = PersonRole.ASSISTANT
    here = "avance"

    async def get(self) -> None:
        """Show them, the next one first."""
        now = self.services.clock()
        labels = labels_of(self.services, ())
        sessions = sorted(self.cohort.sessions, key=lambda one: one.starts)
        self.render_page(
            "sessions.html", labels=labels, sessions=sessions, coming=next_session(self.cohort, now), now=now
        )


class ReviewPage(Page):
    """What the pages of one session share."""

    least = PersonRole.ASSISTANT
    here = "avance"

    def session(self, id: str) -> CohortSession:
        """Return the session of that id, else 404."""
        found = next((one for one in self.cohort.sessions if one.id == id), None)
        if found is None:
            raise HTTPError(404)
        return found

    async def report(self, session: CohortSession) -> Report:
        """Return the session's report."""
        return await self.work(self._report, session)

    def _report(self, session: CohortSession) -> Report:
        now, watch = self.services.clock(), self.services.watch
        sight, before = watch.look_back(asof(session, now), now), before_of(self.cohort, session, now)
        earlier = watch.look_back(before, now) if before else None
        return sight.once(("report", session, earlier and earlier.asof), lambda: report(session, sight, earlier))

    async def notes(self) -> list[ReviewNote]:
        """Return the cohort's notes and agreements."""
        return await self.work(self._notes)

    def _notes(self) -> list[ReviewNote]:
        with self.services.desk.reading() as session:
            return review_notes(session, self.cohort.slug)

    async def labels(self, session: CohortSession) -> Labels:
        """Return the names of the labs that the session's report speaks of."""
        return await self.work(labels_of, self.services, labs_of(self.cohort, session))

    def show(
        self, template: str, session: CohortSession, labels: Labels, notes: Sequence[ReviewNote], **values: object
    ) -> None:
        """Answer with a template; it is given what all of them need."""
        self.render_page(
            template,
            session=session,
            labels=labels,
            notes=notes,
            names={person.user: person.name for person in self.cohort.people},
            sessions={one.id: one for one in self.cohort.sessions},
            short=lambda moment: short_time(moment, self.zone, self.language),
            reasons=lambda student: reasons(student, labels, self.say, self.zone, self.language),
            topic_says=lambda topic: topic_says(topic, labels, self.say),
            **values,
        )

    def send_file(self, content: bytes, name: str, kind: str) -> None:
        """Answer with a file to be saved."""
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(content)


class CohortReview(ReviewPage):
    """``/avance/SESSION``."""

    async def get(self, id: str) -> None:
        """Show the report of the cohort."""
        session = self.session(id)
        report, notes, labels = await self.report(session), await self.notes(), await self.labels(session)
        asked = self.get_query_argument("page", "1")
        pages = max(1, -(-len(report.students) // ROWS))
        page = min(int(asked), pages) if asked.isascii() and asked.isdigit() and asked.strip("0") else 1
        self.show(
            "avance.html",
            session,
            labels,
            [note for note in notes if not note.user],
            report=report,
            rows=report.students[(page - 1) * ROWS : page * ROWS],
            page=page,
            pages=pages,
        )


class StudentReview(ReviewPage):
    """``/avance/SESSION/student/USER``."""

    async def get(self, id: str, user: str) -> None:
        """Show the report of one student."""
        session = self.session(id)
        report, labels = await self.report(session), await self.labels(session)
        order = [one.person.user for one in report.students]
        if user not in order:
            raise HTTPError(404)
        place = order.index(user)
        self.show(
            "avance_student.html",
            session,
            labels,
            [note for note in await self.notes() if note.user == user],
            report=report,
            student=report.students[place],
            before=report.students[place - 1] if place else None,
            after=report.students[place + 1] if place + 1 < len(order) else None,
        )


class Paper(ReviewPage):
    """``/avance/SESSION.pdf`` and ``/avance/SESSION/student/USER.pdf``."""

    async def get(self, id: str, user: str | None = None) -> None:
        """Send it."""
        session = self.session(id)
        report, notes, labels = await self.report(session), await self.notes(), await self.labels(session)
        if user is None:
            paper = await self.work(cohort_paper, self.cohort, report, notes, labels, self.language)
        else:
            paper = await self.work(
                student_paper, self.cohort, report, self._student(report, user), notes, labels, self.language
            )
        self.send_file(paper, f"{'-'.join(filter(None, (self.cohort.slug, session.id, user)))}.pdf", "application/pdf")

    def _student(self, report: Report, user: str) -> StudentProgress:
        found = next((one for one in report.students if one.person.user == user), None)
        if found is None:
            raise HTTPError(404)
        return found


class Sheet(ReviewPage):
    """``/avance/SESSION.csv``."""

    async def get(self, id: str) -> None:
        """Send it; ``bom=1`` for Excel."""
        session = self.session(id)
        text = report_csv(await self.report(session))
        bom = BOM if self.get_query_argument("bom", "") == "1" else ""
        self.send_file((bom + text).encode(), f"{self.cohort.slug}-{session.id}.csv", "text/csv; charset=utf-8")


class Notes(ReviewPage):
    """``/avance/SESSION/notes``: what is written down."""

    async def post(self, id: str) -> None:
        """Write down a note or an agreement, of the cohort or of a student, and go back."""
        session, user = self.session(id), self.get_body_argument("user", "")
        if user and user not in {person.user for person in self.cohort.students}:
            raise HTTPError(404)
        kind = NoteKind.AGREEMENT if self.get_body_argument("kind", "") == "agreement" else NoteKind.NOTE
        await self.work(self._add, session, user, kind, self.get_body_argument("text", ""))
        self.redirect(self.back(id, user) + "#notes", status=303)

    def _add(self, session: CohortSession, user: str, kind: NoteKind, text: str) -> None:
        try:
            with self.services.desk.writing() as writing:
                add_note(writing, self.act(), review=session.id, user=user, kind=kind, text=text)
        except ActionRefused as refused:
            raise Refused(409, self.say(refused.id, **refused.values)) from refused

    def back(self, id: str, user: str) -> str:
        """Return the page that the form was on."""
        return self.url("avance", id, "student", user) if user else self.url("avance", id)

    def act(self) -> Act:
        """Return who does this, and when."""
        return Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)


class Done(Notes):
    """``/avance/SESSION/done``: an agreement was kept."""

    async def post(self, id: str) -> None:
        """Mark it and go back."""
        session, user = self.session(id), self.get_body_argument("user", "")
        note = self.get_body_argument("id", "")
        if not (note.isascii() and note.isdigit() and len(note) < 12):
            raise HTTPError(404)
        await self.work(self._done, int(note))
        self.redirect(self.back(session.id, user) + "#notes", status=303)

    def _done(self, note: int) -> None:
        try:
            with self.services.desk.writing() as writing:
                mark_done(writing, self.act(), note)
        except ActionRefused as refused:
            raise Refused(409, self.say(refused.id, **refused.values)) from refused


ROUTES = [
    ("avance", SessionsPage),
    (r"avance/([^/]+)\.pdf", Paper),
    (r"avance/([^/]+)\.csv", Sheet),
    (r"avance/([^/]+)", CohortReview),
    (r"avance/([^/]+)/notes", Notes),
    (r"avance/([^/]+)/done", Done),
    (r"avance/([^/]+)/student/([^/]+)\.pdf", Paper),
    (r"avance/([^/]+)/student/([^/]+)", StudentReview),
]
