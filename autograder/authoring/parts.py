"""What building and proving a lab ask of other rooms. The command line wires them to the ones that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from autograder.course.bundle import Bundle
from autograder.course.model import Lab
from autograder.course.result import CellOutput, GradedAttempt


class PreparedFiles(Protocol):
    """A lab's data and base, ready on disk.

    ``public`` maps a path relative to the notebook to a file, in the release's folder or elsewhere; ``hidden`` maps a
    name, as ``checks.hidden_data`` knows it with its suffix, to a file outside the release's folder.
    """

    @property
    def public(self) -> Mapping[str, Path]: ...

    @property
    def hidden(self) -> Mapping[str, Path]: ...


class Materials(Protocol):
    """Where a lab's data and base come from."""

    def prepare(self, lab: Lab, release_folder: Path) -> PreparedFiles:
        """Put what students see into ``release_folder`` and say where everything is. Again, it changes nothing."""


class Store(Protocol):
    """Somewhere to keep bytes by their content."""

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its sha256 in hex."""


class Runner(Protocol):
    """Runs a notebook's cells as grading would."""

    def run(self, bundle: Bundle, content: bytes) -> Sequence[CellOutput]:
        """Return what each cell of a notebook showed, in order; cells after one that ended the run are missing."""


class Grader(Protocol):
    """Grades a submission's bytes."""

    def grade(self, bundle: Bundle, content: bytes) -> GradedAttempt:
        """Run and examine a submission. Never raises for what is in it: that is a verdict."""

    def grade_again(self, bundle: Bundle, content: bytes, attempt: GradedAttempt) -> GradedAttempt:
        """Examine the run of ``attempt``, of the same bytes, with the tests of another bundle."""
