"""One list of profiles, four places where servers run: each spawner's configuration, by the settings' one word."""

from __future__ import annotations

from typing import Any

from autograder.course.cohort import PersonRole
from autograder.devices.homes import Homes
from autograder.hub.house import House
from autograder.hub.jailed import JailedSpawner
from autograder.hub.nursery import Nursery
from autograder.hub.profiles import Profile, find_profile
from autograder.hub.roles import SERVICE
from autograder.hub.server_files import ServerFiles
from autograder.hub.servers import Servers
from autograder.hub.shared_folder import SharedFolder


def configure(c: Any, house: House) -> None:
    """Choose the spawner, and set what holds for all of them."""
    c.Spawner.environment = {"AUTOGRADER_SERVICE_URL": f"{house.settings.url}/services/{SERVICE}"}
    c.Spawner.env_keep = []  # nothing of the hub's own environment
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = 120
    c.Spawner.http_timeout = 90
    c.Spawner.poll_interval = 5
    _WAYS[house.settings.spawner](c, house)


def local(c: Any, house: House) -> None:
    """Each server in a jail of this machine."""
    nursery = Nursery()
    nursery.warm()
    c.JupyterHub.spawner_class = local_spawner(house, nursery)


def local_spawner(house: House, nursery: Nursery) -> type[JailedSpawner]:
    """Return the spawner of one house."""
    servers = Servers(
        course=house.course,
        home=house.home,
        homes=Homes(house.engine, house.home / "homes"),
        files=ServerFiles(
            folder=house.home / "hub" / "servers", course=house.course.slug, language=house.course.language
        ),
        shared=SharedFolder(root=house.course.root, home=house.home),
    )

    class LocalSpawner(JailedSpawner):
        """Servers of one course."""

        def profile(self) -> Profile:
            return find_profile(
                house.settings.profiles, self.user_options.get("profile", house.settings.profiles[0].slug)
            )

        def role(self) -> PersonRole:
            return house.roster.role(self.user.name) or PersonRole.STUDENT

    LocalSpawner.servers, LocalSpawner.nursery = servers, nursery
    return LocalSpawner


_WAYS = {"local": local}
