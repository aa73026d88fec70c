"""A crowd in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from autograder.course.cohort import Cohort
from autograder.insights.sight import Sight, Watch
from autograder.state.database import open_database, sqlite_url
from benchmarks.crowd import Crowd, fill, make_cohort

NOW = datetime(2021, 10, 21, 15, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A cohort, its database, and what sees it."""

    crowd: Crowd
    cohort: Cohort
    engine: Engine
    watch: Watch

    @property
    def sight(self) -> Sight:
        return self.watch.look(NOW)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a crowd of 40 at three labs. Tests only read it."""
    yield from make_town(tmp_path_factory.mktemp("town"), Crowd(students=40, labs=("lab1", "lab2", "lab3")))


def make_town(folder: Path, crowd: Crowd) -> Iterator[Town]:
    cohort = make_cohort(crowd, NOW)
    engine = open_database(sqlite_url(folder / "autograder.db"))
    fill(engine, crowd, cohort, NOW)
    yield Town(crowd=crowd, cohort=cohort, engine=engine, watch=Watch(engine, lambda: cohort))
    engine.dispose()
