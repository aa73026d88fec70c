"""Which system calls a jailed process may make: an allowlist, compiled by libseccomp for this architecture.

Names, never numbers: libseccomp knows them for each architecture. What is in no list answers ENOSYS, so that the C
library falls back to an older call; what is refused on purpose answers EPERM, so that an error message makes sense.
"""

from __future__ import annotations

import errno
import platform
import socket
from collections.abc import Iterator
from typing import Any

from autograder.jail import namespaces as ns
from autograder.jail.errors import LayerMissing
from autograder.jail.syscalls import ALLOWED, ALLOWED_WITH_NETWORK, ONLY_ON_X86_64, REFUSED, YOUNG

_NETLINK_ROUTE = 0
_NVIDIA = 0x4600
_UVM = (0x3000_0001, 0x3000_0002)
_MAP_SHARED = 0x01
_MAP_ANONYMOUS = 0x20
_S_IFMT = 0o170000
_S_IFIFO = 0o010000
_LOW_32 = 0xFFFF_FFFF
_IOCTLS = (
    *(0x5401, 0x5402, 0x5403, 0x5404, 0x540B, 0x540E, 0x540F, 0x5410, 0x5413, 0x5414, 0x5422, 0x5441),
    *(0x80045430, 0x40045431),
    *(0x541B, 0x5421, 0x5450, 0x5451, 0x5452),
)
"""Terminals (TCGETS to TCSETSF, TCFLSH, TIOCSCTTY, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ, TIOCSWINSZ, TIOCNOTTY,
TIOCGPTPEER, TIOCGPTN, TIOCSPTLCK) and descriptors (FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC). No TIOCSTI."""
_PRCTLS = (1, 2, 3, 15, 16, 21, 23, 29, 30, 38, 39, 41, 42, 0x53564D41)
"""Parent-death signal, names, timer slack, no_new_privs, THP, VMA names. Never PR_SET_DUMPABLE or capabilities."""
_NEW_NAMESPACES = (
    ns.CLONE_NEWNS
    | ns.CLONE_NEWCGROUP
    | ns.CLONE_NEWUTS
    | ns.CLONE_NEWIPC
    | ns.CLONE_NEWUSER
    | ns.CLONE_NEWPID
    | ns.CLONE_NEWNET
)


