"""Where a command works: the course around it, and the folder that holds its state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click

from autograder.course.model import Course, Lab
from autograder.course.read import read_course
from autograder.messages import say

FILE = "course.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A course and its state: database, attempts by content hash, bundles, logs."""

    course: Course
    home: Path

    def labs(self, names: tuple[str, ...]) -> tuple[Lab, ...]:
        """Return the labs of those names, all of them for none. Raises ``click.BadParameter`` for an unknown one."""
        known = {lab.id: lab for lab in self.course.labs}
        for name in names:
            if name not in known:
                raise click.BadParameter(say("cli.no_lab", lab=name, known=", ".join(known)))
        return tuple(known[name] for name in names or known)


def find_place(start: Path) -> Place:
    """Return the place around ``start``: the nearest ``course.toml`` upwards, and AUTOGRADER_HOME or its ``var/``.

    Raises ``click.UsageError`` without a course and ``CourseError`` for a wrong one. What it sets it says: the
    sentences of this process are in the course's language from here on.
    """
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            course = read_course(folder / FILE)
            home = Path(os.environ.get("AUTOGRADER_HOME") or folder / "var").absolute()
            os.environ.setdefault("AUTOGRADER_LANGUAGE", course.language)
            return Place(course=course, home=home)
    raise click.UsageError(say("cli.no_course", folder=start))
