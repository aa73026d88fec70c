"""How the rest of the program gets jails: start a zygote, spawn jobs in it from any thread or process, close them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.jail import control
from autograder.jail.errors import JailUnavailable
from autograder.jail.settings import Settings
from autograder.jail.types import Exit, Job
from autograder.messages import say

START_SECONDS = 180.0
SPAWN_SECONDS = 90.0
CLOSE_SECONDS = 30.0
GRACE_SECONDS = 0.5
_LIBRARIES = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""What keeps the libraries quiet and single-threaded while the zygote imports them."""


class Jail:
    """A running job. ``socket`` is the one channel to its program; everything that comes out of it is a claim.

    As a context manager it is closed at the end.
    """

    def __init__(self, control_socket: socket.socket, channel: socket.socket, made: Mapping[str, Any]) -> None:
        self.socket = channel
        self.layers: tuple[str, ...] = tuple(made["layers"])
        self.supervisor: int | None = made.get("supervisor")  # its process id: the jail ends with it
        self._control = control_socket
        self._exit: Exit | None = None

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close() if kind is None else self.kill()

    def close(self, grace_seconds: float = GRACE_SECONDS) -> Exit:
        """Hang up the channel, give the program ``grace_seconds`` to end by itself, end it; return how it ended."""
        if self._exit is None:
            self.socket.close()
            with suppress(OSError):  # it may have ended already
                control.send(self._control, {"close": grace_seconds})
            self._exit = self._learn_exit(grace_seconds + CLOSE_SECONDS)
            self._control.close()
        return self._exit

    def kill(self) -> Exit:
        """End the program at once."""
        return self.close(0.0)

    def wait(self, timeout: float | None = None) -> Exit:
        """Wait for the program to end by itself or by its limits. Raises ``TimeoutError``."""
        if self._exit is None:
            self._exit = self._learn_exit(timeout)
            self.socket.close()
            self._control.close()
        return self._exit

    def _learn_exit(self, timeout: float | None) -> Exit:
        try:
            message, _ = control.receive(self._control, timeout)
            return Exit(**message["exit"])
        except (control.HungUp, KeyError) as error:
            raise JailUnavailable("zygote", f"the supervisor of a jail ended without a word: {error!r}") from error


@dataclass(frozen=True, slots=True)
class ZygoteClient:
    """A way to a zygote that some process runs. Picklable; any thread or process of the same user may use it."""

    address: str
    spawn_seconds: float = SPAWN_SECONDS

    def spawn(self, job: Job) -> Jail:
        """Start ``job`` in a jail of its own. Raises ``JailUnavailable`` when a layer is missing, ``OSError`` when a
        mount's source is not there."""
        for mount in job.shown:
            mount.source.stat()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours, theirs = socket.socketpair()
        try:
            connection.connect(self.address)
            with theirs:
                control.send(connection, job.to_plain(), [theirs.fileno()])
            message, _ = control.receive(connection, self.spawn_seconds)
            if "missing" in message:
                raise JailUnavailable(message["missing"], message["reason"])
            return Jail(connection, ours, message)
        except (OSError, control.HungUp) as error:
            ours.close()
            connection.close()
            raise JailUnavailable("zygote", repr(error)) from error
        except BaseException:
            ours.close()
            connection.close()
            raise


def connect(address: str) -> ZygoteClient:
    """Return a client of the zygote whose ``Zygote.address`` that is."""
    return ZygoteClient(address)


class Zygote:
    """Owns a zygote process. As a context manager it is started and ended.

    ``preload`` names the modules to import, programs among them; ``path`` adds folders to import from, ``readonly``
    other files and folders that every jail sees, each where it lies; ``environment`` is set in the zygote and in every
    jail. ``unsafe`` runs jobs without any jail and says so on stderr.
    """

    def __init__(
        self,
        preload: Sequence[str] = (),
        readonly: Sequence[Path] = (),
        *,
        path: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
        unsafe: bool = False,
    ) -> None:
        self._settings = Settings(
            preload=tuple(preload),
            path=tuple(str(folder) for folder in path),
            readonly=tuple(str(one) for one in readonly),
            environment={**_LIBRARIES, **(environment or {})},
            unsafe=unsafe,
        )
        self._owner = os.getpid()  # a fork of ours may use the zygote, but neither end nor restart it
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._life: socket.socket | None = None
        self.ready: Mapping[str, Any] = {}

    def __enter__(self) -> Zygote:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> str:
        """What ``connect`` needs, in this process or another. Stays the same when the zygote is restarted."""
        if self._folder is None:
            raise RuntimeError("the zygote has not been started")
        return str(self._folder / "socket")

    @property
    def alive(self) -> bool:
        """Whether the process is there, as its owner sees it."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id. Raises ``RuntimeError`` when there is none."""
        if self._process is None:
            raise RuntimeError("the zygote has not been started")
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until everything is imported. Raises ``JailUnavailable``."""
        if self._settings.unsafe:
            sys.stderr.write(say("jail.unsafe") + "\n")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="autograder-zygote-"))  # mode 0700
        Path(self.address).unlink(missing_ok=True)
        life, theirs = control.pair()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening, theirs:
            listening.bind(self.address)
            listening.listen(128)
            self._process = _start_process(theirs, listening, self._folder, self._settings)
        self._life = life
        try:
            control.send(life, self._settings.to_plain())
            self.ready, _ = control.receive(life, START_SECONDS)
        except (control.HungUp, OSError) as error:
            said = self._last_words()
            self.close()
            raise JailUnavailable("zygote", f"{error!r} {said}".strip()) from error
        if "missing" in self.ready:
            self.close()
            raise JailUnavailable(self.ready["missing"], self.ready["reason"])

    def spawn(self, job: Job) -> Jail:
        """Start ``job`` in a jail of its own; a zygote that died is restarted first. Raises ``JailUnavailable``."""
        if self._owner == os.getpid() and self._folder is not None and not self.alive:
            self.restart()
        return connect(self.address).spawn(job)

    def restart(self) -> None:
        """End the process, hung or dead, and start another at the same address. Running jails go on."""
        self._end()
        self.start()

    def close(self) -> None:
        """End the process and remove its socket. Jails still running belong to whoever spawned them."""
        if self._owner != os.getpid():
            return
        self._end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _end(self) -> None:
        if self._life is not None:
            self._life.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._life = self._process = None

    def _last_words(self) -> str:
        if self._folder is None:
            return ""
        lines = (self._folder / "log").read_text(errors="replace").splitlines()
        return " / ".join(lines[-4:])


def _start_process(
    life: socket.socket, listening: socket.socket, folder: Path, settings: Settings
) -> subprocess.Popen[bytes]:
    """Start a clean Python: isolated mode, an environment of ours alone, no descriptors but two."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        **settings.environment,
    }
    command = [sys.executable, "-I", "-m", "autograder.jail.zygote", str(listening.fileno())]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=life.fileno(),
            stdout=log,
            stderr=log,
            env=environment,
            cwd="/",
            pass_fds=[listening.fileno()],
        )
