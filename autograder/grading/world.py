"""What a test can ask about a run: a live jail answers, or the record of an earlier run does."""

from __future__ import annotations

from typing import Protocol

from autograder.course.result import Verdict
from autograder.mirrors.record import Far, Record


class StudentCodeStopped(Exception):
    """The student's code did not come back: it raised, ran out of time or memory, or ended its process."""

    def __init__(self, verdict: Verdict, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = verdict
        self.sentence = sentence


class FarSideLost(Exception):
    """The other side is gone and the student's code is not to blame: an internal failure."""


class NotRecorded(Exception):
    """A replay was asked for something that the recorded run was never asked."""


class World(Far, Protocol):
    """A run as the examiner sees it."""

    def captured(self, test: str) -> dict[str, Record] | None:
        """Return the student's values at a test's place in the notebook, or None when the run ended before it."""


class Objects(Protocol):
    """Somewhere to keep bytes by their content."""

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its sha256 in hex."""

    def get(self, digest: str) -> bytes:
        """Return what ``put`` kept. Raises ``KeyError`` when there is none."""
