"""Programs of jails, without a jail: each in a process of its own, behind one socket."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.mirrors import Record, mirror, record
from autograder.mirrors.packing import pack, unpack
from autograder.mirrors.wire import Wire

_START = "import socket, sys; from {module} import main; main(socket.socket(fileno=int(sys.argv[1])))"


class Program:
    """A running program and what a grader asks of it. As a far side it calls functions."""

    def __init__(self, sock: socket.socket, process: subprocess.Popen[bytes]) -> None:
        self.wire = Wire(sock, 256 << 20)
        self.process = process

    def ask(self, head: dict[str, Any], *blobs: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        self.wire.send(head, blobs)
        return self.wire.receive(60)

    def run(self, source: str, seconds: float = 20, *, pictures: bool = True) -> dict[str, Any]:
        asked = {"op": "run", "cell": "cell", "source": source, "seconds": seconds, "pictures": pictures}
        head, blobs = self.ask(asked)
        return {**head, "pictures": blobs}

    def records(self, *names: str) -> dict[str, Record]:
        head, blobs = self.ask({"op": "capture", "names": list(names)})
        return {name: unpack(raw, blobs) for name, raw in head["records"].items()}

    def mirrors(self, *names: str) -> dict[str, Any]:
        return {name: mirror(found, self) for name, found in self.records(*names).items()}

    def call(self, handle: str, args: tuple[object, ...], kwargs: dict[str, object], seconds: float = 20) -> Any:
        attached: list[bytes] = []
        head = {
            "op": "call",
            "handle": handle,
            "seconds": seconds,
            "args": [pack(record(arg, str), attached) for arg in args],
            "kwargs": {name: pack(record(value, str), attached) for name, value in kwargs.items()},
        }
        answer, blobs = self.ask(head, *attached)
        return mirror(unpack(answer["record"], blobs), self) if "record" in answer else answer


@contextmanager
def program(module: str, folder: Path) -> Iterator[Program]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-c", _START.format(module=module), str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=folder, stderr=subprocess.DEVNULL)
        theirs.close()
        try:
            yield Program(ours, process)
        finally:
            ours.close()
            try:
                process.wait(20)
            finally:
                process.kill()


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], AbstractContextManager[Program]]:
    return lambda module: program(module, tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def notebook(start: Callable[[str], AbstractContextManager[Program]]) -> Iterator[Program]:
    with start("autograder.kernel.notebook") as running:
        yield running


@pytest.fixture(scope="module")
def model_server(start: Callable[[str], AbstractContextManager[Program]]) -> Iterator[Program]:
    with start("autograder.kernel.models") as running:
        yield running
