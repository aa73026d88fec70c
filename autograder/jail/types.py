"""What goes into a jail and what comes out: jobs, limits, mounts, layers, exits. Plain values, no effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

Reason = Literal["exit", "wall", "memory", "killed", "signal"]

WORK = PurePosixPath("/jail")
"""The folder in which a program finds itself: writable, of ``disk_bytes``, gone with the jail."""

MEBIBYTE = 1 << 20


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
class Job:
    """A program to run in a jail: ``package.module:function``, its module preloaded, called with the one socket."""

    program: str
    limits: JailLimits = field(default_factory=JailLimits)
    mounts: tuple[Mount, ...] = ()
    network: bool = False  # True: the host's network, internet sockets allowed
    environment: Mapping[str, str] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Return the job as JSON values."""
        return {
            "program": self.program,
            "limits": {name: getattr(self.limits, name) for name in JailLimits.__slots__},
            "mounts": [[str(mount.source), mount.target, mount.writable] for mount in self.mounts],
            "network": self.network,
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
            environment=plain["environment"],
        )


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