def prepare(network: bool, machine: str | None = None, *, gpu: bool = False) -> Any:
    """Return a ``pyseccomp.SyscallFilter`` ready to ``load()``. Slow beside a fork: make it once, before.

    ``machine`` is x86_64 or aarch64; None is this one. Raises ``LayerMissing``.
    """
    machine = machine or platform.machine()
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise LayerMissing("seccomp", f"pyseccomp or libseccomp: {error}") from error
    architectures = {"x86_64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}
    if machine not in architectures:
        raise LayerMissing("seccomp", f"no list of system calls for {machine}")
    try:
        return _filter(pyseccomp, architectures[machine], machine, network, gpu)
    except (OSError, ValueError) as error:
        raise LayerMissing("seccomp", error) from error


def _filter(seccomp: Any, architecture: int, machine: str, network: bool, gpu: bool) -> Any:
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    if not rules.exist_arch(architecture):
        rules.add_arch(architecture)
        rules.remove_arch(seccomp.Arch.NATIVE)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    rules.set_attr(seccomp.Attr.CTL_NNP, 1)
    for name in _known(seccomp, architecture, machine, ALLOWED):
        rules.add_rule(seccomp.ALLOW, name)
    for name in _known(seccomp, architecture, machine, REFUSED):
        allowed = network and name in ALLOWED_WITH_NETWORK
        rules.add_rule(seccomp.ALLOW if allowed else seccomp.ERRNO(errno.EPERM), name)
    _add_conditions(seccomp, rules, network, machine)
    if gpu:
        _add_gpu(seccomp, rules)
    return rules


def _known(seccomp: Any, architecture: int, machine: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the names that this architecture has. Raises ``LayerMissing`` for one that should be known and is not."""
    for name in names:
        if machine != "x86_64" and name in ONLY_ON_X86_64:
            continue
        try:
            known = seccomp.resolve_syscall(architecture, name) >= 0
        except (OSError, ValueError):
            known = False
        if known:
            yield name
        elif name not in YOUNG:
            raise LayerMissing("seccomp", f"libseccomp does not know {name} on {machine}")


def _add_conditions(seccomp: Any, rules: Any, network: bool, machine: str) -> None:
    """Add the calls that depend on an argument."""
    allow, arg = seccomp.ALLOW, seccomp.Arg
    equal, masked = seccomp.EQ, seccomp.MASKED_EQ
    refuse, busy = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOMEM)
    rules.add_rule(allow, "clone", arg(0, masked, _NEW_NAMESPACES, 0))
    for number in (bit for bit in range(32) if _NEW_NAMESPACES >> bit & 1):
        rules.add_rule(refuse, "clone", arg(0, masked, 1 << number, 1 << number))
    _add_sockets(seccomp, rules, network)
    rules.add_rule(allow, "socketpair", arg(0, equal, socket.AF_UNIX))
    for number in _IOCTLS:
        rules.add_rule(allow, "ioctl", arg(1, masked, _LOW_32, number))
    for number in _PRCTLS:
        rules.add_rule(allow, "prctl", arg(0, masked, _LOW_32, number))
    # Memory shared by no file belongs to no process once it is given back with madvise: nobody could count it.
    shared = _MAP_SHARED | _MAP_ANONYMOUS
    rules.add_rule(allow, "mmap", arg(3, masked, _MAP_SHARED, 0))
    rules.add_rule(allow, "mmap", arg(3, masked, shared, _MAP_SHARED))
    rules.add_rule(busy, "mmap", arg(3, masked, shared, shared))
    rules.add_rule(allow, "mknodat", arg(2, masked, _S_IFMT, _S_IFIFO))
    if machine == "x86_64":
        rules.add_rule(allow, "mknod", arg(1, masked, _S_IFMT, _S_IFIFO))


def _add_gpu(seccomp: Any, rules: Any) -> None:
    """Allow what NVIDIA's driver takes: ioctls of type 'F', and unified memory's, which are small numbers."""
    rules.add_rule(seccomp.ALLOW, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFF00, _NVIDIA))
    rules.add_rule(seccomp.ALLOW, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, _LOW_32 & ~0xFF, 0))
    for number in _UVM:
        rules.add_rule(seccomp.ALLOW, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, _LOW_32, number))


def _add_sockets(seccomp: Any, rules: Any, network: bool) -> None:
    """Allow sockets of the machine's own, and with a network the internet's: no other family, no raw one."""
    allow, unsupported = seccomp.ALLOW, seccomp.ERRNO(errno.EAFNOSUPPORT)

    def family(comparison: Any, number: int) -> Any:
        return seccomp.Arg(0, comparison, number)

    rules.add_rule(allow, "socket", family(seccomp.EQ, socket.AF_UNIX))
    if not network:
        rules.add_rule(unsupported, "socket", family(seccomp.GT, socket.AF_UNIX))
        return
    for internet in (socket.AF_INET, socket.AF_INET6):
        rules.add_rule(allow, "socket", family(seccomp.EQ, internet))
    # NETLINK_ROUTE lists the interfaces to anybody and changes them for root alone. A kernel's libzmq asks for them.
    rules.add_rule(allow, "socket", family(seccomp.EQ, socket.AF_NETLINK), seccomp.Arg(2, seccomp.EQ, _NETLINK_ROUTE))
    rules.add_rule(
        unsupported, "socket", family(seccomp.EQ, socket.AF_NETLINK), seccomp.Arg(2, seccomp.NE, _NETLINK_ROUTE)
    )
    for number in range(socket.AF_INET6 + 1, socket.AF_NETLINK):
        rules.add_rule(unsupported, "socket", family(seccomp.EQ, number))
    rules.add_rule(unsupported, "socket", family(seccomp.GT, socket.AF_NETLINK))
