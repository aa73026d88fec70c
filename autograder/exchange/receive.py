"""A submission is received: kept on disk first, then queued, then said to be so. Late and surplus ones are kept too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from autograder.exchange.queue import Job, JobState, Queue

NOTEBOOK_BYTES = 25 << 20
"""What grading reads of a notebook; a larger one is refused on the way in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a person may still hand in at a lab. ``last`` is the highest attempt number that is graded, None for no
    limit; ``late_after`` is when lateness begins, grace time included."""

    due: datetime
    late_after: datetime
    last: int | None


class Received(Protocol):
    """An attempt as the gradebook keeps it."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def submission(self) -> str: ...
    @property
    def received_at(self) -> datetime: ...


class Book(Protocol):
    """Where attempts are kept: on disk before it answers, and the same bytes are the same attempt."""

    def receive(self, student: str, lab: str, submission: bytes, received_at: datetime) -> Received: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What whoever handed something in holds in their hand. ``received_at`` is the server's time."""

    student: str
    lab: str
    attempt: int
    sha256: str
    received_at: datetime
    due: datetime
    repeated: bool  # these bytes were received before, and this is that attempt
    late: bool
    surplus: bool  # kept, and graded only when staff says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Takes submissions. ``allowance`` answers for a student and lab; it raises ``KeyError`` for an unknown lab."""

    book: Book
    queue: Queue
    allowance: Callable[[str, str], Allowance]

    def receive(self, student: str, lab: str, content: bytes, now: datetime) -> Receipt:
        """Keep a submission and queue it. When this returns it is on disk. Raises ``KeyError``."""
        allowed = self.allowance(student, lab)
        attempt = self.book.receive(student, lab, content, now)
        surplus = allowed.last is not None and attempt.number > allowed.last
        job = self.queue.put_once(attempt.id, now, held=surplus)
        return Receipt(
            student=student,
            lab=lab,
            attempt=attempt.number,
            sha256=attempt.submission,
            received_at=attempt.received_at,
            due=allowed.due,
            repeated=attempt.received_at != now,
            late=attempt.received_at > allowed.late_after,
            surplus=job.state is JobState.HELD,
        )

    def adopt(self, now: datetime) -> int:
        """Queue what was received a moment before everything stopped. Return how many."""
        orphans = self.queue.orphans()
        for one in orphans:
            self.queue.put_once(one.attempt, now, held=not self._entitled(one.student, one.lab, one.number))
        return len(orphans)

    def release_held(self, held: Job, now: datetime) -> bool:
        """Queue a held attempt if it may be graded by now: its student was given more attempts."""
        entitled = self._entitled(held.student, held.lab, held.number)
        if entitled:
            self.queue.put(held.attempt, now)
        return entitled

    def _entitled(self, student: str, lab: str, number: int) -> bool:
        """Return whether an attempt is within the limit; none is of a lab that the cohort does not take."""
        try:
            last = self.allowance(student, lab).last
        except KeyError:
            return False
        return last is None or number <= last
