"""What a person may choose to work on: one list of profiles, from which every kind of spawner is configured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A size of server. ``gpu`` is how many slots it takes, 0 or 1; ``groups`` empty: for everybody."""

    slug: str
    title: str
    about: str = ""
    memory_bytes: int = 3 * GIBIBYTE
    cpus: int = 2
    processes: int = 512  # threads count
    gpu: int = 0
    groups: tuple[str, ...] = ()
    idle_seconds: float = 3600.0  # without activity, before it is stopped
    longest_seconds: float = 12 * 3600.0  # 0: no limit
    gres: str = "gpu:1"  # what Slurm calls the device

    def open_to(self, groups: Iterable[str]) -> bool:
        """Whether somebody of these groups may choose it."""
        return not self.groups or bool(set(self.groups) & set(groups))


CPU = Profile(
    slug="cpu",
    title="CPU",
    about="Para leer, programar y entregar. / To read, program and submit.",
)
GPU = Profile(
    slug="gpu",
    title="GPU",
    about="Para entrenar. Se detiene antes cuando no se usa. / To train. Stops sooner when idle.",
    memory_bytes=8 * GIBIBYTE,
    cpus=4,
    gpu=1,
    idle_seconds=20 * 60.0,
    longest_seconds=4 * 3600.0,
)


def find_profile(profiles: Iterable[Profile], slug: str) -> Profile:
    """Return the profile of that slug. Raises ``KeyError``."""
    for profile in profiles:
        if profile.slug == slug:
            return profile
    raise KeyError(slug)
