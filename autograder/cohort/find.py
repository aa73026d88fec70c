"""Which cohort is live: the one that is named, else the state folder's, else the newest of the course."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.cohort.errors import CohortError
from autograder.cohort.read import read_cohort
from autograder.course.cohort import Cohort
from autograder.messages import say

FOLDER, HOME_FILE, VARIABLE = "cohorts", "cohort.toml", "AUTOGRADER_COHORT"


def cohort_file(course_root: Path, home: Path) -> Path:
    """Return the live cohort's file: ``$AUTOGRADER_COHORT``, else ``home/cohort.toml``, else the last of ``cohorts/``.

    Files of ``cohorts/`` are named so that the newest is the last ("2021-2.toml", "2022-1.toml"). Raises
    ``CohortError`` when there is none.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    if (own := home / HOME_FILE).is_file():
        return own
    return newest_file(course_root)


def newest_file(course_root: Path) -> Path:
    """Return the newest cohort's file of the course. Raises ``CohortError`` when there is none."""
    files = sorted((course_root / FOLDER).glob("*.toml"))
    if not files:
        folder = course_root / FOLDER
        raise CohortError(folder, 0, "", say("cohort.problem.none"), say("cohort.remedy.none"))
    return files[-1]


def find_cohort(course_root: Path, home: Path) -> Cohort:
    """Return the live cohort. Raises ``CohortError``."""
    return read_cohort(cohort_file(course_root, home))
