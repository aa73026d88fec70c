"""``autograder service``: the pages, the API and the grading behind them. The hub runs it and restarts it.

It owns the warm zygote, the workers and the mirror: whichever of them dies is started again, and when this process
dies they end with it. What was running then is queued again by the next one.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import click
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from autograder.cli.children import Child, clear_scratch, clock
from autograder.cli.grade import default_jobs
from autograder.cli.jails import ENVIRONMENT, PRELOAD
from autograder.cli.logs import to_json
from autograder.cli.place import Place, find_place
from autograder.cli.publishing import Formgrader, Press
from autograder.cli.rooms import Rooms, open_rooms, utc_now
from autograder.cohort.mail import VARIABLE, mailer
from autograder.insights.sight import Watch
from autograder.jail import JailUnavailable, Zygote
from autograder.messages import say
from autograder.web.app import make_app
from autograder.web.identity import hub_identity
from autograder.web.services import Services

log = logging.getLogger(__name__)

DEFAULT_URL = "http://127.0.0.1:8090"
FORM_BYTES = 1 << 20
BODY_SECONDS = 120.0
IDLE_SECONDS = 75.0
WATCH_SECONDS = 0.5
SWEEP_SECONDS = 15.0
ENDING_SECONDS = 15.0


@click.command("service")
@click.option("--workers", type=click.IntRange(0), default=default_jobs, help="Cuántos intentos se califican a la vez.")
def command(workers: int) -> None:
    """Atiende las páginas y la API, y califica lo que llega. Lo inicia JupyterHub."""
    to_json()
    place = find_place(Path.cwd())
    with alone(place.home), open_rooms(place) as rooms:
        asyncio.run(Service(rooms, workers).run())


@contextmanager
def alone(home: Path, patience: float = ENDING_SECONDS) -> Iterator[None]:
    """Be the only service of a state folder: only then is a job that runs nobody's.

    Waits a little for one that is ending, because its hub died. Raises ``click.UsageError``.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "service.lock").open("w") as lock:
        until = clock() + patience
        while not _locked(lock):
            if clock() > until:
                raise click.UsageError(say("cli.service.twice", home=home))
            time.sleep(WATCH_SECONDS)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def cookie_secret(home: Path) -> bytes:
    """Return what cookies are signed with: made once, so that a restart signs nobody out."""
    file = home / "cookie_secret"
    if not file.is_file():
        partial = home / f".cookie_secret.{secrets.token_hex(8)}"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as made:
            made.write(secrets.token_hex(32).encode())
        partial.replace(file)  # whole, or not at all
    return file.read_bytes()


