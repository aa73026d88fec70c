"""Looks from inside at what a jail is made of, before the program runs: a layer counts only when it can be seen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.jail import limits, root
from autograder.jail.errors import LayerMissing

NAMESPACES = {
    "user": "user",
    "pid": "pid",
    "mount": "mnt",
    "network": "net",
    "ipc": "ipc",
    "uts": "uts",
    "cgroup": "cgroup",
}
"""The layers that are namespaces, and their names in /proc/PID/ns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be seen. ``outside`` are the namespaces of the zygote."""

    outside: Mapping[str, str]
    uid: int
    own_user_namespace: bool
    network: bool
    limits: Mapping[int, tuple[int, int]]
    writable: frozenset[str]  # targets of writable mounts


def namespaces() -> dict[str, str]:
    """Return the identity of each namespace that this process is in."""
    return {layer: str(Path("/proc/self/ns", name).readlink()) for layer, name in NAMESPACES.items()}


def layers(expected: Expected) -> tuple[str, ...]:
    """Return the layers that are on. Raises ``LayerMissing`` for one that should be and is not."""
    return (*_identity(expected), *_namespaces(expected), *_root(expected), *_privileges(expected))


def _identity(expected: Expected) -> Iterator[str]:
    ids = {*os.getresuid()}
    _must("user" if expected.own_user_namespace else "uid", ids == {expected.uid} and 0 not in ids, f"runs as {ids}")
    if not expected.own_user_namespace:
        yield "uid"


def _namespaces(expected: Expected) -> Iterator[str]:
    for layer, identity in namespaces().items():
        if layer == "user" and not expected.own_user_namespace:
            continue
        if layer == "network" and expected.network:
            continue
        _must(layer, identity != expected.outside[layer], "still in the namespace outside")
        yield layer
    if not expected.network:
        interfaces = [line.partition(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
        routes = Path("/proc/net/route").read_text().splitlines()[1:]
        _must("network", interfaces in ([], ["lo"]) and not routes, f"interfaces {interfaces}, routes {routes}")


def _root(expected: Expected) -> Iterator[str]:
    open_mounts = {target for target, flags in root.mounted() if "rw" in flags} - {*root.SCRATCH.values()}
    unexpected = [target for target in open_mounts if not _below(target, expected.writable)]
    _must("root", not unexpected, f"can be written to: {sorted(unexpected)}")
    setuid = [target for target, flags in root.mounted() if "nosuid" not in flags]
    _must("root", not setuid, f"honours setuid: {setuid}")
    yield "root"


def _below(target: str, places: frozenset[str]) -> bool:
    return any(Path(target).is_relative_to(place) for place in places)


def _privileges(expected: Expected) -> Iterator[str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    status = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    sets = {name: status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    _must("capabilities", all(int(value, 16) == 0 for value in sets.values()), f"holds {sets}")
    yield "capabilities"
    _must("no_new_privs", status["NoNewPrivs"] == "1", "not set")
    yield "no_new_privs"
    _must("limits", limits.applied(expected.limits), "a resource limit did not take")
    yield "limits"
    _must("seccomp", status["Seccomp"] == "2", f"mode {status['Seccomp']}")
    yield "seccomp"


def _must(layer: str, seen: bool, otherwise: str) -> None:
    if not seen:
        raise LayerMissing(layer, otherwise)
