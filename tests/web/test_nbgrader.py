"""nbgrader's own commands and its Assignment List, unchanged, against the service."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.exchange.archive import unpack
from autograder.exchange.client import ServiceClient, ServiceError
from tests.web.conftest import make_bundle, make_graded

CONFIG = """
from autograder.exchange import nbgrader
c = get_config()
c.CourseDirectory.course_id = "vision"
for kind in ("List", "FetchAssignment", "FetchFeedback", "Submit", "Collect", "ReleaseAssignment", "ReleaseFeedback"):
    name = "".join("_" + letter.lower() if letter.isupper() else letter for letter in kind).lstrip("_")
    setattr(c.ExchangeFactory, name, getattr(nbgrader, "Exchange" + kind))
c.ExchangeFactory.exchange = nbgrader.Exchange
"""
NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def home(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's home with the configuration that the hub gives their server."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIG)
    monkeypatch.setenv("AUTOGRADER_SERVICE_URL", address.rstrip("/"))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token-of-caro")
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "es")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder / "jupyter"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def assignments(home: Path):
    """What JupyterLab's Assignment List asks in a student's server."""
    from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

    manager = AssignmentList()
    manager.root_dir = str(home)
    return manager


def grade(services):
    job = services.queue.lease("w", services.clock())
    attempt = next(one for one in services.gradebook.attempts() if one.id == job.attempt)
    content = services.gradebook.submission(attempt)
    services.gradebook.record(attempt, make_graded(make_bundle(job.lab), content), services.clock())
    services.queue.finish(job, "w", services.clock())


def names(listed, status):
    assert listed["success"], listed["value"]
    return [one["assignment_id"] for one in listed["value"] if one["status"] == status]


def test_the_assignment_list_shows_when_each_lab_is_due_and_how_many_attempts_are_left(assignments):
    assert names(assignments.list_assignments("vision"), "released") == [
        "lab1 · vence jue 8 oct, 23:59 · quedan 5 intentos",
        "lab2 · vence vie 16 oct, 23:59 · quedan 5 intentos",
    ]
    assert assignments.list_assignments("another")["value"] == []


def test_a_student_fetches_works_hands_in_and_reads_the_feedback(assignments, home, services):
    shown = names(assignments.list_assignments("vision"), "released")[1]
    assert assignments.fetch_assignment("vision", shown)["success"]
    assert (home / "lab2" / "lab2.ipynb").is_file()
    fetched = names(assignments.list_assignments("vision"), "fetched")
    assert fetched == [shown]
    assert assignments.submit_assignment("vision", fetched[0])["success"]

    (listed,) = [one for one in assignments.list_assignments("vision")["value"] if one["status"] == "submitted"]
    (submission,) = listed["submissions"]
    assert submission["timestamp"] == "2026-10-15 12:00 · intento 1 · en cola, lugar 1"
    assert not submission["has_exchange_feedback"]

    grade(services)
    listed = assignments.list_assignments("vision")["value"][-1]
    assert listed["submissions"][0]["timestamp"].endswith("intento 1 · 8/10")
    assert listed["submissions"][0]["has_exchange_feedback"]
    assert assignments.fetch_feedback("vision", "lab2")["success"]
    submission = assignments.list_assignments("vision")["value"][-1]["submissions"][0]
    assert submission["local_feedback_path"] == "lab2/feedback/1"
    assert submission["has_local_feedback"]
    assert not submission["feedback_updated"]
    assert "Ríos, Caro" in (home / submission["notebooks"][0]["local_feedback_path"]).read_text()


def test_a_regrade_is_new_feedback_to_fetch(assignments, services, clock):
    assignments.fetch_assignment("vision", "lab2")
    assignments.submit_assignment("vision", "lab2")
    grade(services)
    assignments.fetch_feedback("vision", "lab2")
    clock.now += timedelta(minutes=1)
    services.queue.put(services.gradebook.attempts("lab2", "caro")[0].id, clock(), priority=10)
    grade(services)
    assert assignments.list_assignments("vision")["value"][-1]["submissions"][0]["feedback_updated"]


def test_work_that_is_there_is_never_fetched_over(assignments, home):
    (home / "lab2").mkdir()
    (home / "lab2" / "lab2.ipynb").write_text("mine")
    answer = assignments.fetch_assignment("vision", "lab2")
    assert not answer["success"]
    assert "cambia el nombre de esa carpeta" in answer["value"]
    assert (home / "lab2" / "lab2.ipynb").read_text() == "mine"


def test_the_name_on_a_submission_is_the_tokens_whatever_nbgrader_is_told(assignments, home, services):
    (home / "nbgrader_config.py").write_text(CONFIG + 'c.CourseDirectory.student_id = "ana"\n')
    assignments.fetch_assignment("vision", "lab2")
    assignments.submit_assignment("vision", "lab2")
    assert [job.student for job in services.queue.live()] == ["caro"]


@pytest.mark.parametrize("name", ["../lab2", "..", "/etc", "lab2/../../x"])
def test_a_lab_that_is_no_folders_name_is_refused(assignments, home, name):
    assert not assignments.fetch_assignment("vision", name)["success"]
    assert sorted(path.name for path in home.iterdir()) == ["nbgrader_config.py"]


def test_the_commands_work_in_a_terminal(home, services):
    def nbgrader(*arguments: str) -> str:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(
            command, cwd=home, env=os.environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "quedan 5 intentos" in nbgrader("list")
    nbgrader("fetch_assignment", "lab2")
    assert "Recibido: intento 1" in nbgrader("submit", "lab2")
    assert len(services.queue.live()) == 1


def test_an_instructor_releases_and_collects(home, services, monkeypatch):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token-of-profe")
    monkeypatch.setenv("AUTOGRADER_HOME", str(home))
    config = Config()
    exec(CONFIG, {"get_config": lambda: config})
    config.CourseDirectory.root = str(home)
    config.CourseDirectory.db_url = f"sqlite:///{home}/nbgrader.db"
    api = NbGraderAPI(config=config)
    before = services.editions.current("lab2").published_by
    assert api.release_assignment("lab2")["success"]
    assert (before, services.editions.current("lab2").published_by) == ("profe", "profe")
    assert "lab2" in api.get_released_assignments()
    assert api.collect("lab1")["success"]
    assert (home / "submitted" / "ana" / "lab1" / "lab1.ipynb").read_bytes() == b"ana 1.2"
    assert api.release_feedback("lab1")["success"]
    assert api.unrelease("lab2")["success"]
    assert "lab2" not in api.get_released_assignments()


@pytest.mark.usefixtures("home")
def test_a_student_can_neither_release_nor_collect():
    client = ServiceClient.from_environment()
    for call in ("release", "hold", "release_feedback", "submissions"):
        with pytest.raises(ServiceError, match="Tu rol no permite"):
            getattr(client, call)("lab1")
    with pytest.raises(ServiceError):
        client.submission("ana", "lab1", 2)


def test_what_is_said_outside_the_hub_names_the_way_in(monkeypatch):
    monkeypatch.delenv("AUTOGRADER_SERVICE_URL", raising=False)
    with pytest.raises(ServiceError, match="JupyterHub"):
        ServiceClient.from_environment()


def test_a_service_that_is_away_loses_nothing(monkeypatch, assignments):
    monkeypatch.setenv("AUTOGRADER_SERVICE_URL", "http://127.0.0.1:9/services/autograder")
    assert not assignments.list_assignments("vision")["success"]
    with pytest.raises(ServiceError, match="No se perdió nada"):
        ServiceClient.from_environment().labs()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil"])
def test_an_archive_that_would_leave_its_folder_writes_nothing(tmp_path, name):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("lab2.ipynb", "{}")
        archive.writestr(name, "evil")
    with pytest.raises(zipfile.BadZipFile):
        unpack(made.getvalue(), tmp_path / "lab")
    assert not (tmp_path / "lab").exists()
