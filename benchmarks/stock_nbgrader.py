"""The same submissions through stock ``nbgrader autograde``, in a course folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course.model import Course, Lab
from benchmarks.honest import Honest

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "bench"
c.CourseDirectory.root = {root!r}
c.CourseDirectory.db_url = "sqlite:///{root}/gradebook.db"
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."
c.Execute.timeout = 600
"""
"""Stock, but for what keeps it from giving 0 to a test cell on which TensorFlow writes to stderr."""


def autograde(
    course: Course, lab: Lab, submissions: Sequence[Honest], folder: Path, hidden: Mapping[str, str]
) -> tuple[float, dict[str, float]]:
    """Return the seconds of one ``nbgrader autograde`` over all submissions, and the score of each student.

    ``hidden`` is the environment in which hidden tests find their data, as our own grading sets it.
    """
    _lay_out(course, lab, submissions, folder)
    environment = {**os.environ, **hidden, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    _run(["generate_assignment", lab.id, "--create", "--force"], folder, environment)
    began = time.perf_counter()
    _run(["autograde", lab.id, "--create", "--force"], folder, environment)
    return time.perf_counter() - began, _scores(folder, lab)


def _lay_out(course: Course, lab: Lab, submissions: Sequence[Honest], folder: Path) -> None:
    shutil.copytree(course.source(lab).parent, folder / "source" / lab.id)
    for path in sorted(course.release(lab).parent.iterdir()):  # what students find beside the notebook
        if path.suffix != ".ipynb":
            target = folder / "source" / lab.id / path.name
            shutil.copytree(path, target, dirs_exist_ok=True) if path.is_dir() else shutil.copy(path, target)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(root=str(folder)))
    for one in submissions:
        place = folder / "submitted" / one.student / lab.id
        place.mkdir(parents=True)
        (place / lab.notebook).write_bytes(one.content)


def _run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)


def _scores(folder: Path, lab: Lab) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        return {one.student.id: one.score for one in book.assignment_submissions(lab.id)}
