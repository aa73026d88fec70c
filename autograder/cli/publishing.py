"""A lab is published: built in a process of its own, then kept as its newest edition. And what formgrader is asked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field

from autograder.authoring.build import read_bundle
from autograder.authoring.errors import AuthoringError
from autograder.cli.rooms import Rooms, utc_now
from autograder.cohort.desk import Act
from autograder.cohort.manual import give_points, points_of
from autograder.course.result import Verdict
from autograder.exchange.editions import Edition
from autograder.exchange.queue import JobState
from autograder.gradebook import GradeRow, NbgraderDoor, latest
from autograder.messages import say
from autograder.web.by_hand import settle
from autograder.web.services import PublishFailed

BUILD_SECONDS = 900.0
OURSELVES = "autograder"


@dataclass(frozen=True, kw_only=True)
class Press:
    """Publishes labs, one at a time."""

    rooms: Rooms
    _one: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, lab: str, by: str) -> Edition:
        """Build a lab and publish it. Raises ``PublishFailed`` with what the author should know."""
        with self._one:
            self._build(lab)
            course, home = self.rooms.place.course, self.rooms.place.home
            try:
                bundle = read_bundle(home, course.lab(lab))
            except (AuthoringError, KeyError) as error:
                raise PublishFailed(str(error)) from error
            return self.rooms.editions.publish(bundle, course.release(course.lab(lab)).parent, by=by, at=utc_now())

    def first_editions(self) -> tuple[str, ...]:
        """Publish what is built and was never published, as it lies there; return which labs. Dates open them."""
        place, published = self.rooms.place, []
        for lab in place.course.labs:
            if self.rooms.editions.current(lab.id) is None and place.course.release(lab).is_file():
                try:
                    bundle = read_bundle(place.home, lab)
                except AuthoringError:
                    continue
                folder = place.course.release(lab).parent
                self.rooms.editions.publish(bundle, folder, by=OURSELVES, at=utc_now())
                published.append(lab.id)
        return tuple(published)

    def _build(self, lab: str) -> None:
        place = self.rooms.place
        command = [sys.executable, "-m", "autograder.cli.main", "build", lab, "--json"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB_")}
        environment["AUTOGRADER_HOME"] = str(place.home)
        try:
            done = subprocess.run(
                command,
                cwd=place.course.root,
                env=environment,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PublishFailed(say("web.release.slow", lab=lab, minutes=int(BUILD_SECONDS // 60))) from error
        if done.returncode != 0:
            raise PublishFailed(done.stderr.strip()[-2000:] or say("web.release.failed", lab=lab))


@dataclass(frozen=True, kw_only=True)
class Formgrader:
    """What people graded by hand in formgrader, taken over into our tables."""

    rooms: Rooms

    def take(self, lab: str, act: Act) -> int:
        """Take over the points of each student's newest attempt that differ from ours; return how many."""
        given = NbgraderDoor.open(self.rooms.place.course.root).all_manual_scores(lab)
        return sum(self._take(row, given[row.student], act) for row in self._newest(lab) if given.get(row.student))

    def _newest(self, lab: str) -> list[GradeRow]:
        return latest(self.rooms.gradebook.grades(lab))

    def _take(self, row: GradeRow, scores: dict[str, float], act: Act) -> int:
        attempts = self.rooms.gradebook.attempts(row.lab, row.student)
        attempt = next(one for one in attempts if one.number == row.attempt)
        job = self.rooms.queue.find(attempt.id)
        if job is not None and job.state in (JobState.QUEUED, JobState.RUNNING):
            return 0  # its grade is about to be another
        questions = {question.id: question for question in self.rooms.gradebook.graded(row.run).questions}
        taken = 0
        with self.rooms.desk.writing() as session:
            known = {points.question: points.score for points in points_of(session, attempt.id)}
            for id, score in scores.items():
                question = questions.get(id)
                if question is None or question.verdict is not Verdict.MANUAL:
                    continue
                given = min(max(score, 0.0), question.points)
                if known.get(id) != given:
                    give_points(
                        session, act, attempt=attempt.id, user=row.student, lab=row.lab, question=question, score=given
                    )
                    taken += 1
        if taken:
            settle(self.rooms.gradebook, self.rooms.desk, attempt, row.run, act.at)
        return taken
