"""The real application in this process, with a stand-in for the hub and a small gradebook.

A test asks for ``sign_in`` and reads as a story: ``sign_in("ana").get("about").text``.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from autograder.cohort.desk import Desk
from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, PersonRole, Policy, SessionKind
from autograder.course.model import Course
from autograder.course.read import read_course
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.exchange.editions import Edition, Editions
from autograder.exchange.queue import Queue
from autograder.exchange.receive import Reception
from autograder.gradebook import Gradebook
from autograder.insights.sight import Watch
from autograder.web.allowance import Allowances
from autograder.web.app import make_app
from autograder.web.services import Services

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 10, 15, 17, 0, tzinfo=UTC)
LIMA = ZoneInfo("America/Lima")
PREFIX = "/services/autograder/"
SCOPE = "access:services!service=autograder"


class HeaderIdentity(HubOAuth):  # type: ignore[misc]  # JupyterHub has no types
    """A hub that believes the header X-Test-User where it would believe a cookie, and ``token-of-ana`` for a token.

    Everything else is the hub's own code: scopes, XSRF, the way to the login page.
    """

    def _get_token_cookie(self, handler: Any) -> str | None:
        user = handler.request.headers.get("X-Test-User")
        return f"token-of-{user}" if user else None

    async def _check_hub_authorization(self, *_: Any, api_token: str, **__: Any) -> dict[str, Any] | None:
        name = api_token.removeprefix("token-of-")
        if name == api_token:
            return None
        scopes = [] if name.startswith("unscoped-") else [SCOPE]
        return {"kind": "user", "name": name.removeprefix("unscoped-"), "scopes": scopes, "groups": []}


def identity() -> HeaderIdentity:
    """Return an identity that only a test makes."""
    return HeaderIdentity(
        api_token="test",
        api_url="http://127.0.0.1:1/hub/api",
        base_url=PREFIX,
        oauth_client_id="service-autograder",
        access_scopes={SCOPE},
    )


@dataclass
class Clock:
    """A clock that a test sets: ``clock.now += timedelta(days=1)``."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Visitor:
    """A browser of somebody's, or with ``token`` a program of theirs."""

    address: str
    user: str | None
    token: bool = False
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        if self.user and self.token:
            self.session.headers["Authorization"] = f"token token-of-{self.user}"
        elif self.user:
            self.session.headers["X-Test-User"] = self.user

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        """Open a page below the prefix. Redirects are not followed."""
        return self.session.get(self.address + path, allow_redirects=False, timeout=20, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, *, seen: str = "about", **kwargs: Any) -> Any:
        """Send a form as the page ``seen`` would: with its XSRF token."""
        return self.bare_post(path, {"_xsrf": self.xsrf(seen), **(data or {})}, **kwargs)

    def bare_post(self, path: str, data: Any = None, **kwargs: Any) -> requests.Response:
        """Send what no page of ours made: without an XSRF token."""
        return self.session.post(self.address + path, data=data, allow_redirects=False, timeout=20, **kwargs)

    def xsrf(self, seen: str = "about") -> str:
        """Return the token in a page's form."""
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.get(seen).text)
        assert found is not None, f"{seen} has no form"
        return found[1]


SignIn = Callable[..., Visitor]


def make_cohort() -> Cohort:
    """Return a cohort of three students, an assistant and an instructor; lab 2 is due tomorrow, lab 1 was last week."""
    people = (
        Person(user="ana", name="Quispe Mamani, Ana", group="A", email="ana@example.org"),
        Person(user="beto", name="Ñahui, Beto", group="A"),
        Person(user="caro", name="Ríos, Caro", group="B"),
        Person(user="asis", name="Soto, Asís", role=PersonRole.ASSISTANT),
        Person(user="profe", name="Salas, Inés", role=PersonRole.INSTRUCTOR),
    )
    opened = datetime(2026, 10, 1, 8, 0, tzinfo=LIMA)
    return Cohort(
        slug="2026-2",
        title="Cohorte 2026-2",
        zone=LIMA,
        policy=Policy(attempts=5, solution_after=3),
        people=people,
        labs=(
            LabDates(lab="lab1", opens=opened, due=datetime(2026, 10, 8, 23, 59, tzinfo=LIMA)),
            LabDates(lab="lab2", opens=opened, due=datetime(2026, 10, 16, 23, 59, tzinfo=LIMA)),
        ),
        sessions=(
            CohortSession(
                id="feedback-1",
                kind=SessionKind.FEEDBACK,
                title="Sesión de feedback 1",
                starts=datetime(2026, 10, 17, 18, 0, tzinfo=LIMA),
                expects=("lab1",),
            ),
            CohortSession(
                id="avance-1",
                kind=SessionKind.AVANCE,
                title="Avance 1",
                starts=datetime(2026, 10, 24, 18, 0, tzinfo=LIMA),
                expects=("lab1", "lab2"),
            ),
        ),
    )


