"""What a jail sees of the disk: a new root of read-only binds from an allowlist, and one small tmpfs to write in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.jail import namespaces as ns
from autograder.jail.errors import LayerMissing
from autograder.jail.types import WORK, Home, Mount

INODES = 16_384
_OLD = "/.old"
_SCRATCH = "/.scratch"
SCRATCH = {"work": str(WORK), "tmp": "/tmp", "shm": "/dev/shm"}
_DEVICES = ("null", "full", "random", "urandom")
"""No /dev/zero: a shared mapping of it is memory that belongs to no process and that nobody counts."""
_TERMINALS = "/dev/pts"
_DEVICE_PATHS = frozenset((_TERMINALS, *(f"/dev/{name}" for name in _DEVICES)))
_ETC = ("alternatives", "fonts", "ld.so.cache", "localtime", "mime.types")
_ETC_NETWORK = ("ca-certificates", "hosts", "pki", "resolv.conf", "ssl")
_KEPT_FLAGS = {
    "noexec": ns.MS_NOEXEC,
    "noatime": ns.MS_NOATIME,
    "nodiratime": ns.MS_NODIRATIME,
    "relatime": ns.MS_RELATIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A host path, free of symbolic links, shown at ``target``."""

    source: str
    target: str


_USR = Bind(source="/usr", target="/usr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A root to be built."""

    readonly: tuple[Bind, ...]
    mounts: tuple[Mount, ...]
    uid: int
    gid: int
    disk_bytes: int
    network: bool
    devices: tuple[str, ...] = ()
    home: Home | None = None
    outside: str  # the mount namespace of the machine, as ``mount_namespace`` names it


def binds(paths: Iterable[Path]) -> tuple[Bind, ...]:
    """Return what shows ``paths`` in the jail: where each is named and where it really is, none inside another."""
    wanted = {}
    for path in paths:
        if path.exists() and not path.resolve().is_relative_to(_USR.source):
            real = str(path.resolve())
            wanted[real] = real
            wanted[os.path.abspath(path)] = real  # noqa: PTH100 (normal, with its links)
    kept: list[Bind] = []
    for target, source in sorted(wanted.items()):
        covered = any(PurePosixPath(target).is_relative_to(bind.target) for bind in kept)
        if not covered:
            kept.append(Bind(source=source, target=target))
    return tuple(kept)


def build(layout: Layout) -> None:
    """In new mount and pid namespaces, with CAP_SYS_ADMIN: build the root and move into it, to /jail or the home."""
    if not layout.outside or mount_namespace() == layout.outside:
        # Never without this: as root, pivoting here would take the whole machine's root away from everybody.
        raise LayerMissing("mount", "still in the mount namespace outside")
    mounts = [(mount, str(mount.source.resolve(strict=True))) for mount in layout.mounts]
    etc = _etc_binds(layout.network)
    _pivot_into_empty_root()
    Path("/proc").mkdir()
    ns.mount("proc", "/proc", "proc", ns.MS_NOSUID | ns.MS_NODEV | ns.MS_NOEXEC)
    _link_or_bind_top_folders()
    may_write = dict.fromkeys(_make_scratch(layout), True)  # first: a bind may lie below /tmp or /jail
    for bind in (_USR, *layout.readonly, *etc):
        _bind(bind.source, bind.target)
        may_write[bind.target] = False
    _make_etc(layout)
    _make_dev(layout.devices)
    for mount, source in mounts:
        _bind(source, str(mount.inside), owner=(layout.uid, layout.gid))
        may_write[str(mount.inside)] = mount.writable
    ns.detach(_OLD)
    Path(_OLD).rmdir()
    _make_read_only(may_write, _DEVICE_PATHS | {*layout.devices})
    os.chdir(WORK if layout.home is None else layout.home.inside)


def mount_namespace() -> str:
    """Return the identity of the mount namespace that this process is in."""
    return str(Path("/proc/self/ns/mnt").readlink())


def _pivot_into_empty_root() -> None:
    """Swap roots first and bind from the old one after, so that nothing mounted on the way hides a source."""
    ns.mount(None, "/", None, ns.MS_REC | ns.MS_PRIVATE)
    ns.mount("jail", "/tmp", "tmpfs", ns.MS_NOSUID | ns.MS_NODEV, "size=1m,nr_inodes=4k,mode=755")
    Path("/tmp", _OLD[1:]).mkdir()
    os.chdir("/tmp")
    ns.pivot_root(".", _OLD[1:])
    os.chdir("/")


def _link_or_bind_top_folders() -> None:
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        old = Path(_OLD, name)
        if old.is_symlink():
            Path("/", name).symlink_to(old.readlink())
        elif old.is_dir():
            _bind(f"/{name}", f"/{name}")


def _bind(source: str, target: str, owner: tuple[int, int] | None = None) -> None:
    old = Path(_OLD + source)
    place = Path(target)
    _make_folders(place.parent, owner)
    if old.is_dir():
        _make_folders(place, owner)
    elif not place.exists():
        place.touch()
    # With what is mounted below it: an ordinary user may not take mounts apart.
    ns.mount(str(old), target, None, ns.MS_BIND | ns.MS_REC)


def _make_folders(folder: Path, owner: tuple[int, int] | None) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o755)
        if owner is not None and path.is_relative_to(WORK):
            os.chown(path, *owner)


