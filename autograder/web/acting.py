"""What every page with an action shares: who acts and why, what a form said, a second question, and a no in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tornado.web import HTTPError

from autograder.cohort.desk import Act, ActionRefused
from autograder.course.cohort import PersonRole
from autograder.web.page import Page
from autograder.web.rendering import local_time

MOST_LETTERS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asked before something that hurts is done. ``effects`` are sentences: what would happen."""

    title: str
    effects: tuple[str, ...]
    button: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    danger: bool = True


class ActionPage(Page):
    """A page that changes something. A POST ends with a redirect, a question, or the form again with a sentence."""

    least = PersonRole.INSTRUCTOR
    here = "actions"

    def act(self) -> Act:
        """Return who does this, when, and the reason that the form gives."""
        return Act(actor=self.who.user, at=self.services.clock(), reason=self.text("reason"), cohort=self.cohort.slug)

    def text(self, name: str) -> str:
        """Return a field of the form, "" when it is not there."""
        return self.get_body_argument(name, "")[:MOST_LETTERS].replace("\r\n", "\n")

    def number(self, name: str, otherwise: float | None = None) -> float:
        """Return a field as a number, decimal comma or point. Raises ``ActionRefused``."""
        text = self.text(name).strip().replace(",", ".")
        if not text and otherwise is not None:
            return otherwise
        try:
            value = float(text)
        except ValueError:
            raise ActionRefused("actions.refused.number", value=text[:20] or "—") from None
        if not math.isfinite(value):
            raise ActionRefused("actions.refused.number", value=text[:20])
        return value

    def whole(self, name: str, otherwise: int | None = None) -> int:
        """Return a field as a whole number. Raises ``ActionRefused``."""
        value = self.number(name, None if otherwise is None else float(otherwise))
        if value != int(value):
            raise ActionRefused("actions.refused.number", value=f"{value:g}")
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """Return a field as a moment, in the cohort's zone; None for an empty one. Raises ``ActionRefused``."""
        text = self.text(name).strip()
        if not text:
            return None
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            raise ActionRefused("actions.refused.moment", value=text[:30]) from None
        return local.replace(tzinfo=None).replace(tzinfo=self.cohort.zone)

    def local(self, moment: datetime) -> str:
        """Return a moment as a form's field takes it, in the cohort's zone."""
        return f"{moment.astimezone(self.cohort.zone):%Y-%m-%dT%H:%M}"

    def cohort_time(self, moment: datetime) -> str:
        """Return a moment in words, in the cohort's zone: beside a field that is."""
        return local_time(moment, self.cohort.zone, self.language)

    def lab(self, lab: str) -> str:
        """Return the id of a lab of the cohort. Raises 404."""
        if lab not in {dates.lab for dates in self.cohort.labs}:
            raise HTTPError(404)
        return lab

    async def done(self, what: str, function: Callable[[], None], *back: object) -> None:
        """Do it and go back to the page ``back`` with a word that it is done. Raises ``ActionRefused``."""
        await self.work(function)
        self.redirect(f"{self.url(*(back or ('actions',)))}?done={what}", status=303)

    def was_done(self) -> str:
        """Return what the page before has just done, "" for nothing."""
        what = self.get_query_argument("done", "")
        return what if what in DONE else ""

    @property
    def confirmed(self) -> bool:
        """Whether the second question was answered."""
        return self.text("confirm") == "yes"

    def ask(self, question: Question) -> None:
        """Answer with a question; saying yes posts the same form again."""
        skip = {"_xsrf", "confirm"}
        fields = {name: self.get_body_arguments(name) for name in self.request.body_arguments if name not in skip}
        self.render_page("ask.html", title=question.title, question=question, fields=fields, back=self.request.path)

    def refused(self, error: ActionRefused) -> str:
        """Return why not, in the reader's language, and say so in the status."""
        self.set_status(422)
        return self.say(error.id, **error.values)


DONE = (
    "extension",
    "revoked",
    "override",
    "policy",
    "dates",
    "points",
    "message",
    "published",
    "released",
    "held",
)
"""What can be done; the sentence is ``actions.done.WHAT``."""
