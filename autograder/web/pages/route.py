"""*Mi ruta*: where a student stands, and what comes next. Staff are shown the cohort instead."""

from __future__ import annotations

from datetime import datetime

from tornado.web import HTTPError

from autograder.cohort.desk import Act
from autograder.cohort.letters import mark_read
from autograder.web.page import Page
from autograder.web.route import read_route
from autograder.web.route_map import HEIGHT, WIDTH, draw
from autograder.web.time_left import amount


class RoutePage(Page):
    """``/``."""

    here = "route"

    async def get(self) -> None:
        """Show it."""
        if self.who.role.staff:
            self.redirect(self.url("cohort"))
            return
        now = self.services.clock()
        route = await self.work(read_route, self.services, self.who, now)
        self.render_page(
            "route.html",
            route=route,
            map=draw(route.stops),
            size=(WIDTH, HEIGHT),
            now=now,
            jupyter=self.services.prefix.removesuffix("services/autograder/") + "hub/user-redirect/lab",
            left=lambda moment: self._left(moment, now),
            names={lab.id: lab.title for stop in route.stops for lab in stop.labs},
        )

    def _left(self, moment: datetime, now: datetime) -> str:
        """Return "quedan 5 días" or "hace 2 días"."""
        length = amount(moment - now, self.language)
        return self.say("route.left", time=length) if moment > now else self.say("route.ago", time=length)


class ReadMessage(Page):
    """``/messages/N/read``: a student has read a message."""

    async def post(self, message: str) -> None:
        """Write it down and go back."""
        if len(message) > 12:
            raise HTTPError(404)
        act = Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)
        await self.work(self._mark, act, int(message))
        self.redirect(self.url("") + "#messages", status=303)

    def _mark(self, act: Act, message: int) -> None:
        with self.services.desk.writing() as session:
            mark_read(session, act, message)


ROUTES = [("", RoutePage), (r"messages/([0-9]+)/read", ReadMessage)]
