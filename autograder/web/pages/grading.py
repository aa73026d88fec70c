"""The page *Calificar*: what waits for a person, and one answer at a time to read and give points to."""

from __future__ import annotations

from tornado.web import HTTPError

from autograder.cohort.desk import Act, ActionRefused
from autograder.cohort.manual import points_of, with_points
from autograder.course.cohort import Person, PersonRole
from autograder.gradebook import Attempt, GradeRow
from autograder.web.acting import ActionPage
from autograder.web.attempt import bundle_of
from autograder.web.by_hand import Written, give, waiting, written
from autograder.web.labels import labels_of


class GradingPage(ActionPage):
    """``/grading``."""

    least = PersonRole.ASSISTANT
    here = "grading"

    async def get(self) -> None:
        """Show what waits."""
        sight = await self.work(self.services.watch.look, self.services.clock())
        self.render_page(
            "grading.html",
            done=self.was_done(),
            waiting=waiting(sight),
            labels=labels_of(self.services, [dates.lab for dates in sight.cohort.labs]),
        )


class AnswerPage(GradingPage):
    """``/grading/LAB/USER/N``."""

    async def get(self, lab: str, user: str, number: str) -> None:  # type: ignore[override]
        """Show what the student wrote."""
        await self._show(lab, user, number, {})

    async def post(self, lab: str, user: str, number: str) -> None:
        """Give the points and go on to the next who waits."""
        _, attempt, row, answers = await self.work(self._find, lab, user, number)
        try:
            points = {
                one.question.id: (self.number(f"score-{one.question.id}"), self.text(f"text-{one.question.id}"))
                for one in answers
                if self.text(f"score-{one.question.id}").strip()
            }
            act = Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)
            await self.work(give, self.services, act, attempt, row.run, points)
        except ActionRefused as error:
            await self._show(lab, user, number, {"error": self.refused(error)})
            return
        sight = await self.work(self.services.watch.look, self.services.clock())
        following = next((one for one in waiting(sight) if one.lab == lab), None)
        if following is None:
            self.redirect(self.url("grading") + "?done=points", status=303)
        else:
            address = self.url("grading", lab, following.person.user, following.attempt)
            self.redirect(f"{address}?done=points", status=303)

    async def _show(self, lab: str, user: str, number: str, said: dict[str, str]) -> None:
        person, attempt, row, answers = await self.work(self._find, lab, user, number)
        sight = await self.work(self.services.watch.look, self.services.clock())
        left = [one for one in waiting(sight) if one.lab == lab]
        self.render_page(
            "answer.html",
            done=self.was_done(),
            error=said.get("error", ""),
            owner=person,
            attempt=attempt,
            grade=row,
            answers=answers,
            left=len(left),
            labels=labels_of(self.services, [lab]),
            typed=self.text,
        )

    def _find(self, lab: str, user: str, number: str) -> tuple[Person, Attempt, GradeRow, list[Written]]:
        book = self.services.gradebook
        attempt = next((one for one in book.attempts(self.lab(lab), user) if str(one.number) == number), None)
        row = next((one for one in book.grades(lab, user) if str(one.attempt) == number), None)
        if attempt is None or row is None or user not in {person.user for person in self.cohort.people}:
            raise HTTPError(404)
        graded = book.graded(row.run)
        with self.services.desk.reading() as session:
            graded = with_points(graded, points_of(session, attempt.id))
        answers = written(bundle_of(self.services, graded), graded, book.submission(attempt))
        return self.cohort.person(user), attempt, row, answers


ROUTES = [("grading", GradingPage), (r"grading/([^/]+)/([^/]+)/([0-9]{1,9})", AnswerPage)]
