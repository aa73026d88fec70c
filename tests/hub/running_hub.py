"""A real hub with proxy and service, on free ports, in a state folder of its own; and what a person does with it.

with RunningHub(folder, {"ana": PersonRole.STUDENT}) as hub:
    ana = hub.sign_in("ana")
    ana.start_server()
    ana.run("print(1 + 1)")
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import websocket

from autograder.course.cohort import PersonRole
from autograder.devices.accounts import Accounts
from autograder.state.database import open_database, sqlite_url

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).with_name("standin_service.py")
START_SECONDS = 90
CONFIG = """
import sys
from pathlib import Path
from autograder.hub.configure import configure
c = get_config()
configure(c, Path({root!r}))
if {standin!r}:
    c.JupyterHub.services[0]["command"] = [sys.executable, {standin!r}]
{more}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a cell printed, how many pictures it showed, and the error it raised."""

    printed: str
    raised: str | None
    pictures: int = 0


class RunningHub:
    """Starts on entering, ends with all its processes on leaving. ``service``: the real one, else a stand-in."""

    def __init__(
        self,
        folder: Path,
        people: Mapping[str, PersonRole],
        *,
        root: Path = ROOT,
        service: bool = False,
        more: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.people, self.root = folder, people, root
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.log = folder / "hub.log"
        self._service, self._more, self._environment = service, more, environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RunningHub:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @staticmethod
    def password(user: str) -> str:
        return f"clave-de-{user}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._add_accounts()
        config = self.folder / "hub_config.py"
        standin = "" if self._service else str(STANDIN)
        config.write_text(CONFIG.format(root=str(self.root), standin=standin, more=self._more))
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "AUTOGRADER_HOME": str(self.folder),
            "AUTOGRADER_HUB_ADDRESS": self.url,
            **self._environment,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                cwd=self.root,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_health()

    def stop(self) -> None:
        """End it as an operator would; what does not end by itself is killed, by its id."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the hub without a word, as a machine that runs out of memory does. Its proxy and its servers go on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def sign_in(self, user: str) -> Person:
        person = Person(self, user)
        answer = person.sign_in(self.password(user))
        assert answer.status_code == 302, answer.text[-2000:]
        return person

    def _add_accounts(self) -> None:
        engine = open_database(sqlite_url(self.folder / "autograder.db"))
        accounts = Accounts(engine)
        for user, role in self.people.items():
            if accounts.find(user) is None:
                accounts.add(user, role, datetime.now(UTC))
                accounts.set_password(user, self.password(user))
        engine.dispose()

    def _await_health(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/hub/health", timeout=5).ok:
                    return
            time.sleep(0.2)
        self.stop()
        raise AssertionError("the hub did not start:\n" + self.log.read_text()[-4000:])


class Person:
    """Somebody's browser and server."""

    def __init__(self, hub: RunningHub, user: str) -> None:
        self.hub, self.user, self.session = hub, user, requests.Session()
        self._token: str | None = None

    def sign_in(self, password: str) -> requests.Response:
        self.session.get(f"{self.hub.url}/hub/login")
        form = {"username": self.user, "password": password, "_xsrf": self._xsrf()}
        # Where to go next without starting a server.
        url = f"{self.hub.url}/hub/login?next=%2Fhub%2Fhome"
        return self.session.post(url, data=form, allow_redirects=False)

    def api(self, method: str, path: str, body: object = None) -> requests.Response:
        """Ask the hub as this person's browser does."""
        headers = {"X-XSRFToken": self._xsrf(), "Referer": f"{self.hub.url}/hub/home"}
        return self.session.request(method, f"{self.hub.url}/hub/api{path}", json=body, headers=headers)

    def start_server(self, **options: str) -> float:
        """Start the server and wait until it is ready; return how long that took, in seconds."""
        began = time.monotonic()
        answer = self.api("POST", f"/users/{self.user}/server", options)
        assert answer.status_code in (201, 202), answer.text
        while time.monotonic() < began + START_SECONDS:
            server = self.api("GET", f"/users/{self.user}").json()["servers"].get("", {})
            if server.get("ready"):
                return time.monotonic() - began
            time.sleep(0.05 if time.monotonic() < began + 3 else 0.5)
        raise AssertionError(f"no server:\n{self.hub.log.read_text()[-4000:]}")

    def stop_server(self) -> None:
        answer = self.api("DELETE", f"/users/{self.user}/server")
        while answer.status_code == 202:
            time.sleep(0.1)
            if not self.api("GET", f"/users/{self.user}").json()["servers"]:
                return

    def token(self) -> str:
        """Return a token with which this person's programs reach their own server."""
        if self._token is None:
            self._token = self.api("POST", f"/users/{self.user}/tokens", {"note": "test"}).json()["token"]
        return self._token

    def at_server(self, method: str, path: str, body: object = None, of: str | None = None) -> requests.Response:
        """Ask one's own server, or somebody else's, with one's own token."""
        headers = {"Authorization": f"token {self.token()}"}
        url = f"{self.hub.url}/user/{of or self.user}{path}"
        return requests.request(method, url, json=body, headers=headers, allow_redirects=False, timeout=60)

    def run(self, code: str, seconds: float = 120) -> Ran:
        """Run code in a new kernel of one's server."""
        kernel = self.at_server("POST", "/api/kernels", {}).json()["id"]
        try:
            return self.run_in(kernel, code, seconds)
        finally:
            self.at_server("DELETE", f"/api/kernels/{kernel}")

    def type_in_terminal(self, line: str, until: str, seconds: float = 30) -> str:
        """Type a line into a new terminal of one's server; return what is shown until ``until`` is."""
        name = self.at_server("POST", "/api/terminals", {}).json()["name"]
        url = f"{self.hub.url.replace('http', 'ws', 1)}/user/{self.user}/terminals/websocket/{name}"
        channel = websocket.create_connection(url, header={"Authorization": f"token {self.token()}"}, timeout=seconds)
        shown = ""
        try:
            channel.send(json.dumps(["stdin", f"{line}\r"]))
            while until not in shown:
                kind, *content = json.loads(channel.recv())
                shown += content[0] if kind == "stdout" else ""
        finally:
            channel.close()
            self.at_server("DELETE", f"/api/terminals/{name}")
        return shown

    def run_in(self, kernel: str, code: str, seconds: float = 120) -> Ran:
        """Run code in a kernel that is there."""
        url = f"{self.hub.url.replace('http', 'ws', 1)}/user/{self.user}/api/kernels/{kernel}/channels"
        channel = websocket.create_connection(url, header={"Authorization": f"token {self.token()}"}, timeout=seconds)
        request = uuid.uuid4().hex
        channel.send(json.dumps(_execute_request(request, code)))
        printed, raised, pictures = "", None, 0
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                message = json.loads(channel.recv())
                kind, content = message["header"]["msg_type"], message["content"]
                if message["parent_header"].get("msg_id") != request:
                    continue
                if kind == "stream":
                    printed += content["text"]
                elif kind == "display_data":
                    pictures += "image/png" in content["data"]
                elif kind == "error":
                    raised = f"{content['ename']}: {content['evalue']}"
                elif kind == "status" and content["execution_state"] == "idle":
                    return Ran(printed=printed, raised=raised, pictures=pictures)
        finally:
            channel.close()
        raise TimeoutError(code)

    def _xsrf(self) -> str:
        return str(self.session.cookies.get("_xsrf", path="/hub/") or "")


def _execute_request(request: str, code: str) -> dict[str, Any]:
    return {
        "header": {"msg_id": request, "username": "", "session": "s", "msg_type": "execute_request", "version": "5.3"},
        "parent_header": {},
        "metadata": {},
        "channel": "shell",
        "content": {"code": code, "silent": False, "store_history": False, "allow_stdin": False},
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
