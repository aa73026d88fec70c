"""Decisions about one student: more time or attempts, a grade in place of the rules', and taking either back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from autograder.cohort.decisions import grant_extension, override_grade, revoke_extension, revoke_override
from autograder.cohort.desk import Act, ActionRefused
from autograder.schedule.rules import Standing, deadline
from autograder.web.acting import ActionPage, Question
from autograder.web.labels import labels_of


class Extension(ActionPage):
    """``/actions/extension?user=ana&lab=lab2``."""

    async def get(self) -> None:
        """Show the form, with the present date of whom it is about."""
        user, lab = self.get_query_argument("user", ""), self.get_query_argument("lab", "")
        values = {"user": user, "lab": lab, "due": "", "attempts": "0", "reason": ""}
        if lab in {dates.lab for dates in self.cohort.labs}:
            sight = await self.work(self.services.watch.look, self.services.clock())
            due = deadline(self.cohort, lab, user, sight.decisions.extensions)
            values["due"] = self.local(due + timedelta(days=2))
        self._form(values)

    async def post(self) -> None:
        """Grant it."""
        values = {name: self.text(name) for name in ("user", "lab", "due", "attempts", "reason")}
        try:
            due, attempts, act = self.moment("due"), self.whole("attempts", 0), self.act()
            await self.done("extension", lambda: self._grant(act, values["user"], values["lab"], due, attempts))
        except ActionRefused as error:
            self._form(values, self.refused(error))

    def _grant(self, act: Act, user: str, lab: str, due: datetime | None, attempts: int) -> None:
        with self.services.desk.writing() as session:
            grant_extension(session, act, self.cohort, user=user, lab=lab, due=due, attempts=attempts)

    def _form(self, values: dict[str, str], error: str = "") -> None:
        labels = labels_of(self.services, [dates.lab for dates in self.cohort.labs])
        self.render_page("extension.html", values=values, error=error, labels=labels, cohort_time=self.cohort_time)


class Override(ActionPage):
    """``/actions/override?user=ana&lab=lab2``."""

    async def get(self) -> None:
        """Show the form."""
        user, lab = self.get_query_argument("user", ""), self.get_query_argument("lab", "")
        self._form({"user": user, "lab": lab, "score": "", "reason": ""})

    async def post(self) -> None:
        """Ask, showing the grade before and after; then set it."""
        values = {name: self.text(name) for name in ("user", "lab", "score", "reason")}
        try:
            score, act = self.number("score"), self.act()
            known = await self.work(self._standing, values["user"], values["lab"])
            if self.confirmed:
                await self.done("override", lambda: self._set(act, values["user"], values["lab"], score, known))
                return
            self._check(act, score, known)
            self.ask(self._question(values["user"], values["lab"], score, known))
        except ActionRefused as error:
            self._form(values, self.refused(error))

    def _standing(self, user: str, lab: str) -> tuple[Standing, float]:
        sight = self.services.watch.look(self.services.clock())
        standing = sight.standing.get(user, {}).get(lab)
        if standing is None:
            raise ActionRefused("cohort.refused.student", user=user)
        try:
            return standing, standing.max_score or self.services.bundle(lab).max_score
        except KeyError:
            raise ActionRefused("cohort.refused.lab", lab=lab) from None

    def _check(self, act: Act, score: float, known: tuple[Standing, float]) -> None:
        """Refuse before asking what would be refused afterwards."""
        if not act.reason.strip():
            raise ActionRefused("cohort.refused.reason")
        if not 0.0 <= score <= known[1]:
            raise ActionRefused("cohort.refused.score", most=f"{known[1]:g}")

    def _question(self, user: str, lab: str, score: float, known: tuple[Standing, float]) -> Question:
        labels = labels_of(self.services, [lab])
        before = "–" if known[0].score is None else f"{known[0].score:g}"
        effect = self.say(
            "actions.override.effect",
            name=self.cohort.person(user).name,
            lab=labels.lab(lab),
            before=before,
            after=f"{score:g}",
            most=f"{known[1]:g}",
        )
        stays = self.say("actions.override.stays")
        return Question(
            title=self.say("actions.override.title"), effects=(effect, stays), button=self.say("actions.override.do")
        )

    def _set(self, act: Act, user: str, lab: str, score: float, known: tuple[Standing, float]) -> None:
        with self.services.desk.writing() as session:
            override_grade(session, act, self.cohort, user=user, lab=lab, score=score, max_score=known[1])

    def _form(self, values: dict[str, str], error: str = "") -> None:
        labels = labels_of(self.services, [dates.lab for dates in self.cohort.labs])
        self.render_page("override.html", values=values, error=error, labels=labels)


class Revoke(ActionPage):
    """``/actions/revoke``: an extension or an override is taken back."""

    async def post(self) -> None:
        """Ask for a reason, then do it."""
        what, user, lab = self.text("what"), self.text("user"), self.text("lab")
        revoke = {"extension": revoke_extension, "override": revoke_override}.get(what)
        name = next((person.name for person in self.cohort.people if person.user == user), user)
        title = self.say("actions.revoke.extension") if what == "extension" else self.say("actions.revoke.override")
        effect = self.say("actions.revoke.effect", name=name, lab=labels_of(self.services, [lab]).lab(lab))
        error = ""
        if revoke is not None and self.confirmed:
            act = self.act()
            try:
                await self.done("revoked", lambda: self._revoke(revoke, act, user, lab))
                return
            except ActionRefused as refused:
                error = self.refused(refused)
        self.render_page("revoke.html", title=title, effect=effect, error=error, what=what, user=user, lab=lab)

    def _revoke(self, revoke: Callable[..., None], act: Act, user: str, lab: str) -> None:
        with self.services.desk.writing() as session:
            revoke(session, act, user=user, lab=lab)


ROUTES = [("actions/extension", Extension), ("actions/override", Override), ("actions/revoke", Revoke)]