def _etc_binds(network: bool) -> tuple[Bind, ...]:
    found = (Path("/etc", name) for name in (*_ETC, *(_ETC_NETWORK if network else ())))
    return tuple(Bind(source=str(path.resolve()), target=str(path)) for path in found if path.exists())


def _make_etc(layout: Layout) -> None:
    etc = Path("/etc")
    etc.mkdir(exist_ok=True)
    name, home = ("student", WORK) if layout.home is None else (layout.home.user, layout.home.inside)
    (etc / "passwd").write_text(f"{name}:x:{layout.uid}:{layout.gid}::{home}:/bin/sh\n")
    (etc / "group").write_text(f"student:x:{layout.gid}:\n")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")


def _make_dev(devices: tuple[str, ...]) -> None:
    for path in (*(f"/dev/{name}" for name in _DEVICES), *devices):
        _bind(path, path)
    # Terminals of the jail's own, for Jupyter's "!command". None of them is anybody's outside.
    Path(_TERMINALS).mkdir()
    flags = ns.MS_NOSUID | ns.MS_NOEXEC
    ns.mount("terminals", _TERMINALS, "devpts", flags, "newinstance,ptmxmode=0666,mode=600,max=64")
    Path("/dev/ptmx").symlink_to("pts/ptmx")
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        Path("/dev", name).symlink_to(f"/proc/self/{target}")


def _make_scratch(layout: Layout) -> tuple[str, ...]:
    """Make one tmpfs, so that /jail, /tmp and /dev/shm share one size; return where it can be written to."""
    Path(_SCRATCH).mkdir()
    options = f"size={layout.disk_bytes},nr_inodes={INODES},mode=700"
    ns.mount("scratch", _SCRATCH, "tmpfs", ns.MS_NOSUID | ns.MS_NODEV | ns.MS_NOEXEC, options)
    for name, target in SCRATCH.items():
        folder = Path(_SCRATCH, name)
        folder.mkdir(mode=0o700)
        os.chown(folder, layout.uid, layout.gid)
        Path(target).mkdir(parents=True, exist_ok=True)
        ns.mount(str(folder), target, None, ns.MS_BIND)
    ns.detach(_SCRATCH)
    Path(_SCRATCH).rmdir()
    return tuple(SCRATCH.values())


def _make_read_only(may_write: Mapping[str, bool], devices: Set[str]) -> None:
    """Remount everything that was not named writable, whatever was mounted below a bind included."""
    for target, flags in mounted():
        named = [place for place in may_write if PurePosixPath(target).is_relative_to(place)]
        open_there = bool(named) and may_write[max(named, key=len)] and "ro" not in flags
        wanted = ns.MS_NOSUID | sum(number for name, number in _KEPT_FLAGS.items() if name in flags)
        wanted |= 0 if target in devices else ns.MS_NODEV
        wanted |= 0 if open_there else ns.MS_RDONLY
        ns.mount(None, target, None, ns.MS_BIND | ns.MS_REMOUNT | wanted)


def mounted() -> list[tuple[str, frozenset[str]]]:
    """Return every mount point that this process sees, with its own flags ("ro", "nosuid", …)."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split(" ")
        target = fields[4].encode().decode("unicode_escape").encode("latin-1").decode(errors="surrogateescape")
        found.append((target, frozenset(fields[5].split(","))))
    return found
