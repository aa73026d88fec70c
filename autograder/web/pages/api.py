"""The API: what nbgrader's commands and other programs ask. JSON in, JSON out; errors are ``application/problem+json``.

Who asks is the token's owner, whatever the request says; the time is the server's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

from tornado.web import HTTPError

from autograder.cohort.desk import Act
from autograder.cohort.releases import ReleaseKind, set_release
from autograder.course.cohort import PersonRole
from autograder.web.attempt import AttemptPage, feedback_page
from autograder.web.builds import Builds
from autograder.web.errors import Refused
from autograder.web.lab_list import Listed, edition_for, list_labs, one_attempt
from autograder.web.page import Page
from autograder.web.services import PublishFailed
from autograder.web.upload import Upload


def answer(page: Page, value: Any, status: int = 200) -> None:
    """Answer with JSON."""
    page.set_status(status)
    page.set_header("Content-Type", "application/json; charset=utf-8")
    page.finish(json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat()))


class Labs(Page):
    """``GET api/labs``: the labs, when they are due, and what the person who asks has handed in."""

    speaks_json = True

    async def get(self) -> None:
        """List."""
        listed: tuple[Listed, ...] = await self.work(list_labs, self.services, self.who, self.say)
        course, zone = self.services.course, self.cohort.zone.key
        answer(self, {"course": course.slug, "zone": zone, "labs": [asdict(one) for one in listed]})


class Archive(Page):
    """``GET api/labs/LAB/archive``: the zip of what students are given."""

    speaks_json = True

    async def get(self, lab: str) -> None:
        """Send it, to students only when it is released."""
        edition = await self.work(edition_for, self.services, self.who, lab)
        if edition is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/zip")
        self.finish(await self.work(self.services.editions.archive, edition))


class Attempts(Upload):
    """``POST api/labs/LAB/attempts``: hand in the notebook that is the body; the answer is its receipt."""

    speaks_json = True

    async def post(self, lab: str) -> None:
        """Receive it: 201, or 200 for bytes that were received before."""
        if await self.work(edition_for, self.services, self.who, lab) is None:
            raise HTTPError(404)
        receipt = await self.keep(lab)
        kind = "surplus" if receipt.surplus else "late" if receipt.late else "kept"
        says = self.say(f"web.receipt.{kind}", attempt=receipt.attempt, sha256=receipt.sha256[:12])
        page = self.url("attempts", lab, receipt.attempt)
        answer(self, asdict(receipt) | {"says": says, "page": page}, 200 if receipt.repeated else 201)


class Attempt(AttemptPage):
    """``GET api/labs/LAB/attempts/N``: where an attempt of one's own is."""

    speaks_json = True

    async def get(self, lab: str, number: str) -> None:
        """Say it."""
        _, seen = await self.see(None, lab, number)
        answer(self, asdict(await self.work(one_attempt, self.services, seen, self.say)))


class AttemptFeedback(AttemptPage):
    """``GET api/labs/LAB/attempts/N/feedback``: its page, to be kept beside the notebook."""

    speaks_json = True

    async def get(self, lab: str, number: str) -> None:
        """Send it."""
        owner, seen = await self.see(None, lab, number)
        try:
            page = await self.work(feedback_page, self.services, owner, seen, self.language)
        except KeyError:
            raise HTTPError(404) from None
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", "sandbox")
        self.finish(page)


class StaffPage(Page):
    """What only staff may ask."""

    least: ClassVar[PersonRole] = PersonRole.ASSISTANT
    speaks_json = True


class Submissions(StaffPage):
    """``GET api/labs/LAB/submissions``: every attempt received, oldest first."""

    async def get(self, lab: str) -> None:
        """List."""
        found = await self.work(self.services.gradebook.attempts, lab)
        kept = ("student", "number", "submission", "received_at")
        answer(self, {"submissions": [{name: getattr(one, name) for name in kept} for one in found]})


