"""JupyterHub's spawner for one machine: each server a warm fork, in a jail, on a port that the hub holds."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyterhub.spawner import Spawner

from autograder.course.cohort import PersonRole
from autograder.hub.nursery import Nursery
from autograder.hub.profiles import Profile
from autograder.hub.server import LISTEN, STOP
from autograder.hub.servers import Servers
from autograder.jail import Jail, JailUnavailable, Job

STOP_SECONDS = 8.0
LOOPBACK = "127.0.0.1"


class JailedSpawner(Spawner):  # type: ignore[misc]
    """Where ``servers`` plans and ``nursery`` forks. The hub's state remembers a server by its supervisor's id.

    The hub keeps the listening socket open as long as the server is one of its own: when a server dies, its port is
    not free for somebody else of this machine to receive what its owner's browser goes on sending.
    """

    servers: Servers
    nursery: Nursery
    _jail: Jail | None = None
    _listener: socket.socket | None = None
    _supervisor: tuple[int, int] | None = None  # process id, and when it was started

    def profile(self) -> Profile:
        """Return what the server's owner chose."""
        raise NotImplementedError

    def role(self) -> PersonRole:
        """Return what the server's owner is."""
        raise NotImplementedError

    def card(self, environment: Mapping[str, str]) -> int | None:  # noqa: ARG002 (for who has any)
        """Return the number of the GPU that the environment names."""
        return None

    async def device(self) -> Mapping[str, str]:
        """Return what the environment says of devices, once there are any."""
        return {}

    async def start(self) -> str:
        """Start the server; return its address."""
        self._listener = _listen()
        self.ip, self.port = self._listener.getsockname()
        try:
            environment = {**self.get_env(), **await self.device()}
            job = await asyncio.to_thread(self._plan, environment)
            await self._spawn(job)
        except BaseException:
            await self.stop(now=True)
            raise
        return f"http://{self.ip}:{self.port}"

    def _plan(self, environment: Mapping[str, str]) -> Job:
        card = self.card(environment)
        return self.servers.plan(self.user.name, self.role(), self.profile(), environment, card)

    async def _spawn(self, job: Job) -> None:
        assert self._listener is not None
        jail = await asyncio.to_thread(self.nursery.spawn, job)
        self._jail = jail
        if jail.supervisor is not None:
            self._supervisor = (jail.supervisor, _started(jail.supervisor) or 0)
        socket.send_fds(jail.socket, [LISTEN], [self._listener.fileno()])

    async def poll(self) -> int | None:
        """Return nothing while the server runs, else an exit code."""
        if self._supervisor is None:
            return 0
        pid, started = self._supervisor
        return None if started and _started(pid) == started else 1

    async def stop(self, now: bool = False) -> None:
        """End the server, politely while there is time; then the jail, and all that is in it."""
        jail, self._jail = self._jail, None
        try:
            if jail is not None:
                await asyncio.to_thread(_end, jail, now)
            if await self.poll() is None and self._supervisor is not None:  # one from before the hub's restart
                os.kill(self._supervisor[0], signal.SIGTERM)
                await self._until_gone()
        finally:
            if self._listener is not None:
                self._listener.close()
            self._listener = self._supervisor = None

    async def _until_gone(self) -> None:
        for _ in range(100):
            if await self.poll() is not None:
                return
            await asyncio.sleep(0.05)

    def get_state(self) -> dict[str, Any]:
        """Return what finds the server again after the hub's restart."""
        state: dict[str, Any] = super().get_state()
        if self._supervisor is not None:
            state["supervisor"] = list(self._supervisor)
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a server that an earlier hub started."""
        super().load_state(state)
        if "supervisor" in state:
            pid, started = state["supervisor"]
            self._supervisor = (int(pid), int(started))

    def clear_state(self) -> None:
        """Forget the server."""
        super().clear_state()
        self._supervisor = None


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((LOOPBACK, 0))
    listener.listen(128)
    return listener


def _end(jail: Jail, now: bool) -> None:
    with suppress(OSError, JailUnavailable):
        if now:
            jail.kill()
            return
        jail.socket.sendall(STOP)
        with suppress(TimeoutError):
            jail.wait(STOP_SECONDS)
            return
        jail.kill()


def _started(pid: int) -> int | None:
    """Return when a process was started, in ticks since boot; nothing when it is gone. An id alone may be reused."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in ("Z", "X") else int(fields[19])
