"""``autograder serve`` as a person meets it: an address and passwords, Ctrl+C, and everything still there."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

pytestmark = [pytest.mark.jail, pytest.mark.slow, pytest.mark.tensorflow]

ROOT = Path(__file__).resolve().parents[2]
COURSE = 'slug = "mini"\ntitle = "Curso mínimo"\n\n[[lesson]]\nnumber = 1\ntitle = "Uno"\n'
COHORT = """slug = "prueba"
title = "Cohorte de prueba"
zone = "America/Lima"
"""


def free_address() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course without labs: nothing to build."""
    folder = tmp_path_factory.mktemp("mini")
    (folder / "course.toml").write_text(COURSE)
    (folder / "cohort.toml").write_text(COHORT)
    shutil.copy(ROOT / "jupyterhub_config.py", folder)
    return folder


@contextmanager
def serving(course: Path, address: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "AUTOGRADER_COHORT": str(course / "cohort.toml"), "PYTHONUNBUFFERED": "1"}
    environment.pop("AUTOGRADER_HOME", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "serve", "--address", address],
        cwd=course,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(90)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def passwords(said: str) -> dict[str, str]:
    return {match[1]: match[2] for match in re.finditer(r"^ {4}(\w+) +([a-z]+-[a-z]+-[a-z]+-\d{4}) ", said, re.M)}


def sign_in(address: str, user: str, password: str) -> requests.Session:
    session = requests.Session()
    session.get(f"{address}/hub/login", timeout=30)
    form = {"username": user, "password": password, "_xsrf": session.cookies.get("_xsrf", path="/hub/")}
    answer = session.post(f"{address}/hub/login?next=%2Fhub%2Fhome", data=form, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text[-500:]
    return session


def stop(process: subprocess.Popen[str], number: int) -> str:
    began = time.monotonic()
    process.send_signal(number)
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 0, said
    assert time.monotonic() - began < 60
    return said


def test_it_starts_shows_how_to_sign_in_stops_and_keeps_everything(course: Path) -> None:
    address = free_address()
    with serving(course, address) as process:
        said = read_until(process, "Ctrl+C")
        assert address in said
        first = passwords(said)
        assert set(first) == {"wapaza", "jbarrientos", "rflores"}
        session = sign_in(address, "wapaza", first["wapaza"])
        page = session.get(f"{address}/services/autograder/health", timeout=30)
        assert page.status_code in (200, 503)  # up; its workers may still be warming

        second = subprocess.run(
            [sys.executable, "-m", "autograder.cli", "serve", "--address", free_address()],
            cwd=course,
            env={**os.environ, "AUTOGRADER_COHORT": str(course / "cohort.toml")},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert second.returncode == 70
        assert "Ya hay un hub en marcha" in second.stderr

        assert "Apagado" in stop(process, signal.SIGINT)
    assert not left_behind(course)
    with serving(course, address) as process:
        again = passwords(read_until(process, "Ctrl+C"))
        assert again == first
        sign_in(address, "rflores", again["rflores"])
        stop(process, signal.SIGTERM)
    assert not left_behind(course)


def test_an_address_that_is_taken_is_told(course: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with serving(course, address) as process:
            said, _ = process.communicate(timeout=120)
    assert process.returncode == 70
    assert "--address" in said


def left_behind(course: Path) -> list[str]:
    """Return the processes that still know of this course."""
    home = str(course / "var").encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if b"AUTOGRADER_HOME=" + home in (folder / "environ").read_bytes():
                    found.append(json.dumps((folder / "cmdline").read_bytes().decode(errors="replace")))
            except OSError:
                continue
    return found
