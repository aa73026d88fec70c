"""DockerSpawner with our profiles: limits, and one GPU of our slots by its UUID."""

from __future__ import annotations

from typing import Any

from dockerspawner import DockerSpawner

from autograder.hub.choosing import Chooser
from autograder.hub.house import House
from autograder.hub.leasing import leasing
from autograder.hub.profiles import Profile


def device_request(uuid: str) -> dict[str, Any]:
    """Return what the Docker API takes for one device."""
    return {"Driver": "nvidia", "DeviceIDs": [uuid], "Capabilities": [["gpu"]]}


def docker_spawner(house: House, chooser: Chooser) -> type[DockerSpawner]:
    """Return DockerSpawner with the profiles of a house."""

    class ProfileSpawner(leasing(DockerSpawner, house, chooser)):  # type: ignore[misc]
        """One container, of the size that its owner chose."""

        async def start(self) -> Any:
            """Apply the profile, take a GPU if it has one, start."""
            profile = self.profile()
            self.mem_limit, self.cpu_limit = profile.memory_bytes, float(profile.cpus)
            environment = await self.device()
            self.environment: dict[str, Any] = {**self.environment, "CUDA_VISIBLE_DEVICES": "", **environment}
            self.extra_host_config: dict[str, Any] = {**self.extra_host_config, **_host_config(profile, environment)}
            return await super().start()

    return ProfileSpawner


def _host_config(profile: Profile, environment: dict[str, str]) -> dict[str, Any]:
    requests = [device_request(environment["CUDA_VISIBLE_DEVICES"])] if environment else []
    return {"pids_limit": profile.processes, "device_requests": requests}
