"""A small cohort, a gradebook in a folder of the test's own, and the desk on its database."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from autograder.cohort.desk import Act, Desk
from autograder.course.cohort import Cohort, LabDates, Person, PersonRole, Policy
from autograder.state.database import open_database, sqlite_url

settings.register_profile("patient", deadline=None)  # a busy machine breaks no law
settings.load_profile("patient")

LIMA = ZoneInfo("America/Lima")
NOW = datetime(2021, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def cohort():
    return Cohort(
        slug="c",
        title="C",
        zone=LIMA,
        policy=Policy(attempts=3),
        people=(
            Person(user="ana", name="Ñahui, Ana", group="A", email="ana@example.org"),
            Person(user="luis", name="Quispe, Luis", group="B"),
            Person(user="rosa", name="Flores, Rosa", role=PersonRole.INSTRUCTOR),
        ),
        labs=(
            LabDates(
                lab="lab1",
                opens=datetime(2021, 9, 27, 9, tzinfo=LIMA),
                due=datetime(2021, 10, 9, 23, 59, tzinfo=LIMA),
            ),
        ),
    )


@pytest.fixture
def engine(tmp_path):
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine):
    return Desk(engine)


@pytest.fixture
def act():
    return Act(actor="rosa", at=NOW, reason="Viajó por su abuela.", cohort="c")
