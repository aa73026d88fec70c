"""The page *Calendario*: a month and a list of one's own dates, and a personal link for other calendars."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from babel.dates import format_date, get_day_names
from tornado.web import HTTPError, RequestHandler

from autograder.cohort.decisions import extensions_of
from autograder.cohort.desk import Act
from autograder.cohort.feeds import close_feed, feed_owner, has_feed, new_token, open_feed
from autograder.cohort.find import cohort_file
from autograder.cohort.moves import read_moves
from autograder.schedule.events import Event, events_of
from autograder.schedule.ical import feed
from autograder.schedule.month import month_of, read_month
from autograder.web.page import Page
from autograder.web.services import Services

_SHOWN_ONCE = "autograder-feed"
_SHOWN_SECONDS = 600


def read_events(services: Services, user: str, language: str) -> list[Event]:
    """Return a person's events, with their extensions."""
    cohort = services.cohort()
    file = cohort_file(services.course.root, services.home)
    with services.desk.reading() as session:
        extensions = extensions_of(session, user)
        moves = read_moves(session, cohort.slug, user, file)
    titles = {lab.id: lab.title for lab in services.course.labs}
    return events_of(cohort, user, extensions, titles, language, moves)


def origin(handler: RequestHandler) -> str:
    """Return where we are reached from outside. Where TLS ends before the hub's proxy, only our settings know of it."""
    secure = handler.settings["xsrf_cookie_kwargs"].get("secure", False)
    return f"{'https' if secure else handler.request.protocol}://{handler.request.host}"


class CalendarPage(Page):
    """``/calendar?month=2021-10``."""

    here = "calendar"

    async def get(self) -> None:
        """Show it."""
        now = self.services.clock()
        today = now.astimezone(self.zone).date()
        first = read_month(self.get_query_argument("month", ""), today)
        events, linked = await self.work(self._read)
        self.render_page(
            "calendar.html",
            month=month_of(events, first, self.zone, today),
            title=format_date(first, "LLLL y", locale=self.language),
            days=[get_day_names("abbreviated", locale=self.language)[day] for day in range(7)],
            day_title=lambda day: format_date(day, "full", locale=self.language),
            at=lambda event: f"{event.starts.astimezone(self.zone):%H:%M}",
            coming=[event for event in events if event.ends >= now],
            over=[event for event in events if event.ends < now],
            linked=linked,
            link=self._link(),
        )

    def _read(self) -> tuple[list[Event], bool]:
        with self.services.desk.reading() as session:
            linked = has_feed(session, self.who.user)
        return read_events(self.services, self.who.user, self.language), linked

    def _link(self) -> str:
        """Return the personal link if it has just been made: its token is kept nowhere else."""
        token = self.get_signed_cookie(_SHOWN_ONCE, max_age_days=_SHOWN_SECONDS / 86400)
        if not token:
            return ""
        return f"{origin(self)}{self.url('calendar', 'feed')}/{token.decode()}.ics"


class Link(Page):
    """``/calendar/link``: makes a personal link in place of the one before, or takes it back."""

    async def post(self) -> None:
        """Do it and go back to the calendar."""
        act = Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)
        if self.get_body_argument("do", "") == "close":
            await self.work(self._close, act)
            self.clear_cookie(_SHOWN_ONCE, path=self.services.prefix)
        else:
            token = new_token()
            await self.work(self._open, act, token)
            self.set_signed_cookie(
                _SHOWN_ONCE,
                token,
                expires_days=None,
                path=self.services.prefix,
                **self.settings["xsrf_cookie_kwargs"],
            )
        self.redirect(self.url("calendar") + "#link", status=303)

    def _open(self, act: Act, token: str) -> None:
        with self.services.desk.writing() as session:
            open_feed(session, act, token)

    def _close(self, act: Act) -> None:
        with self.services.desk.writing() as session:
            close_feed(session, act)


class Feed(RequestHandler):
    """``/calendar/feed/TOKEN.ics``: for calendar programs, which sign in nowhere. Whoever has the token may read."""

    def initialize(self) -> None:
        """Bind the rooms."""
        self.services: Services = self.settings["services"]

    async def get(self, token: str) -> None:
        """Answer with the calendar, or that it is the one known already."""
        made = await asyncio.to_thread(self._feed, token)
        if made is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "text/calendar; charset=utf-8")
        self.set_header("Content-Disposition", 'inline; filename="calendario.ics"')
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Etag", f'"{hashlib.sha256(made).hexdigest()[:32]}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        self.finish(made)

    async def head(self, token: str) -> None:
        """Answer as ``get`` does; Tornado leaves the body out."""
        await self.get(token)

    def _feed(self, token: str) -> bytes | None:
        """Return the calendar of whose token it is, None when it is nobody's, or somebody's who has left."""
        services = self.services
        with services.desk.reading() as session:
            user = feed_owner(session, token)
        cohort = services.cohort()
        if user is None or user not in {person.user for person in cohort.people}:
            return None
        language = services.course.language
        page = origin(self) + services.prefix
        return feed(read_events(services, user, language), name=cohort.title, zone=cohort.zone, url=page)

    def compute_etag(self) -> str | None:
        """Keep the ETag that ``get`` sets."""
        return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002 (Tornado's signature)
        """Say nothing: who asks is a program, or a guesser."""
        self.finish()


ROUTES = [
    ("calendar", CalendarPage),
    ("calendar/link", Link),
    (r"calendar/feed/([A-Za-z0-9_-]{20,64})\.ics", Feed),
]
