"""The real service in processes of its own, killed in the middle of things: nothing is lost and nothing is doubled."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import requests
from sqlalchemy import select

from autograder.cli.service import alone
from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.exchange.editions import Editions
from autograder.exchange.queue import JobState, Queue
from autograder.gradebook import Gradebook
from autograder.state.attempt_tables import AttemptRow, RunRow, StudentRow
from benchmarks.stand_in_hub import RunningService, stand_in_hub, write_cohort

pytestmark = [pytest.mark.jail, pytest.mark.tensorflow]

COURSE = """
slug = "vision"
title = "Visión"
language = "es"
[[lesson]]
number = 1
title = "Uno"
[[lab]]
id = "lab2"
lesson = 1
title = "Laboratorio 2"
"""
BUNDLE = Bundle(
    lab="lab2",
    title="Laboratorio 2",
    language="es",
    cells=(
        Cell(id="answer", role=Role.ANSWER, type="code", source="x = None"),
        Cell(id="right", role=Role.TEST, type="code", source="assert x == 42", visible="assert x"),
    ),
    questions=(Question(id="right", title="La respuesta", points=2.0, answers=("answer",), names=("x",)),),
    limits=Limits(memory_bytes=512 << 20, run_seconds=30.0, cell_seconds=20.0, test_seconds=10.0),
    public={},
    hidden={},
)


def notebook(answer: str) -> bytes:
    """Return a submission whose answer cell holds ``answer``."""
    metadata = {"nbgrader": {"grade_id": "answer", "solution": True, "grade": False, "locked": False}}
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": metadata,
        "source": answer,
        "outputs": [],
        "execution_count": None,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


SLOW = "import time\ntime.sleep({seconds})\nx = 42  # {student}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one lab, published, and its cohort."""
    root = tmp_path_factory.mktemp("course")
    (root / "course.toml").write_text(COURSE, encoding="utf-8")
    home = root / "var"
    write_cohort(home, students=20)
    text = (home / "cohort.toml").read_text(encoding="utf-8")
    (home / "cohort.toml").write_text(re.sub(r'\[\[lab\]\]\nid = "lab1"\n.*\n.*\n', "", text), encoding="utf-8")
    release = root / "release" / "lab2"
    release.mkdir(parents=True)
    (release / "lab2.ipynb").write_bytes(notebook("x = None"))
    with Gradebook.open(home) as book:
        Editions(book.engine, book.objects).publish(BUNDLE, release, by="profe", at=datetime.now(UTC))
    return home


@pytest.fixture(scope="module")
def service(home: Path) -> Iterator[RunningService]:
    with stand_in_hub() as hub:
        running = RunningService(hub, home, workers=2, root=home.parent)
        running.start()
        try:
            running.warm()
            yield running
        finally:
            running.stop()


@pytest.fixture
def book(home: Path) -> Iterator[Gradebook]:
    with Gradebook.open(home) as opened:
        yield opened


def submit(service: RunningService, student: str, content: bytes) -> dict:
    answer = service.as_user(student).post(f"{service.address}api/labs/lab2/attempts", data=content, timeout=20)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def state(service: RunningService, student: str, number: int = 1) -> dict:
    return service.as_user(student).get(f"{service.address}api/labs/lab2/attempts/{number}", timeout=20).json()


def until(reached: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.1)


def workers(service: RunningService) -> dict[str, int]:
    """Return the running workers' names and process ids, from the service's log."""
    lines = [json.loads(line) for line in service.log().splitlines() if line.startswith("{")]
    started = {
        line["worker"]: line["pid"] for line in lines if "pid" in line and line.get("worker", "").startswith("w")
    }
    return {name: pid for name, pid in started.items() if Path(f"/proc/{pid}").exists()}


def scratch(service: RunningService) -> list[Path]:
    """Return the folders of temporary files of the service's children."""
    key = hashlib.sha256(str(service.home).encode()).hexdigest()[:8]
    return list(Path(tempfile.gettempdir()).glob(f"autograder-{key}-*"))


