"""The hub as a process of this machine: one a state folder, started, awaited until it answers, stopped in order."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from autograder.messages import say

START_SECONDS = 120.0
STOP_SECONDS = 90.0
_LARGEST_LOG = 20 << 20
_LAST_LINES = 25


class HubFailed(RuntimeError):
    """The hub cannot be started, or has ended; the sentence says why and what next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is needed to start it. ``config`` is the course's jupyterhub_config.py."""

    config: Path
    folder: Path
    address: str
    environment: Mapping[str, str]


class HubProcess:
    """A hub that runs while the context is open."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the hub, its proxy and its services write."""
        return self._start.folder / "hub.log"

    def __enter__(self) -> HubProcess:
        self._start.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _take_lock(self._start.folder / "lock")
        try:
            _must_be_free(self._start.address)
            self._process = self._launch()
            self._await_answer()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._lock is not None:
            os.close(self._lock)
        self._process = self._lock = None

    def wait(self) -> None:
        """Wait until the hub ends by itself. It should not: raises ``HubFailed``."""
        assert self._process is not None
        code = self._process.wait()
        raise HubFailed(say("hub.process.ended", code=code, log=self.log, last=self._last_words()))

    def _launch(self) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        bin_folder = str(Path(sys.executable).parent)
        environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ.get('PATH', '')}", **self._start.environment}
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            return subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(self._start.config)],
                cwd=self._start.config.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for us: we stop it in order
                pass_fds=[self._lock],  # held as long as the hub lives, whatever becomes of us
            )

    def _await_answer(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                code = self._process.returncode
                raise HubFailed(say("hub.process.ended", code=code, log=self.log, last=self._last_words()))
            with suppress(URLError, OSError), urlopen(f"{self._start.address}/hub/health", timeout=5):
                return
            time.sleep(0.2)
        raise HubFailed(say("hub.process.slow", seconds=START_SECONDS, log=self.log, last=self._last_words()))

    def _last_words(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        return ""


def _take_lock(file: Path) -> int:
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise HubFailed(say("hub.process.running", folder=file.parent)) from error
    return lock


def _must_be_free(address: str) -> None:
    url = urlsplit(address)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((url.hostname or "127.0.0.1", url.port or (443 if url.scheme == "https" else 80)))
        except OSError as error:
            raise HubFailed(say("hub.process.taken", address=address, why=error.strerror or "")) from error
