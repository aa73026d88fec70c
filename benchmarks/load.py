"""A class hands in at once: 200 students submit lab 2 within a minute to the real service, on loopback.

``python -m benchmarks.load`` (``make load``). The hub is a stand-in that answers only "whose token is this"; everything
else is real: the service, its workers and zygote, the jail, the database on disk. Written to ``artefacts/load.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.gradebook import Gradebook
from benchmarks.stand_in_hub import ROOT, RunningService, service_environment, stand_in_hub, write_cohort

MACHINE_BYTES = 24 << 30
LAB_SERVER_BYTES = 141 << 20  # one JupyterLab server, PSS, measured with JupyterHub 6.1
KERNEL_BYTES = 600 << 20  # one kernel that has imported TensorFlow, RSS
RESERVE_BYTES = 2 << 30  # the system's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Seconds."""

    count: int
    p50: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it. Sizes in bytes (PSS), times in seconds."""

    students: int
    seconds: float
    workers: int
    cores: int
    receipts: int
    attempts: int
    runs: int
    internal: int
    receipt: Spread
    page: Spread
    to_grade: Spread | None  # None where nothing was graded
    graded_after: float | None  # from the first submission to the last grade
    memory: dict[str, int]
    students_a_machine: dict[str, int]
    load_average: float


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="0: receive and grade nothing")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds to wait for the last grade")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autograder-load-") as folder:
        found = measure(Path(folder), asked.students, asked.seconds, asked.workers, asked.patience)
    text = json.dumps(asdict(found), indent=2)
    target = ROOT / "artefacts" / "load.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text + "\n")
    print(text)
    if found.receipts != found.students or found.attempts != found.students:
        sys.exit("a receipt was lost or doubled")


def measure(home: Path, students: int, seconds: float, workers: int, patience: float) -> Load:
    """Publish lab 2, start the service, hand in, wait for the grades."""
    write_cohort(home, students)
    with stand_in_hub() as hub:
        release = [sys.executable, "-m", "autograder.cli.main", "release", "lab2"]
        subprocess.run(release, cwd=ROOT, env=service_environment(hub, home, 1), check=True, stdout=sys.stderr)
        service = RunningService(hub, home, workers=workers)
        service.start()
        try:
            service.warm()
            return _measured(service, home, students, seconds, workers, patience)
        finally:
            service.stop()


def _measured(
    service: RunningService, home: Path, students: int, seconds: float, workers: int, patience: float
) -> Load:
    content = (ROOT / "solutions" / "lab2" / "lab2.ipynb").read_text(encoding="utf-8")
    pages: list[float] = []
    over = threading.Event()
    looking = threading.Thread(target=_look, args=(service, pages, over), daemon=True)
    looking.start()
    began = time.monotonic()
    with ThreadPoolExecutor(64) as crowd:
        handing_in = [
            crowd.submit(_hand_in, service, content, number, began + seconds * number / students)
            for number in range(students)
        ]
        receipts = [one.result() for one in handing_in]
    memory = memory_of(service)
    with Gradebook.open(home) as book:
        graded_after = _wait(book, students, began, patience) if workers else None
        over.set()
        looking.join()
        attempts, grades = book.attempts("lab2"), book.grades("lab2")
        waits = _waits(book)
    return Load(
        students=students,
        seconds=seconds,
        workers=workers,
        cores=len(os.sched_getaffinity(0)),
        receipts=len({(receipt["student"], receipt["attempt"], receipt["sha256"]) for _, receipt in receipts}),
        attempts=len(attempts),
        runs=len(waits),
        internal=sum(grade.internal for grade in grades),
        receipt=_spread([taken for taken, _ in receipts]),
        page=_spread(pages),
        to_grade=_spread(waits) if waits else None,
        graded_after=None if graded_after is None else round(graded_after, 1),
        memory=memory,
        students_a_machine=_arithmetic(memory),
        load_average=os.getloadavg()[0],
    )


def _hand_in(service: RunningService, content: str, number: int, at: float) -> tuple[float, dict[str, Any]]:
    """Hand in a notebook that is this student's alone, twice in one of ten cases: a browser that repeats."""
    time.sleep(max(0.0, at - time.monotonic()))
    notebook = json.loads(content)
    notebook["metadata"]["student"] = number
    body, session = json.dumps(notebook).encode(), service.as_user(f"s{number:03}")
    address = f"{service.address}api/labs/lab2/attempts"
    began = time.monotonic()
    answer = session.post(address, data=body, timeout=60)
    taken = time.monotonic() - began
    answer.raise_for_status()
    if number % 10 == 0:
        session.post(address, data=body, timeout=60).raise_for_status()
    return taken, answer.json()


def _look(service: RunningService, pages: list[float], over: threading.Event) -> None:
    """Open pages all the while, as those who wait do."""
    student, staff = service.as_user("s000"), service.as_user("profe")
    while not over.wait(0.5):
        for session, path in ((student, "about"), (student, "submit/lab2"), (staff, "about")):
            began = time.monotonic()
            session.get(service.address + path, timeout=60).raise_for_status()
            pages.append(time.monotonic() - began)


def _wait(book: Gradebook, students: int, began: float, patience: float) -> float:
    """Wait until everybody has a grade; return how long it took since the first submission."""
    while time.monotonic() - began < patience:
        if len(book.grades("lab2")) >= students:
            return time.monotonic() - began
        time.sleep(1.0)
    return float("inf")


def _waits(book: Gradebook) -> list[float]:
    """Return, for each run, how long its attempt waited for its grade."""
    with book.engine.connect() as connection:
        query = (
            "SELECT julianday(r.ended_at) - julianday(a.received_at) FROM runs r JOIN attempts a ON a.id = r.attempt_id"
        )
        return [days * 86400 for (days,) in connection.exec_driver_sql(query)]


def _spread(seconds: list[float]) -> Spread:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Spread(count=len(seconds), p50=round(cuts[49], 3), p99=round(cuts[98], 3), worst=round(max(seconds), 3))


def memory_of(service: RunningService) -> dict[str, int]:
    """Return the proportional memory of the service, of one worker with its helpers, of the mirror, of the zygote, and
    of all its jails at this moment."""
    assert service.process is not None
    found = {"service": _pss(service.process.pid)}
    for child in _children(service.process.pid):
        command = (Path("/proc") / str(child) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        kind = next((name for name in ("cli.worker", "cli.mirror", "jail.zygote") if name in command), "").partition(
            "."
        )[2]
        if kind == "zygote":
            found["jails"] = sum(_pss(pid) for pid in _below(child))
        if kind:
            whole = sum(_pss(pid) for pid in (child, *_below(child))) if kind != "zygote" else _pss(child)
            found[kind] = max(found.get(kind, 0), whole)
    return found


def _pss(pid: int) -> int:
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _children(pid: int) -> list[int]:
    found = (Path("/proc") / str(pid) / "task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def _below(pid: int) -> list[int]:
    return [one for child in _children(pid) for one in (child, *_below(child))]


def _arithmetic(memory: dict[str, int]) -> dict[str, int]:
    """Return how many students a machine of 24 GiB carries: all with a TensorFlow kernel open, or one in three."""
    ours = sum(memory.get(kind, 0) for kind in ("service", "mirror", "zygote", "jails")) + 2 * memory.get("worker", 0)
    room = MACHINE_BYTES - RESERVE_BYTES - ours
    return {
        "all_with_a_kernel": room // (LAB_SERVER_BYTES + KERNEL_BYTES),
        "a_third_with_a_kernel": room // (LAB_SERVER_BYTES + KERNEL_BYTES // 3),
    }


if __name__ == "__main__":
    main()
