"""One list of profiles, four places where servers run: each spawner's configuration, by the settings' one word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from autograder.course.cohort import PersonRole
from autograder.devices.homes import Homes
from autograder.devices.slots import Slots
from autograder.hub import elsewhere
from autograder.hub.choosing import Chooser
from autograder.hub.devices_desk import Desk
from autograder.hub.house import House
from autograder.hub.jailed import JailedSpawner
from autograder.hub.leasing import leasing
from autograder.hub.nursery import Nursery
from autograder.hub.roles import SERVICE
from autograder.hub.server_files import ServerFiles
from autograder.hub.servers import Servers
from autograder.hub.shared_folder import SharedFolder


def configure(c: Any, house: House) -> Chooser:
    """Choose the spawner, and set what holds for all of them. Return who offers the profiles."""
    c.Spawner.environment = {"AUTOGRADER_SERVICE_URL": f"{house.settings.url}/services/{SERVICE}"}
    c.Spawner.env_keep = []  # nothing of the hub's own environment
    c.Spawner.start_timeout = 120
    c.Spawner.http_timeout = 90
    c.Spawner.poll_interval = 5
    own = house.settings.spawner in ("local", "docker")  # whose GPUs are this machine's
    desk = desk_of(house) if own and house.devices else None
    chooser = Chooser(house.settings.profiles, house.roster, house.course.language, desk)
    (local if house.settings.spawner == "local" else elsewhere.configure)(c, house, chooser)
    return chooser


def desk_of(house: House) -> Desk:
    """Return where this machine's servers get their GPU."""
    slots = Slots(
        engine=house.engine,
        devices=tuple(device.uuid for device in house.devices),
        shares=house.settings.shares,
        quota=house.settings.quota,
        reserved=house.settings.reserved_for_grading,
    )
    return Desk(slots=slots, devices=house.devices, language=house.course.language, clock=lambda: datetime.now(UTC))


def local(c: Any, house: House, chooser: Chooser) -> None:
    """Each server in a jail of this machine."""
    nursery = Nursery()
    nursery.warm()
    c.JupyterHub.spawner_class = local_spawner(house, nursery, chooser)


def local_spawner(house: House, nursery: Nursery, chooser: Chooser) -> type[JailedSpawner]:
    """Return the spawner of one house."""
    files = ServerFiles(folder=house.folder / "servers", course=house.course.slug, language=house.course.language)
    shared = SharedFolder(root=house.course.root, home=house.home)
    planner = Servers(course=house.course, homes=Homes(house.engine, house.home / "homes"), files=files, shared=shared)
    forks = nursery

    class LocalSpawner(leasing(JailedSpawner, house, chooser)):  # type: ignore[misc]
        """Servers of one course."""

        servers = planner
        nursery = forks

        def role(self) -> PersonRole:
            return house.roster.role(self.user.name) or PersonRole.STUDENT

        def card(self, environment: Mapping[str, str]) -> int | None:
            return None if chooser.desk is None else chooser.desk.card_of(environment)

    return LocalSpawner
