"""``autograder worker``: leases one attempt after another from the queue and grades it. The service starts these.

A worker ends when whoever started it does: its standard input closes then.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from autograder.cli.jails import PICTURES, grader
from autograder.cli.logs import to_json
from autograder.cli.place import find_place
from autograder.cli.rooms import Rooms, open_rooms, utc_now
from autograder.cohort.manual import points_of, with_points
from autograder.course.result import GradedAttempt
from autograder.exchange.queue import LEASE, TRIES, Job, LeaseLost
from autograder.gradebook import Attempt
from autograder.grading.attempt import internal
from autograder.grading.pool import Task, preload
from autograder.grading.submission import Submission

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.25


@click.command("worker", hidden=True)
@click.option("--zygote", "address", required=True, help="Dirección del zygote.")
@click.option("--name", required=True, help="Cómo se llama este proceso en la cola.")
def command(address: str, name: str) -> None:
    """Califica lo que espera en la cola. Lo inicia el servicio."""
    to_json()
    die_with_parent()
    place = find_place(Path.cwd())
    preload("autograder.cli.jails", *PICTURES)
    grading = grader(place.home, address, place.course.language)
    with open_rooms(place) as rooms:
        log.info("worker ready", extra={"worker": name})
        Worker(rooms=rooms, grade=grading.grade, name=name).run()


def die_with_parent() -> None:
    """End this process, and all it started, when its standard input closes."""

    def wait() -> None:
        while sys.stdin.buffer.read(1):
            pass
        if os.getpgid(0) == os.getpid():  # the leader of its group: nothing but ours is in it
            os.killpg(0, signal.SIGKILL)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Grades one job at a time. ``grade`` is ``Grader.grade``."""

    rooms: Rooms
    grade: Callable[[Task], GradedAttempt]
    name: str

    def run(self) -> None:
        """Work for ever."""
        while True:
            if not self.step():
                time.sleep(IDLE_SECONDS)

    def step(self) -> bool:
        """Do one job; return whether there was one."""
        job = self.rooms.queue.lease(self.name, utc_now())
        if job is None:
            return False
        facts = {"worker": self.name, "job": job.id, "attempt": job.attempt, "lab": job.lab, "student": job.student}
        log.info("leased, try %d", job.tries, extra=facts)
        try:
            with Beating(self.rooms, job, self.name):
                run = self._do(job)
            log.info("ended", extra={**facts, "run": run})
        except LeaseLost as lost:
            log.warning("%s", lost, extra=facts)
        except Exception as error:  # whatever it is, the job goes back with the reason
            log.exception("failed", extra=facts)
            self._put_back(job, repr(error))
        return True

    def _put_back(self, job: Job, trouble: str) -> None:
        try:
            if job.tries > TRIES:
                self.rooms.queue.finish(job, self.name, utc_now(), internal=trouble)
            else:
                self.rooms.queue.retry(job, self.name, utc_now(), trouble)
        except LeaseLost as lost:
            log.warning("%s", lost)

    def _do(self, job: Job) -> int | None:
        """Grade a job, record its run and finish it; return the run, None for one that will be tried again."""
        if job.run is not None:  # recorded by a worker that died before it could say so
            self.rooms.queue.finish(job, self.name, utc_now())
            return job.run
        attempt = attempt_of(job)
        task = self._task(job, attempt)
        poisonous = job.tries > TRIES
        graded = internal(task.bundle, task.submission) if poisonous else self.grade(task)
        if graded.internal and job.tries < TRIES:
            self.rooms.queue.retry(job, self.name, utc_now(), "the grade was internal")
            return None
        self.rooms.queue.beat(job, self.name, utc_now())  # whoever lost the lease records nothing
        with self.rooms.desk.reading() as session:  # what a person gave outlives a regrade
            graded = with_points(graded, points_of(session, attempt.id))
        with self.rooms.desk.reading() as session:  # what a person gave to an earlier run stays given
            graded = with_points(graded, points_of(session, attempt.id))
        run = self.rooms.gradebook.record(attempt, graded, utc_now())
        trouble = (job.trouble or "the grade was internal") if graded.internal else None
        self.rooms.queue.finish(job, self.name, utc_now(), internal=trouble)
        return run.id

    def _task(self, job: Job, attempt: Attempt) -> Task:
        content = self.rooms.gradebook.submission(attempt)
        submission = Submission(path=Path(f"{job.lab}.ipynb"), student=job.student, content=content)
        transcript = self._transcript(job) if job.regrade else None
        return Task(bundle=self.rooms.bundle(job.lab), submission=submission, transcript=transcript)

    def _transcript(self, job: Job) -> str | None:
        """Return what crossed the boundary in an attempt's last run, so that nobody's notebook runs again."""
        for row in self.rooms.gradebook.grades(job.lab, job.student):
            if row.attempt == job.number:
                return self.rooms.gradebook.graded(row.run).transcript
        return None


class Beating:
    """Beats for a job while it is worked on."""

    def __init__(self, rooms: Rooms, job: Job, name: str) -> None:
        self._queue, self._job, self._name = rooms.queue, job, name
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(LEASE.total_seconds() / 3):
            try:
                self._queue.beat(self._job, self._name, utc_now())
            except LeaseLost:
                return


def attempt_of(job: Job) -> Attempt:
    """Return the attempt that a job grades, as the gradebook knows it."""
    return Attempt(
        id=job.attempt,
        student=job.student,
        lab=job.lab,
        number=job.number,
        submission=job.submission,
        received_at=job.received_at,
    )
