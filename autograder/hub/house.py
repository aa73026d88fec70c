"""All that the hub's parts need of the course, opened once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from autograder.cohort.errors import CohortError
from autograder.cohort.find import find_cohort
from autograder.course.cohort import Cohort
from autograder.course.model import Course
from autograder.course.read import read_course
from autograder.devices.accounts import Accounts
from autograder.devices.discover import Device, discover
from autograder.hub.groups import Roster
from autograder.hub.ports import Ports, keep_ports
from autograder.hub.settings import HubSettings, read_settings
from autograder.state.database import open_database, sqlite_url

DATABASE = "autograder.db"  # gradebook.Gradebook's


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A course and all that the hub knows of it."""

    course: Course
    home: Path
    settings: HubSettings
    ports: Ports
    engine: Engine
    devices: tuple[Device, ...]
    roster: Roster

    @property
    def folder(self) -> Path:
        """The hub's own state."""
        return self.home / "hub"


def open_house(root: Path) -> House:
    """Open the course in ``root`` and its state folder. Raises ``CourseError``."""
    course = read_course(root)
    home = Path(os.environ.get("AUTOGRADER_HOME") or root / "var").resolve()
    devices = discover()
    engine = open_database(os.environ.get("AUTOGRADER_DATABASE") or sqlite_url(home / DATABASE))

    def cohort() -> Cohort | None:
        try:
            return find_cohort(root, home)
        except CohortError:
            return None

    return House(
        course=course,
        home=home,
        settings=read_settings(root, gpus=bool(devices)),
        ports=keep_ports(home / "hub" / "ports.json"),
        engine=engine,
        devices=devices,
        roster=Roster(course=course.slug, cohort=cohort, accounts=Accounts(engine)),
    )
