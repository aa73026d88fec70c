"""Rules of the cohort: late policy, attempts, and each lab's dates. What would change is shown before it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from autograder.cohort.changes import change_dates, change_policy
from autograder.cohort.desk import Act, ActionRefused
from autograder.course.cohort import Cohort, Counts, LabDates, Policy
from autograder.web.acting import ActionPage, Question
from autograder.web.effects import Moved, moved_by
from autograder.web.labels import labels_of

MOST_TOLD = 12


class RulePage(ActionPage):
    """A page that changes a rule for everybody."""

    def effects(self, moved: list[Moved]) -> tuple[str, ...]:
        """Return in sentences whose grades would change."""
        if not moved:
            return (self.say("actions.effect.none"),)
        labels = labels_of(self.services, [dates.lab for dates in self.cohort.labs])
        told = [
            self.say(
                "actions.effect.grade",
                name=one.person.name,
                lab=labels.short(one.lab),
                before=f"{one.before:.4g}",
                after=f"{one.after:.4g}",
            )
            for one in moved[:MOST_TOLD]
        ]
        rest = [self.say("actions.effect.more", count=len(moved) - MOST_TOLD)] if len(moved) > MOST_TOLD else []
        return (self.say("actions.effect.some", count=len(moved)), *told, *rest)

    async def moved(self, cohort: Cohort) -> list[Moved]:
        """Return whose grades would change if ``cohort`` were the live one."""
        sight = await self.work(self.services.watch.look, self.services.clock())
        return await self.work(moved_by, sight, cohort)


class PolicyPage(RulePage):
    """``/actions/policy``."""

    async def get(self) -> None:
        """Show the form with the rules as they are."""
        policy = self.cohort.policy
        self._form(
            {
                "grace": f"{policy.grace.total_seconds() / 60:g}",
                "per_day": f"{100 * policy.per_day:.6g}",
                "floor": f"{100 * policy.floor:.6g}",
                "free_days": str(policy.free_days),
                "attempts": str(policy.attempts),
                "counts": policy.counts.value,
                "solution_after": str(policy.solution_after),
                "reason": "",
            }
        )

    async def post(self) -> None:
        """Show whose grades would change; then change the rules."""
        try:
            policy, act = self._policy(), self.act()
            if self.confirmed:
                await self.done("policy", lambda: self._change(act, policy))
                return
            self._try(act, policy)
            moved = await self.moved(replace(self.cohort, policy=policy))
            self.ask(
                Question(
                    title=self.say("actions.policy.title"),
                    effects=self.effects(moved),
                    button=self.say("actions.policy.do"),
                )
            )
        except ActionRefused as error:
            self._form({name: self.text(name) for name in (*FIELDS, "reason")}, self.refused(error))

    def _policy(self) -> Policy:
        counts = self.text("counts")
        return Policy(
            grace=timedelta(minutes=self.number("grace")),
            per_day=self.number("per_day") / 100,
            floor=self.number("floor") / 100,
            free_days=self.whole("free_days"),
            attempts=self.whole("attempts"),
            counts=Counts.LATEST if counts == Counts.LATEST.value else Counts.BEST,
            solution_after=self.whole("solution_after"),
        )

    def _try(self, act: Act, policy: Policy) -> None:
        """Refuse before asking what would be refused afterwards; nothing is kept."""
        with self.services.desk.reading() as session:
            change_policy(session, act, self.cohort, policy)
            session.rollback()

    def _change(self, act: Act, policy: Policy) -> None:
        with self.services.desk.writing() as session:
            change_policy(session, act, self.cohort, policy)

    def _form(self, values: dict[str, Any], error: str = "") -> None:
        self.render_page("policy.html", values=values, error=error, counts=list(Counts))


FIELDS = ("grace", "per_day", "floor", "free_days", "attempts", "counts", "solution_after")


class DatesPage(RulePage):
    """``/actions/dates/LAB``."""

    async def get(self, lab: str) -> None:
        """Show the form with the dates as they are."""
        dates = self.cohort.dates(self.lab(lab))
        own = "" if dates.attempts is None else str(dates.attempts)
        values = {"opens": self.local(dates.opens), "due": self.local(dates.due), "attempts": own, "reason": ""}
        self._form(lab, values)

    async def post(self, lab: str) -> None:
        """Show whose grades would change; then move the dates."""
        dates = self.cohort.dates(self.lab(lab))
        try:
            wanted, act = self._dates(dates), self.act()
            if self.confirmed:
                await self.done("dates", lambda: self._change(act, wanted))
                return
            with self.services.desk.reading() as session:
                change_dates(session, act, self.cohort, wanted)
                session.rollback()
            labs = tuple(wanted if one.lab == lab else one for one in self.cohort.labs)
            moved = await self.moved(replace(self.cohort, labs=labs))
            title = self.say("actions.dates.title", lab=labels_of(self.services, [lab]).lab(lab))
            self.ask(Question(title=title, effects=self.effects(moved), button=self.say("actions.dates.do")))
        except ActionRefused as error:
            values = {name: self.text(name) for name in ("opens", "due", "attempts", "reason")}
            self._form(lab, values, self.refused(error))

    def _dates(self, dates: LabDates) -> LabDates:
        attempts = self.text("attempts").strip()
        return LabDates(
            lab=dates.lab,
            opens=self.moment("opens") or dates.opens,
            due=self.moment("due") or dates.due,
            attempts=self.whole("attempts") if attempts else None,
        )

    def _change(self, act: Act, dates: LabDates) -> None:
        with self.services.desk.writing() as session:
            change_dates(session, act, self.cohort, dates)

    def _form(self, lab: str, values: dict[str, str], error: str = "") -> None:
        title = labels_of(self.services, [lab]).lab(lab)
        self.render_page("dates.html", lab=lab, lab_title=title, values=values, error=error)


ROUTES = [("actions/policy", PolicyPage), (r"actions/dates/([^/]+)", DatesPage)]
