"""Kernels forked inside a jail from a process that has imported TensorFlow: at hand in a tenth of a second, and light.

The nursery is forked from the server's program before that has a thread. It imports nothing, runs nothing and reads
only what its own server asks for; a kernel is a fork of it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

LARGEST = 1 << 20
MODULE = "ipykernel_launcher"


@dataclass(frozen=True, slots=True)
class KernelNursery:
    """The server's end of the line to the process that forks kernels."""

    line: socket.socket
    turn: threading.Lock = field(default_factory=threading.Lock)  # a notebook is validated in a thread

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> ForkedKernel:
        """Start a kernel. Raises ``OSError`` when the nursery is gone or could not fork."""
        wanted = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
        with self.turn:
            self.line.sendall(json.dumps(wanted).encode())
            said, fds, _, _ = socket.recv_fds(self.line, 64, 1)
        if not said or not fds:
            raise OSError("the process that forks kernels is gone")
        return ForkedKernel(pid=int(said), pidfd=fds[0])


@dataclass(slots=True, kw_only=True)
class ForkedKernel:
    """As much of ``subprocess.Popen`` as jupyter_client asks of a kernel's process. It is not our child."""

    pid: int
    pidfd: int
    returncode: int | None = None
    stdin: None = field(default=None, init=False)
    stdout: None = field(default=None, init=False)
    stderr: None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Return nothing while it runs. How it ended nobody asks."""
        if self.returncode is None and select.select([self.pidfd], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises ``subprocess.TimeoutExpired``."""
        if self.returncode is None:
            if not select.select([self.pidfd], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(MODULE, timeout or 0.0)
            self._ended()
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Send a signal to it, and to nobody who has its number after it."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self) -> None:
        self.returncode = 0
        os.close(self.pidfd)


def start() -> KernelNursery:
    """Fork the nursery. The caller must have one thread."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    return KernelNursery(ours)


def _serve(line: socket.socket) -> NoReturn:
    """Fork a kernel for each request, until the server is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # kernels need no reaping
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while request := line.recv(LARGEST):
            wanted = json.loads(request)
            pid = os.fork()
            if pid == 0:
                line.close()
                _be_kernel(wanted)
            pidfd = os.pidfd_open(pid)
            socket.send_fds(line, [str(pid).encode()], [pidfd])
            os.close(pidfd)
    finally:
        os._exit(0)


def _forget_the_zygote() -> None:
    """Make anew what libraries decided when the zygote imported them: by chance, or from its environment."""
    if "numpy.random" in sys.modules:  # Python's own generator is seeded anew by fork
        sys.modules["numpy.random"].seed()
    if "matplotlib" in sys.modules and "MPLBACKEND" in os.environ:  # Keras imports it
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]


def _be_kernel(wanted: Mapping[str, Any]) -> NoReturn:
    """Be what ``python -m ipykernel_launcher ARGUMENTS`` would be."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(wanted["environment"], JPY_PARENT_PID=str(os.getppid()))  # a kernel ends with its parent
        os.chdir(wanted["folder"])
        _forget_the_zygote()
        sys.argv = [MODULE, *wanted["arguments"]]
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
