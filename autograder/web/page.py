"""What every page is: someone whom the hub vouches for, in their language and time zone, and a template."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, ParamSpec, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jupyterhub.services.auth import HubOAuthenticated, UserNotAllowed
from tornado.web import HTTPError, RequestHandler

from autograder.course.cohort import Cohort, Person, PersonRole
from autograder.messages import say_in
from autograder.web.errors import Refused, kind_of, problem
from autograder.web.headers import policy, set_headers
from autograder.web.language import COOKIE, choose
from autograder.web.navigation import Link, links
from autograder.web.rendering import local_time
from autograder.web.services import Services
from autograder.web.time_zone import COOKIE as ZONE_COOKIE
from autograder.web.time_zone import read_zone

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

_RANKS = (PersonRole.STUDENT, PersonRole.ASSISTANT, PersonRole.INSTRUCTOR)
_READING = ("GET", "HEAD", "OPTIONS")


class Page(HubOAuthenticated, RequestHandler):  # type: ignore[misc]  # JupyterHub has no types
    """A page for a person of the cohort. ``least`` is the lowest role that may see it.

    By the time ``get`` or ``post`` runs, the hub has said who asks, the person is in the cohort and may see the page,
    and what changes something carried the XSRF token. ``frames`` lets a page show our own frames.
    """

    least: ClassVar[PersonRole] = PersonRole.STUDENT
    here: ClassVar[str] = ""
    """The entry of the navigation that is this page (``autograder.web.navigation``)."""
    frames: ClassVar[bool] = False
    speaks_json: ClassVar[bool] = False
    person: Person | None = None

    def initialize(self) -> None:
        """Bind what every page may ask for, and a name for this request to find it in the log by."""
        self.services: Services = self.settings["services"]
        self.hub_auth = self.services.identity
        self.request_id = secrets.token_hex(6)

    def set_default_headers(self) -> None:
        """Set the headers that every answer has."""
        set_headers(self)
        if self.frames:
            self.set_header("Content-Security-Policy", policy(frame_src="'self'"))
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Find out who asks and whether they may; send a person who is not signed in to the hub."""
        model = await self.services.identity.get_user(self, sync=False)
        if model is None:
            self._not_signed_in()
            return
        try:
            self.check_hub_user(model)
        except UserNotAllowed:
            raise HTTPError(403) from None
        if self.request.method not in _READING:
            self.check_xsrf_cookie()
        self.current_user = model["name"]
        self.person = self._person(model["name"])
        if _RANKS.index(self.person.role) < _RANKS.index(self.least):
            raise HTTPError(403)

    def _not_signed_in(self) -> None:
        if self.speaks_json:
            raise HTTPError(401)
        if self.request.method not in _READING:
            raise Refused(403, self.say("web.error.xsrf"))
        self.redirect(self.get_login_url())

    def _person(self, user: str) -> Person:
        try:
            return self.cohort.person(user)
        except KeyError:
            raise Refused(403, self.say("web.error.stranger", user=user, cohort=self.cohort.title)) from None

    @property
    def who(self) -> Person:
        """The person who asks. Only before ``prepare`` has ended there is none."""
        if self.person is None:
            raise HTTPError(401)
        return self.person

    @cached_property
    def cohort(self) -> Cohort:
        """The live cohort, asked for once a request."""
        return self.services.cohort()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which times are shown: the reader's, where their browser has told it, else the cohort's."""
        return read_zone(self.get_cookie(ZONE_COOKIE)) or self.cohort.zone

    @property
    def language(self) -> str:
        """The language in which this answer speaks."""
        accepted = self.request.headers.get("Accept-Language", "")
        return choose(self.get_cookie(COOKIE), accepted, self.services.course.language)

    def say(self, id: str, /, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return say_in(self.language, id, **values)

    def url(self, *parts: object) -> str:
        """Return an address of ours: ``url("attempts", "lab1", 3)``."""
        return self.services.prefix + "/".join(quote(str(part), safe="") for part in parts)

    @property
    def streams(self) -> bool:
        """Whether an answer reaches the browser as it is written. A proxy may keep it until it is whole."""
        return bool(self.settings["streams"]) or "X-Forwarded-For" not in self.request.headers

    async def work(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run what takes more than some milliseconds in a thread, so that other pages stay quick."""
        return await asyncio.to_thread(function, *args, **kwargs)

    def render_page(self, template: str, **values: object) -> None:
        """Answer with a template of ``templates/``; ``values`` are its names, beside those that every page has."""
        shown: dict[str, Any] = {
            "cohort": self.cohort,
            "course": self.services.course,
            "here": self.here,
            "language": self.language,
            "navigation": self._navigation(),
            "path": self.request.uri,
            "person": self.person,
            "say": self.say,
            "static": self.static_url,
            "url": self.url,
            "when": lambda moment: local_time(moment, self.zone, self.language),
            "xsrf": self.xsrf_field,
            "zone": self.zone,
        }
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Language", self.language)
        self.set_header("Vary", "Cookie, Accept-Language")
        self.finish(self.settings["templates"].get_template(template).render(shown | values))

    def xsrf_field(self) -> str:
        """Return the token that a form must carry (a hidden field called ``_xsrf``)."""
        return self.xsrf_token.decode("ascii")

    def _navigation(self) -> tuple[Link, ...]:
        return () if self.person is None else links(self.person.role)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what happened and what to do next; of a failure of ours, the request's name in the log."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        kind = kind_of(status_code)
        title = self.say(f"web.error.{kind}.title")
        detail = (
            error.sentence if isinstance(error, Refused) else self.say(f"web.error.{kind}", request=self.request_id)
        )
        if status_code in (429, 503):
            self.set_header("Retry-After", "10")
        if self.speaks_json:
            self.set_header("Content-Type", "application/problem+json")
            self.finish(json.dumps(problem(status_code, title, detail, self.request_id)))
        else:
            self.render_page("error.html", title=title, detail=detail, status=status_code)

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Log what is ours to mend, with the request's name."""
        if not isinstance(value, HTTPError) or value.status_code >= 500:
            log.error("request failed", exc_info=(kind, value, trace), extra={"request": self.request_id})

    def on_finish(self) -> None:
        """Write one line for each request."""
        facts = {
            "request": self.request_id,
            "user": self.current_user if self.person else None,
            "status": self.get_status(),
            "milliseconds": round(self.request.request_time() * 1000, 1),
        }
        log.info("%s %s", self.request.method, self.request.path, extra=facts)


class NotFound(Page):
    """Every address that no page has."""

    async def prepare(self) -> None:
        """Refuse."""
        raise HTTPError(404)
