"""The two processes inside a jail: pid 1, which builds it, and the program, which locks itself in."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.jail import control, limits, program, root, verify
from autograder.jail import namespaces as ns
from autograder.jail.errors import LayerMissing
from autograder.jail.types import WORK, Job

_NAMESPACES = {
    "mount": ns.CLONE_NEWNS,
    "network": ns.CLONE_NEWNET,
    "ipc": ns.CLONE_NEWIPC,
    "uts": ns.CLONE_NEWUTS,
    "cgroup": ns.CLONE_NEWCGROUP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """All that the processes inside need, gathered by the supervisor."""

    job: Job
    program: program.Program
    layout: root.Layout
    filter: Any
    limits: Mapping[int, tuple[int, int]]
    environment: Mapping[str, str]
    processors: frozenset[int]
    expected: verify.Expected


def pid_one(cell: Cell, channel: socket.socket, report: socket.socket) -> NoReturn:
    """Be pid 1: build the jail, give up every privilege, fork the program, reap, tell how the program ended."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a handler would let the program interrupt its own pid 1
        _be_first_to_go_when_memory_is_short()
        for layer, flag in _NAMESPACES.items():
            if not (layer == "network" and cell.job.network):
                with _named(layer):
                    ns.unshare(flag)
        with _named("root"):
            root.build(cell.layout)
        _tell_where(report)
        give_up_privileges(cell)
        first = os.fork()
        if first == 0:
            locked_in(cell, channel, report)
    except BaseException as error:
        control.tell_failure(report, error)
        os._exit(1)
    channel.close()
    os.closerange(0, report.fileno())
    os.closerange(report.fileno() + 1, limits.most_files())
    _reap(first, report)


def locked_in(cell: Cell, channel: socket.socket, report: socket.socket) -> NoReturn:
    """Be the program: put the last layers on, look at them all, say which, and run."""
    try:
        os.sched_setaffinity(0, cell.processors)
        report = program.take_descriptors(channel, report)
        program.take_environment(cell.environment)
        with _named("limits"):
            limits.apply(cell.limits)
        if cell.expected.own_user_namespace:
            ns.dumpable()  # pid 1 stays closed; the supervisor is no root here and could not measure us otherwise
        with _named("seccomp"):
            cell.filter.load()
        control.send(report, {"layers": verify.layers(cell.expected)})
        report.close()
    except BaseException as error:
        control.tell_failure(report, error)
        os._exit(1)
    program.run(cell.program)


def give_up_privileges(cell: Cell) -> None:
    """Become the jail's user, without capabilities now or ever."""
    with _named("capabilities"):
        ns.forget_bounding_capabilities()
        if not cell.expected.own_user_namespace:
            ns.become(cell.layout.uid, cell.layout.gid)
        ns.forget_capabilities()
    with _named("no_new_privs"):
        ns.no_new_privileges()
    ns.not_dumpable()
    ns.die_with_parent(signal.SIGKILL)
    os.umask(0o077)


def _be_first_to_go_when_memory_is_short() -> None:
    Path("/proc/self/oom_score_adj").write_text("1000")


def _tell_where(report: socket.socket) -> None:
    """Hand out the folders through which the supervisor measures."""
    folders = [os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for path in ("/proc", WORK)]
    control.send(report, {"built": True}, folders)
    for folder in folders:
        os.close(folder)


def _reap(first: int, report: socket.socket) -> NoReturn:
    while True:
        pid, status = os.wait()
        if pid == first:
            with contextlib.suppress(OSError):
                control.send(report, {"status": status})
            os._exit(0)


@contextlib.contextmanager
def _named(layer: str) -> Iterator[None]:
    """Say which layer it was that could not be put on."""
    try:
        yield
    except OSError as error:
        raise LayerMissing(layer, error) from error
