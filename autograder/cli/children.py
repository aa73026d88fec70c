"""Processes that the service keeps alive: started, watched, started again with growing patience, ended with it."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

PATIENCE = (0.2, 1.0, 5.0, 15.0)
"""Seconds before each restart in a row; the last one from then on."""

STEADY_SECONDS = 60.0
"""Who has lived for so long starts over with the shortest wait."""


@dataclass(slots=True, kw_only=True)
class Child:
    """One process: the command of ``module``, with arguments. It leads a group of its own and ends when its standard
    input closes. Its temporary files are in a folder of its own, which goes when it does: a process that is killed
    clears nothing away, and an attempt's folder holds hidden data."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    folder: Path
    scratch: str = "autograder-child-"  # how the name of that folder begins
    died: Callable[[str], None] = lambda _: None  # told the name of one that died
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    _temporary: Path | None = field(default=None)
    _started: float = field(default=0.0)
    _again: float = field(default=0.0)

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def keep(self, now: float) -> None:
        """Start it if it is not there, once its wait is over."""
        if self.alive:
            return
        if self.process is not None:
            self._bury(now)
        if now >= self._again:
            self._start(now)

    def _bury(self, now: float) -> None:
        assert self.process is not None
        log.warning("%s ended with %s", self.name, self.process.returncode, extra={"worker": self.name})
        self._kill_group()
        in_a_row = 0 if now - self._started > STEADY_SECONDS else self.restarts
        self.restarts = in_a_row + 1
        self._again = now + PATIENCE[min(in_a_row, len(PATIENCE) - 1)]
        self.process = None
        self.died(self.name)

    def _start(self, now: float) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB_")}
        self._temporary = Path(tempfile.mkdtemp(prefix=self.scratch))
        environment["TMPDIR"] = str(self._temporary)
        # Not by ``-m``: a program that can be imported is, again, by the process of every attempt (multiprocessing).
        program = f"from {self.module} import command; command()"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", program, *self.arguments],
            stdin=subprocess.PIPE,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        self._started = now
        log.info("%s started", self.name, extra={"worker": self.name, "pid": self.process.pid})

    def end(self, patience: float = 3.0) -> None:
        """End it and what it started."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        """End whatever the process left of its group, and clear its temporary files away."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def clear_scratch(prefix: str) -> None:
    """Clear away what children of an earlier service left: folders of ours whose names begin so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


def clock() -> float:
    """Return a time that only goes forward, in seconds."""
    return time.monotonic()
