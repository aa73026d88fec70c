"""A job as it is seen: one attempt's place in the queue of grading. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    INTERNAL = "internal"  # given up: our failure, told to staff
    HELD = "held"  # a surplus attempt: kept, not graded unless staff says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One attempt's place in the queue. ``position`` counts from 1 while it is queued, and is 0 afterwards."""

    id: int
    attempt: int
    student: str
    lab: str
    number: int
    submission: str  # sha256 of the bytes
    received_at: datetime
    state: JobState
    tries: int
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    regrade: bool
    run: int | None  # the run that this job made, once it is recorded
    trouble: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """An attempt that was received and never queued."""

    attempt: int
    student: str
    lab: str
    number: int


class LeaseLost(RuntimeError):
    """The job is somebody else's by now: whatever was made of it must not be written."""
