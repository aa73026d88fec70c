"""Runs a command as a user without privileges: ``python as_ordinary_user.py UID FOLDER COMMAND…``. Needs root.

A Python or a repository in a home closed to others (mode 0700) could not be reached by that user. So the command runs
in a mount namespace of its own, where what it needs is bound into an empty folder laid over the closed one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.jail import namespaces as ns

OTHERS_MAY_PASS = 0o001


def closed_ancestor(path: Path) -> Path | None:
    """Return the topmost folder on the way to ``path`` that others may not pass through."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & OTHERS_MAY_PASS:
            return folder
    return None


def make_reachable(paths: list[Path]) -> None:
    closed: dict[Path, list[tuple[Path, int]]] = {}
    for path in paths:
        folder = closed_ancestor(path)
        if folder is not None:
            closed.setdefault(folder, []).append((path, os.open(path, os.O_PATH)))
    for folder, inside in closed.items():
        ns.mount("reachable", str(folder), "tmpfs", 0, "mode=755")
        for path, fd in sorted(inside):
            path.mkdir(parents=True, exist_ok=True)
            ns.mount(f"/proc/self/fd/{fd}", str(path), None, ns.MS_BIND | ns.MS_REC)


def main() -> None:
    uid, folder, *command = sys.argv[1:]
    outside = Path("/proc/self/ns/mnt").stat().st_ino
    ns.unshare(ns.CLONE_NEWNS)
    if Path("/proc/self/ns/mnt").stat().st_ino == outside:
        raise SystemExit("still in the mount namespace of the machine: nothing may be mounted")
    ns.mount(None, "/", None, ns.MS_REC | ns.MS_PRIVATE)
    repository = Path(__file__).resolve().parents[3]
    make_reachable([*{Path(place).resolve() for place in (sys.prefix, sys.base_prefix, repository)}])
    os.chown(folder, int(uid), int(uid))
    ns.become(int(uid), int(uid))
    os.environ.update(HOME=folder, TMPDIR=folder)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