class Submission(StaffPage):
    """``GET api/submissions/USER/LAB/N``: the bytes of an attempt."""

    async def get(self, user: str, lab: str, number: str) -> None:
        """Send them."""
        attempts = await self.work(self.services.gradebook.attempts, lab, user)
        found = next((one for one in attempts if one.number == int(number)), None)
        if found is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/x-ipynb+json")
        self.finish(await self.work(self.services.gradebook.submission, found))


class ReleasePage(StaffPage):
    """What only an instructor may do, to a lab of the course."""

    least: ClassVar[PersonRole] = PersonRole.INSTRUCTOR

    def act(self, lab: str) -> Act:
        """Return who does it and when. Raises 404 for a lab that the cohort does not take."""
        if lab not in {dates.lab for dates in self.cohort.labs}:
            raise HTTPError(404)
        return Act(actor=self.who.user, at=self.services.clock(), cohort=self.cohort.slug)

    def open(self, act: Act, lab: str, kind: ReleaseKind, *, released: bool = True) -> None:
        """Write down that it is released, or held back."""
        with self.services.desk.writing() as session:
            set_release(session, act, self.cohort, lab=lab, kind=kind, released=released)


class Release(ReleasePage):
    """``api/labs/LAB/release``: POST builds the lab, publishes it as its newest edition, and opens it to students.

    202 while it is being built: GET then says how it goes.
    """

    async def post(self, lab: str) -> None:
        """Start it; 200 when it was done within some seconds."""
        act = self.act(lab)
        await self._answer(lab, lambda: self._release(act, lab))

    async def get(self, lab: str) -> None:
        """Say how it goes."""
        self.act(lab)
        if lab in self._builds.running:
            await self._answer(lab, lambda: None)
        elif why := self._builds.failure(lab):
            raise Refused(409, why)
        else:
            answer(self, self._edition(lab))

    async def _answer(self, lab: str, work: Callable[[], None]) -> None:
        try:
            done = await self._builds.build(lab, work)
        except PublishFailed as failed:
            raise Refused(409, str(failed)) from failed
        answer(self, self._edition(lab) if done else {"lab": lab, "state": "building"}, 200 if done else 202)

    def _release(self, act: Act, lab: str) -> None:
        self.services.publish(lab, act.actor)
        self.open(act, lab, ReleaseKind.LAB)

    def _edition(self, lab: str) -> dict[str, Any]:
        edition = self.services.editions.current(lab)
        if edition is None:
            raise HTTPError(404)
        return asdict(edition)

    @property
    def _builds(self) -> Builds:
        found: Builds = self.settings["builds"]
        return found


class Hold(ReleasePage):
    """``POST api/labs/LAB/hold``: close a lab to those who have not fetched it."""

    async def post(self, lab: str) -> None:
        """Do it."""
        await self.work(self.open, self.act(lab), lab, ReleaseKind.LAB, released=False)
        answer(self, {"lab": lab, "released": False})


class ReleaseFeedback(ReleasePage):
    """``POST api/labs/LAB/feedback/release``: take over what was graded by hand in formgrader, and let students see."""

    async def post(self, lab: str) -> None:
        """Do it."""
        act = self.act(lab)
        taken = await self.work(self.services.take_manual, lab, act)
        await self.work(self.open, act, lab, ReleaseKind.FEEDBACK)
        answer(self, {"lab": lab, "taken": taken})


_LAB = r"api/labs/([^/]+)"
_NUMBER = r"([1-9]\d{0,5})"
ROUTES = [
    ("api/labs", Labs),
    (f"{_LAB}/archive", Archive),
    (f"{_LAB}/attempts", Attempts),
    (f"{_LAB}/attempts/{_NUMBER}", Attempt),
    (f"{_LAB}/attempts/{_NUMBER}/feedback", AttemptFeedback),
    (f"{_LAB}/submissions", Submissions),
    (f"api/submissions/([^/]+)/([^/]+)/{_NUMBER}", Submission),
    (f"{_LAB}/release", Release),
    (f"{_LAB}/hold", Hold),
    (f"{_LAB}/feedback/release", ReleaseFeedback),
]
