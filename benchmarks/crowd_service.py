"""The real application over a made-up cohort, for whoever sends the cookie ``crowd-user``. For benchmarks and tests."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from autograder.cohort.changes import changes_mark, with_changes
from autograder.cohort.desk import Desk
from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.course.cohort import Cohort
from autograder.course.read import read_course
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.exchange.editions import Editions
from autograder.exchange.queue import Queue
from autograder.exchange.receive import Reception
from autograder.gradebook import Gradebook
from autograder.insights.sight import Watch
from autograder.web.allowance import Allowances
from autograder.web.app import make_app
from autograder.web.services import Services
from benchmarks.crowd import Crowd, attempts_of, fill, make_cohort

ROOT = Path(__file__).parents[1]
PREFIX = "/services/autograder/"
SCOPE = "access:services!service=autograder"
COOKIE = "crowd-user"

TITLES = (
    "¿Cuántos números?",
    "Bordes verticales",
    "Un kernel tuyo para líneas horizontales",
    "Filtrar con tf.nn.conv2d",
    "Detectar con ReLU",
    "ReLU y los negativos",
    "Kernel, imagen filtrada e imagen detectada",
    "convolve2d en NumPy",
    "Condensar con maximum pooling",
    "Un modelo con Conv2D",
    "Los mapas de características",
    "¿Qué vio tu kernel?",
)


class CookieIdentity(HubOAuth):  # type: ignore[misc]  # JupyterHub has no types
    """A hub that believes a cookie without asking anybody. Never part of the package."""

    def _get_token_cookie(self, handler: Any) -> str | None:
        user = handler.get_cookie(COOKIE)
        return f"token-of-{user}" if user else None

    async def _check_hub_authorization(self, *_: Any, api_token: str, **__: Any) -> dict[str, Any] | None:
        name = api_token.removeprefix("token-of-")
        return None if name == api_token else {"kind": "user", "name": name, "scopes": [SCOPE], "groups": []}


def identity() -> CookieIdentity:
    """Return the stand-in for the hub."""
    return CookieIdentity(
        api_token="crowd",
        api_url="http://127.0.0.1:1/hub/api",
        base_url=PREFIX,
        oauth_client_id="service-autograder",
        access_scopes={SCOPE},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A clock that stands still."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class LiveCrowd:
    """The cohort with what staff changed since: the very same object as long as nothing did."""

    def __init__(self, written: Cohort, desk: Desk) -> None:
        self._written, self._desk = written, desk
        self._cohort, self._mark = written, 0

    def __call__(self) -> Cohort:
        with self._desk.reading() as session:
            mark = changes_mark(session, self._written.slug)
            if mark != self._mark:
                self._cohort, self._mark = with_changes(session, self._written), mark
        return self._cohort


def crowd_bundle(crowd: Crowd, lab: str) -> Bundle:
    """Return a lab as its crowd knows it: a question an answer."""
    cells = []
    for id in crowd.question_ids:
        cells.append(Cell(id=f"{id}-respuesta", role=Role.ANSWER, type="code", source="raise NotImplementedError()"))
        cells.append(Cell(id=id, role=Role.TEST, type="code", source="assert kernel is not None", visible=""))
    titles = [TITLES[place % len(TITLES)] for place in range(len(crowd.question_ids))]
    return Bundle(
        lab=lab,
        title=f"Laboratorio {lab.removeprefix('lab')}: visión",
        language="es",
        cells=tuple(cells),
        questions=tuple(
            Question(
                id=id, title=title, points=points, answers=(f"{id}-respuesta",), hint="Mira el **borde**: `kernel`."
            )
            for id, title, points in zip(crowd.question_ids, titles, crowd.points, strict=True)
        ),
        limits=Limits(),
        public={},
        hidden={},
    )


@contextmanager
def crowd_services(folder: Path, crowd: Crowd, now: datetime, *, bytes_too: bool = False) -> Iterator[Services]:
    """Yield the services of a crowd whose state is in ``folder``.

    ``bytes_too`` keeps notebooks and feedback as well, through the gradebook: slower, and every page has everything.
    """
    cohort = make_cohort(crowd, now)
    with Gradebook.open(folder) as book:
        queue, desk, editions = Queue(book.engine), Desk(book.engine), Editions(book.engine, book.objects)
        bundles, live = {lab: crowd_bundle(crowd, lab) for lab in crowd.labs}, LiveCrowd(cohort, desk)
        if bytes_too:
            record(book, crowd, cohort, bundles, now)
        else:
            fill(book.engine, crowd, cohort, now)
        for lab in crowd.labs:
            release = folder / "release" / lab
            release.mkdir(parents=True)
            (release / f"{lab}.ipynb").write_bytes(notebook(crowd, "", 0))
            editions.publish(bundles[lab], release, by="profe", at=now - timedelta(days=60))
        yield Services(
            course=read_course(ROOT / "course.toml"),
            home=folder,
            cohort=live,
            bundle=editions.bundle,
            gradebook=book,
            queue=queue,
            desk=desk,
            watch=Watch(book.engine, live),
            reception=Reception(book=book, queue=queue, allowance=Allowances(cohort=live, desk=desk, gradebook=book)),
            editions=editions,
            publish=lambda lab, by: editions.publish(bundles[lab], folder / "release" / lab, by=by, at=now),
            take_manual=lambda *_: 0,
            health=lambda: {"queue": True},
            identity=identity(),
            secret=b"a crowd's secret",
            prefix=PREFIX,
            clock=Fixed(now=now),
        )


def record(book: Gradebook, crowd: Crowd, cohort: Cohort, bundles: dict[str, Bundle], now: datetime) -> None:
    """Hand in and grade the crowd's attempts one by one."""
    names = {person.user: person.name for person in cohort.people}
    for made in sorted(attempts_of(crowd, cohort, now), key=lambda made: made.received):
        content = notebook(crowd, names[made.student], made.number)
        attempt = book.receive(made.student, made.lab, content, made.received)
        questions = tuple(
            QuestionResult(
                id=mark["question"],
                points=mark["points"],
                score=mark["score"],
                verdict=Verdict(mark["verdict"]),
                message=mark["message"],
            )
            for mark in made.marks
        )
        graded = GradedAttempt(
            lab=made.lab,
            bundle=bundles[made.lab].digest(),
            submission=attempt.submission,
            questions=questions,
            seconds={"total": 6.0},
        )
        book.record(attempt, graded, made.received + timedelta(seconds=8))


def notebook(crowd: Crowd, name: str, number: int) -> bytes:
    """Return what somebody handed in: an answer of theirs, signed."""
    cells = []
    for id in crowd.question_ids:
        source = (
            f"# {name}, intento {number}\nkernel = tf.constant([[-1, 0, {number}]] * 3)\nfilter_image(image, kernel)"
        )
        marks = {"grade_id": f"{id}-respuesta", "solution": True, "grade": False, "locked": False, "schema_version": 3}
        cells.append(
            {
                "cell_type": "code",
                "id": f"{id}-respuesta",
                "metadata": {"nbgrader": marks},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


class serving:  # noqa: N801 (used as ``with serving(services) as address``)
    """Runs the application on a free port in a thread of its own. Entering gives its address, prefix included."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        if not self._ready.wait(30):
            raise RuntimeError("the application did not start")
        return f"http://127.0.0.1:{self._port}{self._services.prefix}"

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(make_app(self._services))
        sockets = bind_sockets(0, "127.0.0.1")
        self._port: int = sockets[0].getsockname()[1]
        server.add_sockets(sockets)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await server.close_all_connections()