class Service:
    """The running service."""

    def __init__(self, rooms: Rooms, workers: int) -> None:
        self._rooms = rooms
        self._zygote = Zygote(preload=PRELOAD, environment=ENVIRONMENT)
        self._wanted = workers
        self._children: list[Child] = []
        self._scratch = f"autograder-{hashlib.sha256(str(rooms.place.home).encode()).hexdigest()[:8]}-"
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until told to stop."""
        rooms, now = self._rooms, utc_now()
        services = make_services(rooms, self.health)
        clear_scratch(self._scratch)
        resumed, adopted = rooms.queue.resume(now), rooms.reception.adopt(now)
        log.info("taken up: %d that ran, %d just received", resumed, adopted)
        if first := Press(rooms=rooms).first_editions():
            log.info("first edition of %s", ", ".join(first))
        server = listen(services)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        tending = asyncio.create_task(self._tend())
        sweeping = asyncio.create_task(self._sweep())
        looking = asyncio.create_task(
            asyncio.to_thread(services.watch.look, now)
        )  # so that no page waits for the first
        await self._stop.wait()
        server.stop()
        for task in (tending, sweeping):
            task.cancel()
        await asyncio.gather(tending, sweeping, looking, return_exceptions=True)
        await asyncio.to_thread(self._end)

    def health(self) -> Mapping[str, bool]:
        """Return which parts are well."""
        return {
            "zygote": not self._wanted or self._zygote.alive,
            "workers": all(child.alive for child in self._children) and len(self._children) > self._wanted,
        }

    async def _tend(self) -> None:
        """Keep zygote and children alive, as long as the hub that started this is there."""
        hub = os.getppid() if "JUPYTERHUB_SERVICE_NAME" in os.environ else None
        root = self._rooms.place.course.root
        self._children.append(Child(name="mirror", module="autograder.cli.mirror", folder=root, scratch=self._scratch))
        while True:
            if hub is not None and os.getppid() != hub:
                log.warning("the hub is gone: ending, so that the next one can start its own")
                self._stop.set()
            try:
                if self._wanted and not self._zygote.alive:
                    await self._warm(root)
                for child in self._children:
                    child.keep(clock())
            except Exception:
                log.exception("could not tend the workers")
            await asyncio.sleep(WATCH_SECONDS)

    async def _warm(self, root: Path) -> None:
        """Start the zygote, and with the first one the workers."""
        try:
            await asyncio.to_thread(self._zygote.restart)
        except JailUnavailable as error:
            log.error("no jail, so nothing is graded: %s", error)
            await asyncio.sleep(5)
            return
        log.info("zygote warm", extra={"pid": self._zygote.pid})
        if len(self._children) == 1:
            for number in range(1, self._wanted + 1):
                name = f"worker-{number}-{secrets.token_hex(3)}"
                self._children.append(
                    Child(
                        name=name,
                        module="autograder.cli.worker",
                        arguments=("--zygote", self._zygote.address, "--name", name),
                        folder=root,
                        scratch=self._scratch,
                        died=self._give_back,
                    )
                )

    def _give_back(self, worker: str) -> None:
        """Let another worker have what a dead one was working on."""
        self._rooms.queue.abandon(worker, utc_now())

    async def _sweep(self) -> None:
        """Let in held attempts whose students were given more."""
        while True:
            try:
                await asyncio.to_thread(self._let_in)
            except Exception:
                log.exception("could not look at held attempts")
            await asyncio.sleep(SWEEP_SECONDS)

    def _let_in(self) -> None:
        for held in self._rooms.queue.held():
            self._rooms.reception.release_held(held, utc_now())

    def _end(self) -> None:
        for child in self._children:
            child.end()
        self._zygote.close()


def make_services(rooms: Rooms, health: object) -> Services:
    """Return what the pages are given. Raises ``CohortError`` without a cohort."""
    place: Place = rooms.place
    rooms.cohort()
    return Services(
        course=place.course,
        home=place.home,
        cohort=rooms.cohort,
        bundle=rooms.bundle,
        gradebook=rooms.gradebook,
        queue=rooms.queue,
        desk=rooms.desk,
        watch=Watch(rooms.gradebook.engine, rooms.cohort),
        reception=rooms.reception,
        editions=rooms.editions,
        publish=Press(rooms=rooms).publish,
        take_manual=Formgrader(rooms=rooms).take,
        health=health,  # type: ignore[arg-type]
        identity=hub_identity(),
        secret=cookie_secret(place.home),
        mail=mailer(url).send if (url := os.environ.get(VARIABLE)) else None,
        prefix=os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/services/autograder/"),
    )


def listen(services: Services) -> HTTPServer:
    """Listen where the hub says. A body has a time limit, and but for a notebook's upload it is small."""
    address = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL") or DEFAULT_URL)
    server = HTTPServer(
        make_app(services),
        xheaders=True,
        max_body_size=FORM_BYTES,
        body_timeout=BODY_SECONDS,
        idle_connection_timeout=IDLE_SECONDS,
    )
    server.add_sockets(bind_sockets(address.port or 80, address.hostname or "127.0.0.1", backlog=1024))
    log.info("listening on %s:%s", address.hostname, address.port)
    return server
