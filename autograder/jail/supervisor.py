"""The process outside a jail that owns it: reads the job, has the jail built, watches it, tells how it ended."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from autograder.jail import control, inside, limits, program, root, unsafe, verify
from autograder.jail import namespaces as ns
from autograder.jail.errors import LayerMissing
from autograder.jail.memory import Baseline, Gauge
from autograder.jail.settings import Settings
from autograder.jail.types import JAIL_UIDS, Exit, Job
from autograder.jail.watch import told, watch

BUILD_SECONDS = 60.0
LEASES = Path("/run/autograder-jails")
"""Where root's jails lock the ids that they run as, in files that nobody else can open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nursery:
    """What the zygote prepared for all its jails."""

    settings: Settings
    readonly: tuple[root.Bind, ...]
    filters: Mapping[tuple[bool, bool], Any]  # by whether there is a network, and a GPU
    namespaces: Mapping[str, str]


def supervise(connection: socket.socket, nursery: Nursery, slot: int) -> NoReturn:
    """In a fresh child of the zygote: see one job through. The zygote itself never reads a job."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        baseline = Baseline.of_this_process()
        plain, (channel,) = control.receive(connection, BUILD_SECONDS)
        job = Job.from_plain(plain)
        end = _run(connection, job, socket.socket(fileno=channel), nursery, slot, baseline)
        control.send(connection, {"exit": {name: getattr(end, name) for name in Exit.__slots__}})
    except control.HungUp:
        os._exit(0)
    except BaseException as error:
        control.tell_failure(connection, error)
        os._exit(1)
    os._exit(0)


def _run(
    connection: socket.socket, job: Job, channel: socket.socket, nursery: Nursery, slot: int, baseline: Baseline
) -> Exit:
    if nursery.settings.unsafe:
        return unsafe.run(connection, job, channel, nursery.settings, baseline)
    lease, cell = _prepare(job, nursery, slot, baseline)
    report, theirs = control.pair()
    pid_one = os.fork()
    if pid_one == 0:
        connection.close()
        report.close()
        lease.close()
        inside.pid_one(cell, channel, theirs)
    theirs.close()
    channel.close()
    try:
        proc, work = _expect(report, "built")[1]
        layers = _expect(report, "layers")[0]["layers"]
    except BaseException:
        os.kill(pid_one, signal.SIGKILL)
        raise
    control.send(connection, {"layers": [*layers, "watchdog"], "supervisor": os.getpid()})
    gauge = Gauge(proc=proc, work=work, baseline=baseline)
    reason = watch(connection, pid_one, job, gauge)
    _, _, usage = os.wait4(pid_one, 0)
    lease.close()
    status = _status(report) if reason == "exit" else 0
    # What a killed program used is in no usage of its parent's: the gauge saw it.
    cpu = max(gauge.cpu_seconds, usage.ru_utime + usage.ru_stime)
    return told(status, reason, job, cpu, gauge.peak)


def _prepare(job: Job, nursery: Nursery, slot: int, baseline: Baseline) -> tuple[BinaryIO, inside.Cell]:
    """Take a user for the jail and enter its user and pid namespaces; gather what the processes inside need."""
    found = program.find_program(job.program)
    as_root = os.geteuid() == 0
    lease, uid, gid = _identity(job, slot, as_root)
    processors = frozenset(limits.choose_processors(job.limits.cpus, slot))
    _enter_namespaces(uid, gid, as_root)
    rlimits = limits.resource_limits(job.limits, baseline.data)
    return lease, inside.Cell(
        job=job,
        program=found,
        layout=root.Layout(
            readonly=nursery.readonly,
            mounts=job.shown,
            uid=uid,
            gid=gid,
            disk_bytes=job.limits.disk_bytes,
            network=job.network,
            devices=job.devices,
            home=job.home,
            outside=nursery.namespaces["mount"],
        ),
        filter=nursery.filters[job.network, bool(job.devices)],
        limits=rlimits,
        environment=program.environment_of(job, nursery.settings),
        processors=processors,
        expected=verify.Expected(
            outside=nursery.namespaces,
            uid=uid,
            own_user_namespace=not as_root,
            network=job.network,
            limits=rlimits,
            writable=frozenset(str(mount.inside) for mount in job.shown if mount.writable),
        ),
    )


def _identity(job: Job, slot: int, as_root: bool) -> tuple[BinaryIO, int, int]:
    """Return who the program runs as, user and group, and what must stay open meanwhile."""
    if not as_root:
        return Path(os.devnull).open("rb"), os.geteuid(), os.getegid()
    if job.home is not None:
        return Path(os.devnull).open("rb"), job.home.uid, job.home.gid
    lease, uid = _lease_uid(slot)
    return lease, uid, uid


def _lease_uid(slot: int) -> tuple[BinaryIO, int]:
    """Take an id that no other jail of this machine has. The lock is free again when we end.

    A file of root's, not the name of an abstract socket: a jail with a network could take all of those.
    """
    LEASES.mkdir(mode=0o700, exist_ok=True)
    for offset in range(len(JAIL_UIDS)):
        uid = JAIL_UIDS[(slot + offset) % len(JAIL_UIDS)]
        lease = (LEASES / str(uid)).open("wb")
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lease.close()
        else:
            return lease, uid
    raise LayerMissing("uid", f"all of {JAIL_UIDS.start}-{JAIL_UIDS.stop - 1} are taken")


def _enter_namespaces(uid: int, gid: int, as_root: bool) -> None:
    if not as_root:
        try:
            ns.unshare(ns.CLONE_NEWUSER)
            ns.map_user(uid, gid, uid, gid)
        except OSError as error:
            raise LayerMissing("user", error) from error
    try:
        ns.unshare(ns.CLONE_NEWPID)
    except OSError as error:
        raise LayerMissing("pid", error) from error


def _expect(report: socket.socket, key: str) -> tuple[dict[str, Any], list[int]]:
    """Return the next report of the processes inside, which must be ``key``."""
    try:
        message, fds = control.receive(report, BUILD_SECONDS)
    except (control.HungUp, TimeoutError) as error:
        raise LayerMissing("root", f"the jail was not ready in {BUILD_SECONDS:.0f} s ({error!r})") from error
    if "missing" in message:
        raise LayerMissing(message["missing"], message["reason"])
    if key not in message:
        raise LayerMissing("seccomp", f"the program ended while it locked itself in: {message}")
    return message, fds


def _status(report: socket.socket) -> int:
    """Return what pid 1 learnt of the program. When it could not say, it was killed, and the program with it."""
    try:
        return int(control.receive(report)[0]["status"])
    except control.HungUp:
        return int(signal.SIGKILL)
