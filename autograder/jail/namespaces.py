"""The kernel's own words for a jail, one function an idea: thin typed calls into the C library, no policy."""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_NOATIME = 1024
MS_NODIRATIME = 2048
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MS_RELATIME = 1 << 21
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_CAPABILITY_VERSION_3 = 0x20080522


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces that ``flags`` name for new ones. A new pid namespace begins with the next child."""
    _checked(_libc().unshare(ctypes.c_int(flags)), f"unshare({flags:#x})")


def map_user(uid: int, gid: int, outer_uid: int, outer_gid: int) -> None:
    """In a new user namespace: let ``outer_uid`` be ``uid``. One id is all that an ordinary user may map."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount, bind or remount, as mount(2)."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    result = _libc().mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _checked(result, f"mount {source or ''} on {target}")


def detach(target: str) -> None:
    """Unmount ``target`` and everything below it, now or when its last user is gone."""
    _checked(_libc().umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), f"unmount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make ``new_root`` the root, with the old one at ``put_old`` below it."""
    _checked(_libc().pivot_root(os.fsencode(new_root), os.fsencode(put_old)), "pivot_root")


def prctl(option: int, argument: int = 0) -> int:
    """As prctl(2), without a check: -1 says no."""
    zero = ctypes.c_ulong(0)
    return int(_libc().prctl(ctypes.c_int(option), ctypes.c_ulong(argument), zero, zero, zero))


def forget_bounding_capabilities() -> None:
    """Empty the bounding set, so that no program run later can regain a capability. Needs CAP_SETPCAP."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        _checked(prctl(PR_CAPBSET_DROP, capability), f"drop capability {capability}")


def forget_capabilities() -> None:
    """Empty the ambient, inheritable, permitted and effective sets."""
    _checked(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL), "clear ambient capabilities")
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_libc().capset(header, bytes(24)), "capset")


def become(uid: int, gid: int) -> None:
    """Give up being root for good: real, effective and saved ids, and no supplementary groups."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def no_new_privileges() -> None:
    """From now on no execve gains anything: setuid bits and file capabilities mean nothing."""
    _checked(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")


def not_dumpable() -> None:
    """Close this process's memory to every other process of the same user, and write no core."""
    _checked(prctl(PR_SET_DUMPABLE, 0), "dumpable")


def dumpable() -> None:
    """Let other processes of the same user, outside the jail, look at how much memory this one holds."""
    _checked(prctl(PR_SET_DUMPABLE, 1), "dumpable")


def die_with_parent(signal: int) -> None:
    """Receive ``signal`` when the parent ends. A change of user clears it: call it after."""
    _checked(prctl(PR_SET_PDEATHSIG, signal), "parent-death signal")
