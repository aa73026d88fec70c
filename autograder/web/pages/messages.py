"""The page *Mensajes*: to whom, what, and who has read it."""

from __future__ import annotations

import asyncio
import logging

from autograder.cohort.desk import Act, ActionRefused
from autograder.cohort.letters import MOST_BODY, MOST_SUBJECT, Sent, mark_mailed, send, sent
from autograder.course.cohort import Person
from autograder.insights.sight import Sight
from autograder.web.acting import ActionPage, Question
from autograder.web.audience import Choice, choices, chosen
from autograder.web.labels import labels_of

log = logging.getLogger(__name__)

MOST_NAMED = 40


class MessagesPage(ActionPage):
    """``/messages?to=missing:lab2``."""

    here = "messages"

    async def get(self) -> None:
        """Show the form and what was sent."""
        await self._form({"to": self.get_query_argument("to", "all"), "subject": "", "body": ""})

    async def post(self) -> None:
        """Show who would get it; then send it."""
        values = {name: self.text(name) for name in ("to", "subject", "body")}
        sight = await self.work(self.services.watch.look, self.services.clock())
        people = chosen(sight, values["to"])
        try:
            self._check(people, values)
            if self.confirmed:
                audience, act = self._audience(sight, values["to"], people), self.act()
                message = await self.work(self._send, act, people, audience, values)
                self.redirect(self.url("messages") + "?done=message", status=303)
                if self.services.mail is not None:  # the page does not wait for a mail server
                    asyncio.get_running_loop().run_in_executor(None, self._mail, act, message, people, values)
            else:
                self.ask(self._question(people, values))
        except ActionRefused as error:
            await self._form(values, self.refused(error))

    def _check(self, people: list[Person], values: dict[str, str]) -> None:
        if not people:
            raise ActionRefused("cohort.refused.nobody")
        if not values["subject"].strip() or len(values["subject"].strip()) > MOST_SUBJECT:
            raise ActionRefused("cohort.refused.subject", most=MOST_SUBJECT)
        if not values["body"].strip() or len(values["body"].strip()) > MOST_BODY:
            raise ActionRefused("cohort.refused.text", most=MOST_BODY)

    def _question(self, people: list[Person], values: dict[str, str]) -> Question:
        named = " · ".join(person.name for person in people[:MOST_NAMED])
        more = len(people) - MOST_NAMED
        by_mail = sum(bool(person.email) for person in people) if self.services.mail else 0
        effects = [self.say("actions.message.effect", count=len(people)), named + (f" · +{more}" if more > 0 else "")]
        effects.append(
            self.say("actions.message.mail", count=by_mail)
            if self.services.mail
            else self.say("actions.message.no_mail")
        )
        return Question(
            title=values["subject"].strip(),
            effects=tuple(effects),
            button=self.say("actions.message.do"),
            danger=False,
        )

    def _send(self, act: Act, people: list[Person], audience: str, values: dict[str, str]) -> int:
        to = [person.user for person in people]
        with self.services.desk.writing() as session:
            return send(session, act, to=to, audience=audience, subject=values["subject"], body=values["body"])

    def _mail(self, act: Act, message: int, people: list[Person], values: dict[str, str]) -> None:
        """Send it by mail too, and write down to whom it went."""
        if self.services.mail is None:
            return
        try:
            users = self.services.mail(people, values["subject"].strip(), values["body"].strip())
            with self.services.desk.writing() as session:
                mark_mailed(session, message, users, act.at)
        except Exception:  # nobody waits for it: the log is told
            log.exception("mail of message %d", message)

    def _audience(self, sight: Sight, id: str, people: list[Person]) -> str:
        """Return how they were chosen, as it is kept and shown."""
        choice = next((one for one in choices(sight) if one.id == id), None)
        return people[0].name if choice is None else self.label(choice)

    def label(self, choice: Choice) -> str:
        """Return a choice in words."""
        labels = labels_of(self.services, [])
        return self.say(choice.says, group=choice.value, lab=labels.short(choice.value))

    async def _form(self, values: dict[str, str], error: str = "") -> None:
        sight = await self.work(self.services.watch.look, self.services.clock())
        self.render_page(
            "messages.html",
            done=self.was_done(),
            error=error,
            values=values,
            choices=[(choice, len(chosen(sight, choice.id))) for choice in choices(sight)],
            label=self.label,
            sent=await self.work(self._sent),
            names={person.user: person.name for person in self.cohort.people},
            mail=self.services.mail is not None,
        )

    def _sent(self) -> list[Sent]:
        with self.services.desk.reading() as session:
            return sent(session)


ROUTES = [("messages", MessagesPage)]
