"""What building and proving a lab ask of other rooms, answered by grading and materials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from autograder.authoring.build import Workshop
from autograder.cli.jails import objects_in
from autograder.course.bundle import Bundle
from autograder.course.model import Lab
from autograder.course.result import CellOutput, GradedAttempt
from autograder.grading.attempt import run_only
from autograder.grading.pool import Grader, Task
from autograder.grading.submission import Submission
from autograder.materials.prepare import Prepared, prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRunner:
    """Runs an instructor's solution in the jail in which students' notebooks run. Authoring's ``Runner``."""

    grader: Grader

    def run(self, bundle: Bundle, content: bytes) -> tuple[CellOutput, ...]:
        """Return what each cell showed. The limits are doubled: the author's machine may be the slower one."""
        limits = bundle.limits
        wider = replace(limits, cell_seconds=2 * limits.cell_seconds, run_seconds=2 * limits.run_seconds)
        return run_only(replace(bundle, limits=wider), _handed_in("solution", content), self.grader.spawner)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvingGrader:
    """Grades what a lab is proved with. Authoring's ``Grader``."""

    grader: Grader

    def grade(self, bundle: Bundle, content: bytes) -> GradedAttempt:
        """Run and examine a submission."""
        return self.grader.grade(Task(bundle=bundle, submission=_handed_in("sample", content)))

    def grade_again(self, bundle: Bundle, content: bytes, attempt: GradedAttempt) -> GradedAttempt:
        """Examine the run of ``attempt`` with the tests of another bundle."""
        task = Task(bundle=bundle, submission=_handed_in("sample", content), transcript=attempt.transcript)
        return self.grader.grade(task)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabMaterials:
    """Prepares a lab's data and base. Authoring's ``Materials``."""

    home: Path

    def prepare(self, lab: Lab, release_folder: Path) -> Prepared:
        """Put what students see into ``release_folder`` and the rest into the state folder."""
        return prepare(lab, release_folder, self.home / "materials" / lab.id)


def workshop(home: Path, grading: Grader) -> Workshop:
    """Return what building a lab needs."""
    return Workshop(
        state=home, materials=LabMaterials(home=home), store=objects_in(home), runner=NotebookRunner(grader=grading)
    )


def _handed_in(student: str, content: bytes) -> Submission:
    return Submission(path=Path(student), student=student, content=content)
