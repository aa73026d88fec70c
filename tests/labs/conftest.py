"""The course itself, built and graded for real: one warm zygote and one state folder for all of its tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place, find_place
from autograder.grading.pool import Grader

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    before = os.environ.get("AUTOGRADER_HOME")
    os.environ["AUTOGRADER_HOME"] = str(tmp_path_factory.mktemp("home"))
    try:
        return find_place(ROOT)
    finally:
        os.environ.pop("AUTOGRADER_HOME")
        if before is not None:
            os.environ["AUTOGRADER_HOME"] = before


@pytest.fixture(scope="session")
def grading(place: Place) -> Iterator[Grader]:
    with zygote() as warm:
        yield grader(place.home, warm.address, place.course.language)
