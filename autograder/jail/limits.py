"""How much a jailed process may use: the kernel's resource limits, and the processors it may run on."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Mapping

from autograder.jail.types import JailLimits


def resource_limits(limits: JailLimits, data_baseline: int) -> Mapping[int, tuple[int, int]]:
    """Return the soft and hard limit of each resource.

    ``data_baseline`` is the VmData of the zygote in bytes: RLIMIT_DATA counts what a child inherited too. The address
    space is not limited: TensorFlow reserves much and touches little.
    """
    cpu = math.ceil(limits.cpu_seconds)
    data = data_baseline + limits.memory_bytes
    return {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (cpu, cpu + 1),
        resource.RLIMIT_DATA: (data, data),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_MEMLOCK: (1 << 16, 1 << 16),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_NPROC: (limits.processes, limits.processes),
    }


def apply(limits: Mapping[int, tuple[int, int]]) -> None:
    """Set the limits, never above the hard limit that is already there."""
    for number, wanted in limits.items():
        resource.setrlimit(number, _within(resource.getrlimit(number)[1], wanted))


def applied(limits: Mapping[int, tuple[int, int]]) -> bool:
    """Tell whether every limit is on, or a tighter one."""
    infinity = resource.RLIM_INFINITY
    held = {number: resource.getrlimit(number)[1] for number in limits}
    return all(held[number] != infinity and held[number] <= wanted[1] for number, wanted in limits.items())


def _within(ceiling: int, wanted: tuple[int, int]) -> tuple[int, int]:
    if ceiling == resource.RLIM_INFINITY:
        return wanted
    return min(wanted[0], ceiling), min(wanted[1], ceiling)


def choose_processors(cpus: int, slot: int) -> set[int]:
    """Return ``cpus`` of the processors we may use; another ``slot`` gets others while there are some."""
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[(slot * cpus + number) % len(allowed)] for number in range(cpus)}


def thread_environment(cpus: int) -> dict[str, str]:
    """Return the variables by which TensorFlow and the BLAS libraries learn how many threads to start."""
    threads = str(cpus)
    return {
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }


def most_files() -> int:
    """Return a number above every descriptor that can be open."""
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1 << 30)
