"""What every page may ask for, put together once by the composition root and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.cohort.desk import Act, Desk
from autograder.course.bundle import Bundle
from autograder.course.cohort import Cohort, Person
from autograder.course.model import Course
from autograder.exchange.editions import Edition, Editions
from autograder.exchange.queue import Queue
from autograder.exchange.receive import Reception
from autograder.gradebook import Gradebook
from autograder.insights.sight import Watch
from autograder.web.identity import Identity


def utc_now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


class PublishFailed(RuntimeError):
    """A lab could not be built; the message says why, to its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The rooms behind the pages.

    ``publish`` builds a lab and publishes it for a user. ``take_manual`` takes over what was graded by hand in
    formgrader and returns how many questions. ``health`` says which parts of the service are well.
    ``cohort`` returns the live cohort each time it is asked, so that an edited file is seen without a restart;
    ``bundle`` returns a lab's published bundle and raises ``KeyError`` when there is none. ``desk`` is where staff's
    decisions are, ``watch`` sees the cohort as it stands. ``secret`` signs cookies.
    ``mail`` sends a subject and a body to people and returns the users to whom it went; None without a mail server.
    """

    course: Course
    home: Path
    cohort: Callable[[], Cohort]
    bundle: Callable[[str], Bundle]
    gradebook: Gradebook
    queue: Queue
    desk: Desk
    watch: Watch
    reception: Reception
    editions: Editions
    publish: Callable[[str, str], Edition]
    take_manual: Callable[[str, Act], int]
    health: Callable[[], Mapping[str, bool]]
    identity: Identity
    secret: bytes
    mail: Callable[[Sequence[Person], str, str], list[str]] | None = None
    prefix: str = "/services/autograder/"
    clock: Callable[[], datetime] = utc_now
