"""Servers that run elsewhere than in our jail, from the same list of profiles: Docker, Kubernetes, Slurm.

There the engine confines them; what a server is told, and what its token may do, is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from socket import gethostname
from typing import Any

from autograder.hub.choosing import Chooser
from autograder.hub.house import House
from autograder.hub.profiles import GIBIBYTE, Profile
from autograder.hub.server_files import EXCHANGE

HUB_PORT = 8081
HOME = "/home/jovyan"
_NO_GPU = {"NVIDIA_VISIBLE_DEVICES": "void", "CUDA_VISIBLE_DEVICES": ""}


def configure(c: Any, house: House, chooser: Chooser) -> None:
    """Configure the spawner that the settings name."""
    if house.settings.spawner != "kubernetes":  # there the chart says
        c.JupyterHub.hub_bind_url = f"http://0.0.0.0:{HUB_PORT}"
        c.JupyterHub.hub_connect_url = house.settings.reach or f"http://{gethostname()}:{HUB_PORT}"
    c.Spawner.environment = {**c.Spawner.environment, **nbgrader_environment(house.course.slug)}
    c.Spawner.cmd = ["jupyterhub-singleuser"]
    c.Spawner.default_url = "/lab"
    _WAYS[house.settings.spawner](c, house, chooser)


def nbgrader_environment(course: str) -> dict[str, str]:
    """Return what an image's nbgrader_config.py reads (deploy/server/)."""
    names = {
        f"AUTOGRADER_EXCHANGE_{name.upper()}": f"autograder.exchange.nbgrader.{kind}" for name, kind in EXCHANGE.items()
    }
    return {"AUTOGRADER_COURSE": course, **names}


def docker(c: Any, house: House, chooser: Chooser) -> None:
    """A container each, its home a volume. A GPU profile takes one device from our slots."""
    from autograder.hub.containers import docker_spawner

    c.JupyterHub.spawner_class = docker_spawner(house, chooser)
    c.DockerSpawner.image = house.settings.image
    c.DockerSpawner.remove = True
    c.DockerSpawner.network_name = house.settings.namespace
    c.DockerSpawner.use_internal_ip = True
    c.DockerSpawner.volumes = {"autograder-home-{username}": HOME}
    c.DockerSpawner.notebook_dir = HOME
    c.DockerSpawner.extra_host_config = {
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "ipc_mode": "private",
    }


def kubernetes(c: Any, house: House, chooser: Chooser) -> None:
    """A pod each. The profile list is KubeSpawner's own; who may see which profile is ours to say."""
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.KubeSpawner.namespace = house.settings.namespace
    c.KubeSpawner.image = house.settings.image
    c.KubeSpawner.automount_service_account_token = False
    c.KubeSpawner.allow_privilege_escalation = False
    c.KubeSpawner.uid = c.KubeSpawner.gid = c.KubeSpawner.fs_gid = 1000
    c.KubeSpawner.container_security_context = {
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    c.KubeSpawner.storage_pvc_ensure = True
    c.KubeSpawner.pvc_name_template = "home-{user_server}"
    c.KubeSpawner.storage_capacity = "5Gi"
    c.KubeSpawner.volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "home-{user_server}"}}]
    c.KubeSpawner.volume_mounts = [{"name": "home", "mountPath": HOME}]

    def offered(spawner: Any) -> list[dict[str, Any]]:
        return [kubernetes_profile(profile) for profile in chooser.offered(spawner.user.name)]

    c.KubeSpawner.profile_list = offered


def kubernetes_profile(profile: Profile) -> dict[str, Any]:
    """Return a profile as KubeSpawner takes it. Zero GPUs are asked for by name: a default must not slip in."""
    gpus = {"nvidia.com/gpu": str(profile.gpu)}
    return {
        "slug": profile.slug,
        "display_name": profile.title,
        "description": profile.about,
        "kubespawner_override": {
            "mem_limit": profile.memory_bytes,
            "mem_guarantee": min(profile.memory_bytes, GIBIBYTE),
            "cpu_limit": float(profile.cpus),
            "cpu_guarantee": 0.1,
            "extra_resource_limits": gpus,
            "extra_resource_guarantees": gpus,
            "environment": {} if profile.gpu else dict(_NO_GPU),
        },
    }


def slurm(c: Any, house: House, chooser: Chooser) -> None:
    """A job each, under the person's own name at the cluster: sign people in with PAM there."""
    from autograder.hub.batch import slurm_spawner

    c.JupyterHub.spawner_class = slurm_spawner(chooser)
    c.SlurmSpawner.req_partition = house.settings.partition
    c.Spawner.cmd = ["batchspawner-singleuser", "jupyterhub-singleuser"]
    c.Spawner.start_timeout = 900  # a job waits in the cluster's own line


_WAYS: dict[str, Callable[[Any, House, Chooser], None]] = {"docker": docker, "kubernetes": kubernetes, "slurm": slurm}