def runs(book: Gradebook, student: str) -> list[float | None]:
    """Return the score of every run recorded of a student's, superseded ones too."""
    query = select(RunRow.score).join(RunRow.attempt).join(AttemptRow.student).where(StudentRow.name == student)
    with book.engine.connect() as connection:
        return list(connection.scalars(query))


def test_a_notebook_is_graded_and_its_page_shows_it(service, book):
    receipt = submit(service, "s000", notebook("x = 42"))
    assert (receipt["attempt"], receipt["repeated"]) == (1, False)
    until(lambda: state(service, "s000")["state"] == "graded")
    assert state(service, "s000")["score"] == 2.0
    page = service.as_user("s000").get(f"{service.address}attempts/lab2/1").text
    assert "2 <span" in page
    assert submit(service, "s000", notebook("x = 42"))["repeated"]
    assert runs(book, "s000") == [2.0]


def test_a_worker_that_is_killed_at_work_costs_nothing(service, book):
    submit(service, "s001", notebook(SLOW.format(seconds=3, student="s001")))
    until(lambda: state(service, "s001")["state"] == "running")
    before = workers(service)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: state(service, "s001")["state"] == "graded")
    assert runs(book, "s001") == [2.0]
    until(lambda: len(workers(service)) == 2)
    assert len(scratch(service)) == 3  # the mirror's and two workers': nothing is left of the dead
    assert not set(before.values()) & set(workers(service).values())


def test_a_service_that_is_killed_takes_up_where_it_was(service, book, home):
    for number in range(2, 6):
        submit(service, f"s{number:03}", notebook(SLOW.format(seconds=2, student=number)))
    until(lambda: state(service, "s002")["state"] == "running")
    before = workers(service)
    service.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before.values()), 15)
    lost = book.receive("s006", "lab2", notebook("x = 42"), datetime.now(UTC))  # kept, and then the power went
    service.start()
    service.warm()
    assert len(scratch(service)) == 3
    for number in range(2, 7):
        until(lambda: state(service, f"s{number:03}")["state"] == "graded")  # noqa: B023 (waited for at once)
        assert runs(book, f"s{number:03}") == [2.0]
    assert lost.number == 1
    counts = Queue(book.engine).counts()
    assert (counts[JobState.QUEUED], counts[JobState.RUNNING], counts[JobState.INTERNAL]) == (0, 0, 0)
    with pytest.raises(click.UsageError, match="Ya hay un servicio"), alone(home, patience=0):
        pass


def test_a_half_sent_notebook_is_no_attempt(service, book):
    content = notebook("x = 42")
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        head = f"POST {service.address.partition(str(service.port))[2]}api/labs/lab2/attempts HTTP/1.1\r\nHost: x\r\n"
        head += f"Authorization: token token-of-s010\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + content[:50])
    assert submit(service, "s011", content)["attempt"] == 1
    assert book.attempts(student="s010") == []
    assert submit(service, "s010", content)["attempt"] == 1


def test_the_figures_are_told_to_this_machine_alone(service):
    figures = requests.get(f"{service.address}metrics", timeout=5).text
    assert "autograder_receipts_total" in figures
    assert 'autograder_jobs{state="queued"}' in figures
    through_proxy = requests.get(f"{service.address}metrics", headers={"X-Forwarded-For": "127.0.0.1"}, timeout=5)
    assert through_proxy.status_code == 403


def test_a_service_ends_with_the_hub_that_started_it(home, tmp_path):
    """The hub is killed: a process that starts the service and then dies stands in for it."""
    state = tmp_path / "var"
    state.mkdir()
    (state / "cohort.toml").write_text((home / "cohort.toml").read_text(encoding="utf-8"), encoding="utf-8")
    running = RunningService("http://127.0.0.1:9", state, workers=0, root=home.parent, named=True)
    hub = running.start_below()
    os.kill(hub, signal.SIGKILL)
    until(lambda: not answers(running), 20)


def answers(service: RunningService) -> bool:
    try:
        return requests.get(f"{service.address}health", timeout=2).status_code < 600
    except requests.ConnectionError:
        return False
