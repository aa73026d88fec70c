"""The bundle: all that grading a lab needs, as plain values with a content hash. No I/O."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a cell of the instructor's notebook is for."""

    LOCKED = "locked"  # the instructor's source runs, whatever the submission holds
    ANSWER = "answer"  # the student's source runs
    TEST = "test"  # never runs in a jail: the grader runs it against mirrors
    MANUAL = "manual"  # an answer that a person grades (code or text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell with a ``grade_id`` of the instructor's notebook, in its order.

    ``source`` is what the release shows, except for a test, where it is the whole test with its hidden part and
    ``visible`` is what the release shows of it.
    """

    id: str
    role: Role
    type: str  # "code" or "markdown"
    source: str
    visible: str = ""

    @property
    def released(self) -> str:
        """Return the source that a student was given."""
        return self.visible if self.role is Role.TEST else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One graded cell: a test cell, or a cell that a person grades (``manual``)."""

    id: str
    title: str
    points: float
    manual: bool = False
    answers: tuple[str, ...] = ()  # ids of the answer cells it looks at
    requires: tuple[str, ...] = ()  # ids of questions that must pass first
    names: tuple[str, ...] = ()  # the student's names its test reads
    imports: tuple[str, ...] = ()  # import statements its test relies on
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use. Sizes in bytes, times in seconds."""

    memory_bytes: int = 3 << 30
    disk_bytes: int = 256 << 20
    output_bytes: int = 1 << 20  # text that the cells print, all together
    crossing_bytes: int = 256 << 20  # one message across the trust boundary
    processes: int = 128  # threads included
    cpus: int = 1
    cell_seconds: float = 60.0
    run_seconds: float = 240.0
    test_seconds: float = 60.0  # one test cell in the grader, calls into the jail included


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What grading a lab needs. ``public`` and ``hidden`` map a name to the sha256 of a file in the object store.

    ``public`` files are seen by the notebook (mounted read-only at the path which is the key, relative to the
    notebook); ``hidden`` ones are only ever opened in the grader.
    """

    lab: str
    title: str
    language: str
    cells: tuple[Cell, ...]
    questions: tuple[Question, ...]
    limits: Limits
    public: dict[str, str]
    hidden: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)  # the lab's own numbers for its tests, e.g. thresholds

    @property
    def max_score(self) -> float:
        """Sum of all points, those graded by hand included."""
        return sum(question.points for question in self.questions)

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, no spaces, so that equal bundles are equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def digest(self) -> str:
        """Return the sha256 (hex) of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def bundle_from_json(text: str) -> Bundle:
    """Return the bundle that ``to_json`` wrote. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for other text."""
    raw: dict[str, Any] = json.loads(text)
    raw["cells"] = tuple(Cell(**{**cell, "role": Role(cell["role"])}) for cell in raw["cells"])
    raw["questions"] = tuple(_question(question) for question in raw["questions"])
    raw["limits"] = Limits(**raw["limits"])
    return Bundle(**raw)


def _question(raw: dict[str, Any]) -> Question:
    tuples = ("answers", "requires", "names", "imports")
    fields: dict[str, Any] = {key: tuple(value) if key in tuples else value for key, value in raw.items()}
    return Question(**fields)
