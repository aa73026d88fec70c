"""The page *Publicar*: each lab's edition, whether students can fetch it, and whether they see what it earned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from autograder.cohort.desk import Act, note
from autograder.cohort.releases import ReleaseKind, Releases, read_releases, set_release
from autograder.course.cohort import LabDates
from autograder.exchange.editions import Edition
from autograder.web.acting import ActionPage
from autograder.web.builds import Builds
from autograder.web.errors import Refused
from autograder.web.labels import labels_of
from autograder.web.services import PublishFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRelease:
    """One lab. ``said`` are staff's own words, None where the dates decide."""

    dates: LabDates
    edition: Edition | None
    lab_open: bool
    lab_said: bool | None
    feedback_open: bool


class ReleasesPage(ActionPage):
    """``/releases``."""

    here = "releases"

    async def get(self) -> None:
        """Show it."""
        labs = await self.work(self._read)
        self.render_page(
            "releases.html",
            done=self.was_done(),
            labs=labs,
            builds=self.settings["builds"],
            now=self.services.clock(),
            names={person.user: person.name for person in self.cohort.people},
            labels=labels_of(self.services, [dates.lab for dates in self.cohort.labs]),
        )

    def _read(self) -> list[LabRelease]:
        editions, now = self.services.editions.all_current(), self.services.clock()
        with self.services.desk.reading() as session:
            releases = read_releases(session, self.cohort.slug)
        return [self._release(dates, editions.get(dates.lab), releases, now) for dates in self.cohort.labs]

    def _release(self, dates: LabDates, edition: Edition | None, releases: Releases, now: datetime) -> LabRelease:
        return LabRelease(
            dates=dates,
            edition=edition,
            lab_open=releases.lab_released(self.cohort, dates.lab, now),
            lab_said=releases.said.get((dates.lab, ReleaseKind.LAB)),
            feedback_open=releases.feedback_released(dates.lab),
        )


class Publish(ActionPage):
    """``/releases/LAB/publish``: the lab is built, and what was built becomes its edition."""

    async def post(self, lab: str) -> None:
        """Start it; the page says when it takes longer than some seconds."""
        lab, act = self.lab(lab), self.act()
        builds: Builds = self.settings["builds"]
        try:
            done = await builds.build(lab, lambda: self._publish(act, lab))
        except PublishFailed as error:
            raise Refused(409, str(error)) from error
        self.redirect(self.url("releases") + ("?done=published" if done else ""), status=303)

    def _publish(self, act: Act, lab: str) -> None:
        edition = self.services.publish(lab, act.actor)
        with self.services.desk.writing() as session:
            note(session, act, "release.publish", lab=lab, edition=edition.archive[:12])


class Switch(ActionPage):
    """``/releases/LAB/lab`` and ``/releases/LAB/feedback``: open it, or hold it back."""

    async def post(self, lab: str, kind: str) -> None:
        """Do it."""
        lab, released, act = self.lab(lab), self.text("do") == "open", self.act()
        await self.done(
            "released" if released else "held", lambda: self._set(act, lab, ReleaseKind(kind), released), "releases"
        )

    def _set(self, act: Act, lab: str, kind: ReleaseKind, released: bool) -> None:
        """Do it; what was graded by hand in formgrader is taken over before students see it."""
        if kind is ReleaseKind.FEEDBACK and released:
            self.services.take_manual(lab, act)
        with self.services.desk.writing() as session:
            set_release(session, act, self.cohort, lab=lab, kind=kind, released=released)


ROUTES = [
    ("releases", ReleasesPage),
    (r"releases/([^/]+)/publish", Publish),
    (r"releases/([^/]+)/(lab|feedback)", Switch),
]
