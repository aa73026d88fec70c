"""Waits for a jail to end or ends it: the clock, the memory, the peer. Then says how it ended."""

from __future__ import annotations

import math
import os
import select
import signal
import socket
import time
from typing import cast

from autograder.jail import control
from autograder.jail.memory import Gauge
from autograder.jail.types import Exit, Job, Reason


def watch(connection: socket.socket, process: int, job: Job, gauge: Gauge | None) -> Reason:
    """Wait until ``process`` ends, or end it: time is up, memory is full, the peer asks for it or hangs up."""
    poll = select.poll()
    ended = os.pidfd_open(process)
    poll.register(ended, select.POLLIN)
    poll.register(connection, select.POLLIN)
    deadline, late = time.monotonic() + job.limits.wall_seconds, "wall"
    while True:
        ready = {fd for fd, _ in poll.poll(job.limits.look_seconds * 1000)}
        if connection.fileno() in ready:
            poll.unregister(connection)
            grace = _grace(connection, math.inf if job.outlives else 0.0)
            # The program may be about to end by itself, and then that is how it ended.
            deadline, late = min((deadline, late), (time.monotonic() + grace, "killed"))
        if ended in ready:
            return "exit"
        reason = "memory" if gauge and gauge.over(job.limits.memory_bytes) else late
        if reason == "memory" or time.monotonic() >= deadline:
            os.kill(process, signal.SIGKILL)
            return cast(Reason, reason)


def _grace(connection: socket.socket, when_gone: float) -> float:
    """Return how long the peer gives the program to end; ``when_gone`` for a peer that hung up."""
    try:
        return float(control.receive(connection)[0]["close"])
    except control.HungUp:
        return when_gone


def told(status: int, reason: Reason, job: Job, cpu: float, peak: int) -> Exit:
    """Return how a program ended that we, for ``reason``, ended or did not."""
    code = signal.SIGKILL if reason != "exit" else abs(os.waitstatus_to_exitcode(status))
    if reason == "exit" and os.WIFSIGNALED(status):
        out_of_time = code == signal.SIGXCPU or (code == signal.SIGKILL and cpu >= job.limits.cpu_seconds)
        reason = "wall" if out_of_time else "signal"
    return Exit(reason=reason, code=int(code), cpu_seconds=cpu, peak_memory_bytes=peak)
