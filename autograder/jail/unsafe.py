"""No jail at all: a fork with resource limits and a clock, for a laptop without namespaces. Its user is told so."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from autograder.jail import control, limits, program
from autograder.jail.memory import Baseline
from autograder.jail.settings import Settings
from autograder.jail.types import WORK, Exit, Job
from autograder.jail.watch import told, watch


def run(connection: socket.socket, job: Job, channel: socket.socket, settings: Settings, baseline: Baseline) -> Exit:
    """Run one job in a temporary folder, as the user that we are."""
    found = program.find_program(job.program)
    folder = Path(tempfile.mkdtemp(prefix="autograder-unsafe-"))
    try:
        child = os.fork()
        if child == 0:
            connection.close()
            _run(job, found, channel, settings, baseline, folder)
        channel.close()
        control.send(connection, {"layers": ["limits"]})
        reason = watch(connection, child, job, None)
        _, status, usage = os.wait4(child, 0)
        with suppress(ProcessLookupError):  # what it left behind, as far as it stayed in its session
            os.killpg(child, signal.SIGKILL)
        return told(status, reason, job, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(
    job: Job, found: program.Program, channel: socket.socket, settings: Settings, baseline: Baseline, folder: Path
) -> NoReturn:
    try:
        os.setsid()
        for mount in job.mounts:
            place = folder / mount.inside.relative_to(WORK)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(mount.source.resolve())
        os.chdir(folder)
        program.take_descriptors(channel, channel).close()
        program.take_environment({**program.environment_of(job, settings), "HOME": str(folder)})
        limits.apply(limits.resource_limits(job.limits, baseline.data))
    except BaseException:
        os._exit(1)
    program.run(found)
