"""The pages *Preguntas*: how each question of a lab goes, and one question from near with its mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tornado.web import HTTPError

from autograder.course.bundle import Question
from autograder.course.cohort import PersonRole
from autograder.gradebook import Gradebook
from autograder.insights.answers import Mistake, answer_cells, examples, mistakes
from autograder.insights.attention import Stuck
from autograder.insights.charts import BarChart, bar_chart
from autograder.insights.distribution import Bin, grade_bins, lead_bins
from autograder.insights.questions import QuestionSight
from autograder.insights.sight import Sight, due_of
from autograder.web.labels import labels_of
from autograder.web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSpread:
    """How a lab's grades and submissions spread."""

    grades: tuple[Bin, ...]
    leads: tuple[Bin, ...]


class QuestionsPage(Page):
    """``/questions?lab=lab2``."""

    least = PersonRole.ASSISTANT
    here = "questions"

    async def get(self) -> None:
        """Show it, for the lab that most was handed in of lately when none is named."""
        sight = await self.work(self.services.watch.look, self.services.clock())
        lab = self._lab(sight)
        sights, spread = await self.work(_lab_figures, sight, lab) if lab else ((), LabSpread(grades=(), leads=()))
        leads = [(self.say(f"insights.lead.{one.name}"), one.count) for one in spread.leads]
        self.render_page(
            "questions.html",
            labels=await self.work(labels_of, self.services, [lab] if lab else ()),
            lab=lab,
            sights=sights,
            grades=bar_chart([(one.name, one.count) for one in spread.grades]),
            leads=bar_chart(leads, ["late" if one.name.startswith("late") else "" for one in spread.leads]),
            address=lambda lab: self.url("questions") + f"?lab={lab}",
            asof=sight.asof,
        )

    def _lab(self, sight: Sight) -> str:
        labs = [dates.lab for dates in sight.cohort.labs]
        asked = self.get_query_argument("lab", "")
        if asked in labs:
            return asked
        newest = {
            lab: max((one.id for all in sight.facts.lab(lab).students.values() for one in all), default=0)
            for lab in labs
        }
        return max(labs, key=lambda lab: newest[lab], default="")


class QuestionPage(Page):
    """``/questions/LAB/ID``."""

    least = PersonRole.ASSISTANT
    here = "questions"

    async def get(self, lab: str, id: str) -> None:
        """Show it. 404 for a question that no attempt at the lab knows."""
        sight = await self.work(self.services.watch.look, self.services.clock())
        if lab not in {dates.lab for dates in sight.cohort.labs}:
            raise HTTPError(404)
        sights = sight.question_sights(lab)
        place = next((place for place, one in enumerate(sights) if one.id == id), None)
        if place is None:
            raise HTTPError(404)
        labels = await self.work(labels_of, self.services, [lab])
        found, stuck = await self.work(self._details, sight, lab, sights[place], labels.find(lab, id))
        self.render_page(
            "question.html",
            labels=labels,
            lab=lab,
            one=sights[place],
            number=place + 1,
            total=len(sights),
            before=sights[place - 1].id if place else None,
            after=sights[place + 1].id if place + 1 < len(sights) else None,
            question=labels.find(lab, id),
            tries=self._tries(sights[place]),
            mistakes=found,
            stuck=stuck,
            names={person.user: person.name for person in sight.cohort.people},
            asof=sight.asof,
        )

    def _details(
        self, sight: Sight, lab: str, one: QuestionSight, question: Question | None
    ) -> tuple[tuple[Mistake, ...], tuple[Stuck, ...]]:
        book = self.services.gradebook
        cells = answer_cells(question) if question else ()
        found = sight.once(("mistakes", lab, one.id), lambda: _mistakes(book, sight, lab, one.id, cells))
        stuck = sight.stuck(lab)
        return found, tuple(each for each in stuck if each.question == one.id)

    def _tries(self, one: QuestionSight) -> BarChart:
        most = max(one.tries, default=1)
        counts = [(str(number), one.tries.get(number, 0)) for number in range(1, min(most, 11) + 1)]
        more = sum(count for number, count in one.tries.items() if number > 11)
        never = one.students - one.right
        tail = [(self.say("insights.tries.more"), more)] if more else []
        tones = [""] * (len(counts) + len(tail)) + ["late"]
        return bar_chart([*counts, *tail, (self.say("insights.tries.never"), never)], tones)


def _lab_figures(sight: Sight, lab: str) -> tuple[Sequence[QuestionSight], LabSpread]:
    return sight.question_sights(lab), sight.once(("spread", lab), lambda: _spread(sight, lab))


def _spread(sight: Sight, lab: str) -> LabSpread:
    standings = [sight.standing[person.user][lab] for person in sight.cohort.students]
    shares = [one.score / one.max_score for one in standings if one.score is not None and one.max_score > 0]
    leads = [
        due_of(sight, person.user, lab) - attempt.received_at
        for person in sight.cohort.students
        for attempt in sight.facts.lab(lab).of(person.user)
    ]
    return LabSpread(grades=grade_bins(shares), leads=lead_bins(leads))


def _mistakes(book: Gradebook, sight: Sight, lab: str, question: str, cells: Sequence[str]) -> tuple[Mistake, ...]:
    people = sight.cohort.people
    students = [person.user for person in sight.cohort.students]
    return tuple(
        replace(mistake, examples=examples(sources, cells, people, book.objects.get) if cells else ())
        for mistake, sources in mistakes(book.engine, sight.facts.lab(lab), question, students)
    )


ROUTES = [("questions", QuestionsPage), (r"questions/([^/]+)/([^/]+)", QuestionPage)]
