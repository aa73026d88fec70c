"""What a server is, as a job for the jail: whose home, what it sees, what it may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.cohort import PersonRole
from autograder.course.model import Course
from autograder.devices.homes import Homes
from autograder.hub.nursery import PROGRAM
from autograder.hub.profiles import Profile
from autograder.hub.server import UMASK
from autograder.hub.server_files import INSIDE, ServerFiles
from autograder.hub.shared_folder import SharedFolder
from autograder.jail import JailLimits, Job, Mount

DISK_BYTES = 1 << 30
FILE_BYTES = 4 << 30
FOREVER = 366 * 24 * 3600
_STAFF_READS = ("course.toml", "nbgrader_config.py", "cohorts")
_STAFF_WRITES = ("source", "release", "solutions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Plans servers of one course."""

    course: Course
    homes: Homes
    files: ServerFiles
    shared: SharedFolder

    def plan(
        self, user: str, role: PersonRole, profile: Profile, environment: Mapping[str, str], card: int | None = None
    ) -> Job:
        """Return the job that is ``user``'s server. ``card``: the number of its GPU."""
        gid = self.shared.open() if role.staff else None
        return Job(
            program=PROGRAM,
            home=self.homes.home_of(user, gid),
            network=True,
            devices=() if card is None else _device_files(card),
            outlives=True,
            mounts=(Mount(source=self.files.write(role), target=INSIDE), *(self._course() if role.staff else ())),
            limits=JailLimits(
                memory_bytes=profile.memory_bytes,
                disk_bytes=DISK_BYTES,
                processes=profile.processes,
                cpus=min(profile.cpus, len(os.sched_getaffinity(0))),
                wall_seconds=profile.longest_seconds or FOREVER,
                cpu_seconds=FOREVER,
                file_bytes=FILE_BYTES,
                open_files=4096,
                look_seconds=0.25,
            ),
            environment={**self._environment(role), **environment},
        )

    def _environment(self, role: PersonRole) -> dict[str, str]:
        # "python" is what a terminal calls: the course's own.
        own = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "SHELL": "/bin/bash",
            "JUPYTERHUB_DEFAULT_URL": "/lab",
            "JUPYTER_CONFIG_PATH": INSIDE,
            "JUPYTER_RUNTIME_DIR": "/jail/runtime",
            "JUPYTER_PREFER_ENV_PATH": "0",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MPLCONFIGDIR": "/jail/matplotlib",
            "CUDA_VISIBLE_DEVICES": "",
            "AUTOGRADER_LANGUAGE": self.course.language,
        }
        if role.staff:
            own |= {
                "AUTOGRADER_HOME": f"{self.course_inside}/var",
                "JUPYTERHUB_ROOT_DIR": "/home",
                "JUPYTERHUB_DEFAULT_URL": f"/lab/tree/{self.course.slug}",
                UMASK: "007",
            }
        return own

    @property
    def course_inside(self) -> str:
        """Where staff's servers see the course."""
        return f"/home/{self.course.slug}"

    def _course(self) -> tuple[Mount, ...]:
        root, inside = self.course.root, self.course_inside
        reads = [
            Mount(source=root / name, target=f"{inside}/{name}") for name in _STAFF_READS if (root / name).exists()
        ]
        writes = [
            Mount(source=root / name, target=f"{inside}/{name}", writable=True)
            for name in _STAFF_WRITES
            if (root / name).is_dir()
        ]
        gradebook = Mount(source=self.shared.gradebook, target=f"{inside}/var/nbgrader", writable=True)
        return (*reads, *writes, gradebook)


def _device_files(card: int) -> tuple[str, ...]:
    """Return the device files of one card and of the driver, those that are there."""
    names = (f"nvidia{card}", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")
    return tuple(f"/dev/{name}" for name in names if Path("/dev", name).exists())
