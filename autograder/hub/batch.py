"""SlurmSpawner with our profiles: memory, processors, time and ``gres``, as sbatch takes them."""

from __future__ import annotations

from typing import Any

from batchspawner import SlurmSpawner

from autograder.hub.choosing import Chooser
from autograder.hub.profiles import Profile

MEBIBYTE = 1 << 20


def slurm_spawner(chooser: Chooser) -> type[SlurmSpawner]:
    """Return SlurmSpawner with the profiles of a chooser."""

    class ProfileSpawner(SlurmSpawner):  # type: ignore[misc]
        """One job, of the size that its owner chose."""

        async def start(self) -> Any:
            """Apply the profile and submit the job."""
            for name, value in requests(chooser.chosen(self.user.name, self.user_options)).items():
                setattr(self, name, value)
            return await super().start()

        async def get_options_form(self) -> str:
            """Return the form on which a profile is chosen."""
            return chooser.form(self.user.name)

        def options_from_form(self, form_data: dict[str, list[str]]) -> dict[str, str]:
            """Read the form."""
            return {"profile": form_data.get("profile", [""])[0]}

    return ProfileSpawner


def requests(profile: Profile) -> dict[str, str]:
    """Return the spawner's traits for a profile."""
    minutes = int(profile.longest_seconds // 60)
    return {
        "req_memory": f"{profile.memory_bytes // MEBIBYTE}M",
        "req_nprocs": str(profile.cpus),
        "req_runtime": f"{minutes // 60:02d}:{minutes % 60:02d}:00" if minutes else "",
        "req_gres": profile.gres if profile.gpu else "",
    }
