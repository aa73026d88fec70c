"""What grading says of an attempt: verdicts, flags, exhibits and a score. Plain values; no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Verdict(StrEnum):
    """How one question ended."""

    PASSED = "passed"
    PARTIAL = "partial"  # some of the points, by the test's own thresholds
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"
    SKIPPED = "skipped"  # a question it requires did not pass, or the notebook ended before it
    ERROR = "error"  # the student's own code raised
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    MANUAL = "manual"  # waits for a person
    INTERNAL = "internal"  # our failure: never a score, retried, told to staff


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """The verdict on one question. ``score`` is None while a person, or we, still owe it."""

    id: str
    points: float
    score: float | None
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something about the submission that staff should see; it changes no score by itself."""

    id: str  # e.g. "locked cell edited"
    cell: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """Data that a test asks to be drawn on the feedback page (curves, a confusion matrix, pictures)."""

    question: str
    kind: str  # "curves", "confusion", "pictures"
    data: dict[str, Json]
    images: tuple[bytes, ...] = ()  # .npy bytes: uint8, (height, width) or (height, width, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOutput:
    """What a cell showed when it ran. ``png`` pictures come from the student's process: data, never markup."""

    cell: str
    text: str = ""
    error: str = ""  # "ValueError: …", without a traceback
    png: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedAttempt:
    """One run of one attempt, graded."""

    lab: str
    bundle: str  # digest of the bundle
    submission: str  # sha256 of the submitted notebook's bytes
    questions: tuple[QuestionResult, ...]
    flags: tuple[Flag, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    outputs: tuple[CellOutput, ...] = ()
    transcript: str | None = None  # digest of what crossed the boundary, for a replay
    layers: tuple[str, ...] = ()  # the jail's layers that were on
    peak_memory_bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Sum of the points given so far."""
        return sum(question.score or 0.0 for question in self.questions)

    @property
    def max_score(self) -> float:
        """Sum of all points, those graded by hand included."""
        return sum(question.points for question in self.questions)

    @property
    def internal(self) -> bool:
        """Whether any question ended by our own failure."""
        return any(question.verdict is Verdict.INTERNAL for question in self.questions)
