"""What every page may ask for, put together once by the composition root and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.cohort.desk import Desk
from autograder.course.bundle import Bundle
from autograder.course.cohort import Cohort
from autograder.course.model import Course
from autograder.exchange.queue import Queue
from autograder.gradebook import Gradebook
from autograder.insights.sight import Watch
from autograder.web.identity import Identity


def utc_now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The rooms behind the pages.

    ``cohort`` returns the live cohort each time it is asked, so that an edited file is seen without a restart;
    ``bundle`` returns a lab's published bundle and raises ``KeyError`` when there is none. ``desk`` is where staff's
    decisions are, ``watch`` sees the cohort as it stands. ``secret`` signs cookies.
    """

    course: Course
    home: Path
    cohort: Callable[[], Cohort]
    bundle: Callable[[str], Bundle]
    gradebook: Gradebook
    queue: Queue
    desk: Desk
    watch: Watch
    identity: Identity
    secret: bytes
    prefix: str = "/services/autograder/"
    clock: Callable[[], datetime] = utc_now
