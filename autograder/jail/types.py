"""What goes into a jail and what comes out: jobs, limits, mounts, layers, exits. Plain values, no effects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

Reason = Literal["exit", "wall", "memory", "killed", "signal"]

WORK = PurePosixPath("/jail")
"""The folder in which a program finds itself: writable, of ``disk_bytes``, gone with the jail."""

MEBIBYTE = 1 << 20

JAIL_UIDS = range(65_000, 65_500)
"""Ids that no distribution gives to anybody: one for each jail that root runs without a home, leased while it lives."""

_DEVICE = re.compile(r"/dev/nvidia(\d+|ctl|-uvm|-uvm-tools)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JailLimits:
    """What a jail may use. Memory counts from what the zygote already has, and includes the files in /jail and /tmp."""

    memory_bytes: int = 2048 * MEBIBYTE
    disk_bytes: int = 256 * MEBIBYTE  # /jail, /tmp and /dev/shm together
    processes: int = 128  # threads count
    cpus: int = 1
    wall_seconds: float = 300.0
    cpu_seconds: int = 600  # of one process
    file_bytes: int = 256 * MEBIBYTE
    open_files: int = 512  # of one process
    look_seconds: float = 0.05  # between two looks at the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file or folder of ours shown in the jail: ``target`` is absolute, or relative to /jail."""

    source: Path
    target: str
    writable: bool = False

    def __post_init__(self) -> None:
        if ".." in PurePosixPath(self.target).parts or self.inside in (PurePosixPath("/"), WORK):
            raise ValueError(f"a mount's target must name something below / or /jail, not {self.target!r}")

    @property
    def inside(self) -> PurePosixPath:
        """The absolute path in the jail."""
        return WORK / self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Somebody's own folder: what a program may write that stays. Shown at /home/``user``, where the program begins.

    A jail that root makes runs as ``uid``, which must own the folder, and with the group ``gid``; an ordinary user's
    runs as that user, whatever they say.
    """

    folder: Path
    user: str
    uid: int
    gid: int

    def __post_init__(self) -> None:
        if not _USER.fullmatch(self.user):
            raise ValueError(f"a home's user must be letters, digits, '.', '-' and '_', not {self.user!r}")
        if min(self.uid, self.gid) <= 0 or {self.uid, self.gid} & {*JAIL_UIDS}:
            raise ValueError(f"a home belongs neither to root nor to a grading jail: {self.uid}:{self.gid}")

    @property
    def inside(self) -> PurePosixPath:
        """The absolute path in the jail."""
        return PurePosixPath("/home", self.user)

    @property
    def mount(self) -> Mount:
        """The home as what is mounted."""
        return Mount(source=self.folder, target=str(self.inside), writable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program to run in a jail: ``package.module:function``, its module preloaded, called with the one socket."""

    program: str
    limits: JailLimits = field(default_factory=JailLimits)
    mounts: tuple[Mount, ...] = ()
    network: bool = False  # True: the host's network, internet sockets allowed
    home: Home | None = None
    devices: tuple[str, ...] = ()  # of a GPU: "/dev/nvidia0", "/dev/nvidiactl", …
    outlives: bool = False  # goes on when whoever spawned it is gone; ended by the supervisor's id
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for device in self.devices:
            if not _DEVICE.fullmatch(device):
                raise ValueError(f"{device!r} is not a GPU's device file")
        # Whoever may write a folder may put a symbolic link there: nothing of ours is mounted through one.
        open_folders = [mount.inside for mount in self.shown if mount.writable]
        for mount in self.mounts:
            if any(folder in mount.inside.parents for folder in open_folders):
                raise ValueError(f"{mount.target} would lie in a folder that the program may write to")

    @property
    def shown(self) -> tuple[Mount, ...]:
        """What is mounted, the home first."""
        home = () if self.home is None else (self.home.mount,)
        return (*home, *self.mounts)

    def to_plain(self) -> dict[str, Any]:
        """Return the job as JSON values."""
        return {
            "program": self.program,
            "limits": {name: getattr(self.limits, name) for name in JailLimits.__slots__},
            "mounts": [[str(mount.source), mount.target, mount.writable] for mount in self.mounts],
            "network": self.network,
            "home": None if self.home is None else _home_to_plain(self.home),
            "devices": list(self.devices),
            "outlives": self.outlives,
            "environment": dict(self.environment),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Job:
        """Return the job that ``to_plain`` described."""
        return cls(
            program=plain["program"],
            limits=JailLimits(**plain["limits"]),
            mounts=tuple(Mount(source=Path(s), target=t, writable=w) for s, t, w in plain["mounts"]),
            network=plain["network"],
            home=None if plain["home"] is None else Home(**{**plain["home"], "folder": Path(plain["home"]["folder"])}),
            devices=tuple(plain["devices"]),
            outlives=plain["outlives"],
            environment=plain["environment"],
        )


def _home_to_plain(home: Home) -> dict[str, Any]:
    return {"folder": str(home.folder), "user": home.user, "uid": home.uid, "gid": home.gid}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a jail ended. ``wall``: time was up, by the clock or by CPU time used. ``killed``: we ended it."""

    reason: Reason
    code: int  # the exit code; for "signal" the signal's number
    cpu_seconds: float
    peak_memory_bytes: int  # beyond what the zygote had, the files in /jail and /tmp included


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of the jail on this machine, for ``doctor``."""

    name: str
    on: bool
    reason: str = ""
    remedy: str = ""
