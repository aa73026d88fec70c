"""The rooms of a running course: one database, one store, the live cohort, and what each asks of another."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from autograder.cli.place import Place
from autograder.cohort.desk import Desk
from autograder.cohort.find import cohort_file
from autograder.cohort.live import LiveCohort
from autograder.course.bundle import Bundle
from autograder.exchange.editions import Editions
from autograder.exchange.queue import Queue
from autograder.exchange.receive import Reception
from autograder.gradebook import Gradebook, ObjectStore
from autograder.state.database import open_database, sqlite_url
from autograder.web.allowance import Allowances

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What a service, a worker and a command are made of. Make it with ``open_rooms``."""

    place: Place
    gradebook: Gradebook
    queue: Queue
    editions: Editions
    desk: Desk

    @cached_property
    def cohort(self) -> LiveCohort:
        """The live cohort. Raises ``CohortError`` when there is none."""
        file = cohort_file(self.place.course.root, self.place.home)
        return LiveCohort(file, self.desk, lambda error: log.error("the cohort's file: %s", error))

    @property
    def reception(self) -> Reception:
        """Where submissions are received."""
        allowances = Allowances(cohort=self.cohort, desk=self.desk, gradebook=self.gradebook)
        return Reception(book=self.gradebook, queue=self.queue, allowance=allowances)

    def bundle(self, lab: str) -> Bundle:
        """Return what a lab's attempts are graded with. Raises ``KeyError`` for one that was never published."""
        return self.editions.bundle(lab)


@contextmanager
def open_rooms(place: Place) -> Iterator[Rooms]:
    """Open a course's database and store, and close them again."""
    engine = open_database(os.environ.get("AUTOGRADER_DATABASE") or sqlite_url(place.home / "autograder.db"))
    objects = ObjectStore(place.home / "objects")
    try:
        yield Rooms(
            place=place,
            gradebook=Gradebook(engine, objects),
            queue=Queue(engine),
            editions=Editions(engine, objects),
            desk=Desk(engine),
        )
    finally:
        engine.dispose()
