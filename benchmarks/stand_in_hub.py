"""A stand-in for the hub's one answer that the service needs: whose token is this. And how a service is started on it.

``token-of-ana`` is ana's. No test of ours checks tokens here: that is the hub's own work, tested with the real one.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

ROOT = Path(__file__).parents[1]
PREFIX = "/services/autograder/"
SCOPE = "access:services!service=autograder"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("token ")
        name = token.removeprefix("token-of-")
        known = self.path == "/hub/api/user" and name != token
        body = json.dumps({"kind": "user", "name": name, "scopes": [SCOPE], "groups": []} if known else {}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stand_in_hub() -> Iterator[str]:
    """Run it; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service_environment(hub: str, home: Path, port: int) -> dict[str, str]:
    """Return the environment that the hub gives a service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTERHUB", "AUTOGRADER"))}
    return kept | {
        "AUTOGRADER_HOME": str(home),
        "JUPYTERHUB_API_TOKEN": "the service's own",
        "JUPYTERHUB_API_URL": f"{hub}/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": "service-autograder",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([SCOPE]),
        "JUPYTERHUB_OAUTH_SCOPES": json.dumps([SCOPE]),
        "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
    }


class RunningService:
    """A real service in a process of its own, which a test may kill and start again."""

    def __init__(self, hub: str, home: Path, *, workers: int, root: Path = ROOT, named: bool = False) -> None:
        self.home = home
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}{PREFIX}"
        self._environment = service_environment(hub, home, self.port)
        if named:  # as the hub does: the service then ends when its parent does
            self._environment["JUPYTERHUB_SERVICE_NAME"] = "autograder"
        self._command = [sys.executable, "-m", "autograder.cli.main", "service", "--workers", str(workers)]
        self._root, self._log = root, home / "service.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 120.0) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._root, env=self._environment, stderr=log, stdout=log
            )
        self._await(seconds)

    def start_below(self) -> int:
        """Start it below a process that does nothing else, wait until it answers, and return that process's id."""
        command = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])", *self._command]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self._root, env=self._environment, stderr=log, stdout=log)
        self._await(120.0)
        return self.process.pid

    def _await(self, seconds: float) -> None:
        """Wait until it answers."""
        assert self.process is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                requests.get(f"{self.address}health", timeout=1)
                return
            except requests.ConnectionError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"the service did not start: {self.log()[-3000:]}")

    def warm(self, seconds: float = 180.0) -> None:
        """Wait until it grades."""
        until = time.monotonic() + seconds
        while requests.get(f"{self.address}health", timeout=5).status_code != 200:
            assert time.monotonic() < until, self.log()[-3000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as the hub does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    def log(self) -> str:
        """Return what it said."""
        return self._log.read_text(encoding="utf-8")

    def as_user(self, user: str) -> requests.Session:
        """Return a program of a user's."""
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = f"token token-of-{user}"
        return session


def write_cohort(home: Path, students: int = 3) -> None:
    """Write a cohort whose labs are open and due in a week."""
    now = datetime.now()
    opens, due = ((now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S") for days in (-7, 7))
    labs = "".join(f'[[lab]]\nid = "{lab}"\nopens = {opens}\ndue = {due}\n' for lab in ("lab1", "lab2"))
    people = "".join(f'[[person]]\nuser = "s{number:03}"\nname = "Apellido, S{number}"\n' for number in range(students))
    staff = '[[person]]\nuser = "profe"\nname = "Salas, Inés"\nrole = "instructor"\n'
    head = 'slug = "prueba"\ntitle = "Cohorte de prueba"\nzone = "America/Lima"\n'
    home.mkdir(parents=True, exist_ok=True)
    (home / "cohort.toml").write_text(head + labs + people + staff, encoding="utf-8")
