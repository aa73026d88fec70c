"""Grading again: which attempts, why, and whose grade became another."""

from __future__ import annotations

from sqlalchemy import select
from tornado.web import HTTPError

from autograder.cohort.desk import Act, ActionRefused
from autograder.cohort.regrades import Change, Regrade, Scope, attempts_to_regrade, changes, regrade, start_regrade
from autograder.exchange.queue import REGRADED
from autograder.state.attempt_tables import LabRow
from autograder.web.acting import ActionPage, Question
from autograder.web.labels import labels_of


class RegradePage(ActionPage):
    """``/actions/regrade?lab=lab2``."""

    async def get(self) -> None:
        """Show the form."""
        self._form({"lab": self.get_query_argument("lab", ""), "scope": Scope.LATEST.value, "reason": ""})

    async def post(self) -> None:
        """Say how many attempts; then queue them and show what comes of it."""
        values = {name: self.text(name) for name in ("lab", "scope", "reason")}
        try:
            lab, act = self.lab(values["lab"]), self.act()
            scope = Scope.ALL if values["scope"] == Scope.ALL.value else Scope.LATEST
            attempts = await self.work(self._attempts, lab, scope)
            if self.confirmed:
                id = await self.work(self._start, act, lab, scope, attempts)
                self.redirect(self.url("actions", "regrade", id), status=303)
                return
            if not act.reason.strip():
                raise ActionRefused("cohort.refused.reason")
            if not attempts:
                raise ActionRefused("cohort.refused.no_attempts", lab=lab)
            self.ask(
                Question(
                    title=self.say("actions.regrade.title"),
                    effects=(
                        self.say(
                            "actions.regrade.effect", count=len(attempts), lab=labels_of(self.services, [lab]).lab(lab)
                        ),
                        self.say("actions.regrade.replay"),
                    ),
                    button=self.say("actions.regrade.do"),
                )
            )
        except ActionRefused as error:
            self._form(values, self.refused(error))

    def _attempts(self, lab: str, scope: Scope) -> list[int]:
        with self.services.desk.reading() as session:
            row = session.scalar(select(LabRow.id).where(LabRow.name == lab))
            return [] if row is None else attempts_to_regrade(session, row, scope)

    def _start(self, act: Act, lab: str, scope: Scope, attempts: list[int]) -> int:
        """Write the regrade down, then queue it: what is queued twice is one job."""
        with self.services.desk.writing() as session:
            id = start_regrade(session, act, lab=lab, scope=scope, attempts=attempts)
        for attempt in attempts:
            self.services.queue.put(attempt, act.at, priority=REGRADED)
        return id

    def _form(self, values: dict[str, str], error: str = "") -> None:
        labels = labels_of(self.services, [dates.lab for dates in self.cohort.labs])
        self.render_page("regrade.html", values=values, error=error, labels=labels, scopes=list(Scope))


class RegradedPage(ActionPage):
    """``/actions/regrade/N``: before and after."""

    async def get(self, id: str) -> None:
        """Show it."""
        if len(id) > 12:
            raise HTTPError(404)
        one, moved = await self.work(self._read, int(id))
        waiting = sum(change.waiting for change in moved)
        self.render_page(
            "regraded.html",
            regrade=one,
            waiting=waiting,
            moved=[change for change in moved if not change.waiting and abs(change.delta) > 1e-9],
            same=sum(not change.waiting and abs(change.delta) <= 1e-9 for change in moved),
            names={person.user: person.name for person in self.cohort.people},
            labels=labels_of(self.services, [one.lab]),
        )

    def _read(self, id: int) -> tuple[Regrade, list[Change]]:
        with self.services.desk.reading() as session:
            try:
                one = regrade(session, id)
            except KeyError:
                raise HTTPError(404) from None
            return one, changes(session, one)


ROUTES = [("actions/regrade", RegradePage), (r"actions/regrade/([0-9]+)", RegradedPage)]
