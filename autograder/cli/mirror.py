"""``autograder mirror``: tells nbgrader's gradebook of each finished attempt. The service starts it.

A process of its own: nbgrader takes seconds to import, and nobody at a page or in the queue waits for it.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from pathlib import Path

import click

from autograder.cli.logs import to_json
from autograder.cli.place import find_place
from autograder.cli.rooms import Rooms, open_rooms
from autograder.cli.worker import attempt_of, die_with_parent
from autograder.exchange.queue import Job
from autograder.gradebook import NameRefused, NbgraderDoor
from autograder.grading.executed import executed_notebook

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
TRIES = 3


@click.command("mirror", hidden=True)
def command() -> None:
    """Anota en nbgrader lo que se calificó. Lo inicia el servicio."""
    to_json()
    die_with_parent()
    os.umask(0o007)  # what it writes is for the group that teaches
    place = find_place(Path.cwd())
    with open_rooms(place) as rooms:
        mirror = Mirror(rooms, NbgraderDoor.open(place.course.root))
        while True:
            if not mirror.step():
                time.sleep(IDLE_SECONDS)


class Mirror:
    """Writes one finished job after another through nbgrader's door."""

    def __init__(self, rooms: Rooms, door: NbgraderDoor) -> None:
        self._rooms, self._door = rooms, door
        self._failed: Counter[int] = Counter()

    def step(self) -> bool:
        """Write one; return whether there was one. What fails three times is left, and said."""
        job = self._rooms.queue.to_mirror()
        if job is None:
            return False
        facts = {"job": job.id, "attempt": job.attempt, "lab": job.lab, "student": job.student}
        try:
            self._write(job)
        except NameRefused as refused:
            log.warning("%s", refused, extra=facts)
        except Exception:
            self._failed[job.id] += 1
            log.exception("nbgrader's gradebook did not take it", extra=facts)
            if self._failed[job.id] < TRIES:
                time.sleep(IDLE_SECONDS)
                return True
        self._rooms.queue.mirrored(job)
        return True

    def _write(self, job: Job) -> None:
        """Write the attempt's standing grade, if it is the student's newest: nbgrader knows one submission of each."""
        grades = self._rooms.gradebook.grades(job.lab, job.student)
        newest = max((row.attempt for row in grades), default=0)
        row = next((row for row in grades if row.attempt == job.number), None)
        if row is None or row.internal or job.number < newest:
            return
        graded = self._rooms.gradebook.graded(row.run)
        bundle, content = self._rooms.bundle(job.lab), self._rooms.gradebook.submission(attempt_of(job))
        notebook = executed_notebook(bundle, content, graded)
        self._door.write(
            bundle,
            graded,
            student=job.student,
            received_at=job.received_at,
            notebook=notebook,
            submission=content,
        )