def make_bundle(lab: str) -> Bundle:
    """Return a small lab: an answer with its test, a text that a person grades."""
    test = "assert kernel is not None\n### BEGIN HIDDEN TESTS\nhidden_secret\n### END HIDDEN TESTS"
    return Bundle(
        lab=lab,
        title="Laboratorio 2: convolución y ReLU" if lab == "lab2" else "Laboratorio 1: transfer learning",
        language="es",
        cells=(
            Cell(id="answer", role=Role.ANSWER, type="code", source="raise NotImplementedError()"),
            Cell(id="kernel", role=Role.TEST, type="code", source=test, visible="assert kernel is not None"),
            Cell(id="essay", role=Role.MANUAL, type="markdown", source="ESCRIBE AQUÍ"),
        ),
        questions=(
            Question(id="kernel", title="El kernel", points=8.0, answers=("answer",), hint="Mira el borde."),
            Question(id="essay", title="¿Qué ves?", points=2.0, manual=True, answers=("essay",)),
        ),
        limits=Limits(),
        public={},
        hidden={},
    )


def make_graded(bundle: Bundle, content: bytes, share: float = 1.0, verdict: Verdict = Verdict.PASSED) -> GradedAttempt:
    """Return an attempt at a bundle with that verdict on every question that a test grades."""
    return GradedAttempt(
        lab=bundle.lab,
        bundle=bundle.digest(),
        submission=hashlib.sha256(content).hexdigest(),
        questions=tuple(
            QuestionResult(
                id=question.id,
                points=question.points,
                score=None if question.manual or verdict is Verdict.INTERNAL else share * question.points,
                verdict=Verdict.MANUAL if question.manual else verdict,
                message=f"`{question.id}` está revisada",
            )
            for question in bundle.questions
        ),
        seconds={"total": 2.5},
    )


def fill(book: Gradebook) -> None:
    """Hand in: ana lab 1 twice and lab 2 once, beto lab 1 late, caro nothing."""
    handed_in = (
        ("ana", "lab1", b"ana 1.1", NOW - timedelta(days=9), 0.5, Verdict.PARTIAL),
        ("ana", "lab1", b"ana 1.2", NOW - timedelta(days=8), 1.0, Verdict.PASSED),
        ("ana", "lab2", b"ana 2.1", NOW - timedelta(hours=3), 0.0, Verdict.FAILED),
        ("beto", "lab1", b"beto 1.1", NOW - timedelta(days=5), 0.75, Verdict.PARTIAL),
    )
    for student, lab, content, received, share, verdict in handed_in:
        attempt = book.receive(student, lab, content, received)
        book.record(attempt, make_graded(make_bundle(lab), content, share, verdict), received + timedelta(seconds=4))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with both labs published and what was handed in. Each test gets a copy."""
    folder = tmp_path_factory.mktemp("filled")
    with Gradebook.open(folder / "var") as book:
        fill(book)
        editions = Editions(book.engine, book.objects)
        for lab in ("lab1", "lab2"):
            publish_lab(editions, folder, lab, "profe", NOW - timedelta(days=14))
    return folder / "var"


@pytest.fixture
def book(tmp_path: Path, filled: Path) -> Iterator[Gradebook]:
    shutil.copytree(filled, tmp_path / "var")
    with Gradebook.open(tmp_path / "var") as opened:
        yield opened


@pytest.fixture
def course() -> Course:
    return read_course(ROOT)


def publish_lab(editions: Editions, folder: Path, lab: str, by: str, at: datetime) -> Edition:
    """Publish a lab that is one notebook."""
    release = folder / "release" / lab
    release.mkdir(parents=True, exist_ok=True)
    (release / f"{lab}.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return editions.publish(make_bundle(lab), release, by=by, at=at)


@pytest.fixture
def services(tmp_path: Path, book: Gradebook, course: Course, clock: Clock) -> Services:
    """What the pages are given. A test that needs another cohort uses ``dataclasses.replace``."""
    cohort = make_cohort()
    queue, desk, editions = Queue(book.engine), Desk(book.engine), Editions(book.engine, book.objects)

    def publish(lab: str, by: str) -> Edition:
        return publish_lab(editions, tmp_path, lab, by, clock())

    return Services(
        course=course,
        home=tmp_path / "var",
        cohort=lambda: cohort,
        bundle=make_bundle,
        gradebook=book,
        queue=queue,
        desk=desk,
        reception=Reception(
            book=book, queue=queue, allowance=Allowances(cohort=lambda: cohort, desk=desk, gradebook=book)
        ),
        editions=editions,
        publish=publish,
        take_manual=lambda *_: 0,
        health=lambda: {"queue": True},
        watch=Watch(book.engine, lambda: cohort),
        identity=identity(),
        secret=b"a secret of the test's",
        prefix=PREFIX,
        clock=clock,
    )


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """The address of the running application, prefix included."""
    with serving(services) as found:
        yield found


@pytest.fixture
def sign_in(address: str) -> SignIn:
    """Return a visitor: ``sign_in("ana")`` is a browser, ``sign_in("ana", token=True)`` a program."""

    def visitor(user: str | None, *, token: bool = False) -> Visitor:
        return Visitor(address=address, user=user, token=token)

    return visitor


class serving:  # noqa: N801 (used as ``with serving(services) as address``)
    """Runs the application on a free port in a thread of its own."""

    def __init__(self, services: Services, **options: float) -> None:
        self._services, self._options = services, {"max_body_size": 1 << 20, **options}
        self._ready, self._stop = threading.Event(), None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(10)
        return f"http://127.0.0.1:{self._port}{self._services.prefix}"

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(make_app(self._services), **self._options)
        sockets = bind_sockets(0, "127.0.0.1")
        self._port = sockets[0].getsockname()[1]
        server.add_sockets(sockets)
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await server.close_all_connections()
