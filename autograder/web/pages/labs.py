"""One lab of a student's: attempts compared by question, hints for what is missing, and the worked solution."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tornado.web import HTTPError

from autograder.cohort.decisions import open_solution
from autograder.cohort.desk import Act
from autograder.cohort.releases import read_releases
from autograder.course.bundle import Bundle, Question
from autograder.course.cohort import PersonRole
from autograder.gradebook.grades import QuestionGrade
from autograder.schedule.rules import LabState
from autograder.web.errors import Refused
from autograder.web.page import Page
from autograder.web.rendering import short_time
from autograder.web.route import LabView, lab_views


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """One question over the attempts; a cell is None where an attempt was not graded or had no such question."""

    question: Question
    cells: tuple[QuestionGrade | None, ...]

    @property
    def missing(self) -> bool:
        """Whether the newest graded attempt did not earn all of it."""
        graded = [cell for cell in self.cells if cell is not None]
        return bool(graded) and not self.question.manual and (graded[-1].score or 0.0) < self.question.points


class LabPage(Page):
    """``/labs/LAB``."""

    here = "route"

    async def get(self, lab: str) -> None:
        """Show it."""
        view, bundle = await self.work(self.look, lab)
        graded = tuple(attempt for attempt in view.attempts if attempt.run is not None and view.shown)
        lines = [
            QuestionLine(
                question=question,
                cells=tuple(attempt.run.question(question.id) if attempt.run else None for attempt in graded),
            )
            for question in bundle.questions
        ]
        hints = [line.question for line in lines if line.missing and line.question.hint]
        self.render_page("lab.html", lab=view, graded=graded, lines=lines, hints=hints, short=self._short)

    def _short(self, moment: datetime) -> str:
        return short_time(moment, self.zone, self.language)

    def look(self, lab: str) -> tuple[LabView, Bundle]:
        """Return the lab as the one who asks sees it. Raises 404 for one that is not theirs to see."""
        now = self.services.clock()
        view = self._view(lab, now)
        if view is None or not (view.released or self.who.role.staff):
            raise HTTPError(404)
        try:
            return view, self.services.bundle(lab)
        except KeyError:
            raise HTTPError(404) from None

    def _view(self, lab: str, now: datetime) -> LabView | None:
        if self.who.role is not PersonRole.STUDENT:
            raise HTTPError(404)
        sight = self.services.watch.look(now)
        with self.services.desk.reading() as session:
            releases = read_releases(session, sight.cohort.slug)
        views = lab_views(self.services, sight, self.who.user, releases, now)
        return next((view for view in views if view.id == lab), None)


class SolutionPage(LabPage):
    """``/labs/LAB/solution``: after a warning, the worked solution."""

    async def get(self, lab: str) -> None:
        """Show the solution, or first ask."""
        view, bundle = await self.work(self.look, lab)
        self._allow(view)
        seen = (self.who.user, lab) in (await self.work(self._seen))
        asks = not seen and view.standing.state is not LabState.COMPLETE
        answers = [] if asks else await self.work(self._answers, bundle, lab)
        self.render_page("solution.html", lab=view, asks=asks, answers=answers)

    async def post(self, lab: str) -> None:
        """Write down that it was opened, and show it."""
        view, _ = await self.work(self.look, lab)
        self._allow(view)
        await self.work(self._open, lab)
        self.redirect(self.url("labs", lab, "solution"), status=303)

    def _allow(self, view: LabView) -> None:
        if view.standing.solution:
            return
        after = self.cohort.policy.solution_after
        raise Refused(
            403,
            self.say("route.solution.closed_attempts", count=after) if after else self.say("route.solution.closed"),
        )

    def _seen(self) -> Any:
        return self.services.watch.look(self.services.clock()).decisions.seen

    def _open(self, lab: str) -> None:
        act = Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)
        with self.services.desk.writing() as session:
            open_solution(session, act, lab=lab)

    def _answers(self, bundle: Bundle, lab: str) -> list[tuple[Question, list[tuple[str, str]]]]:
        """Return each question with its answer cells, as kind ("code", "markdown") and source."""
        course = self.services.course
        try:
            notebook = json.loads(course.solution(course.lab(lab)).read_text(encoding="utf-8"))
        except (KeyError, OSError, ValueError):
            raise Refused(404, self.say("route.solution.missing")) from None
        cells = {
            cell["metadata"].get("nbgrader", {}).get("grade_id"): (cell["cell_type"], "".join(cell["source"]))
            for cell in notebook["cells"]
        }
        found = []
        for question in bundle.questions:  # a cell that two questions look at is shown at the first
            mine = [cells.pop(id, None) for id in question.answers or (question.id,)]
            found.append((question, [cell for cell in mine if cell is not None]))
        return found


ROUTES = [(r"labs/([^/]+)", LabPage), (r"labs/([^/]+)/solution", SolutionPage)]
