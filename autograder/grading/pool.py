"""Many attempts at once. The engine is any ``concurrent.futures.Executor`` of threads; each attempt has a process.

A process for each attempt keeps attempts apart in the grader as well: a test that patches a module, fills the
memory or never ends touches one attempt, and what it leaves behind is gone with the process.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

from autograder.course.bundle import Bundle
from autograder.course.result import GradedAttempt
from autograder.grading.attempt import grade, internal, regrade
from autograder.grading.spawn import Spawner
from autograder.grading.submission import Submission
from autograder.grading.world import NotRecorded, Objects

log = logging.getLogger(__name__)

TRIES = 2
"""An attempt that ends internal is tried again so many times in all."""


class HiddenData(Protocol):
    """Opens a lab's hidden files in the process that grades: makes the environment in which tests find them."""

    def __call__(self, bundle: Bundle, folder: Path) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One attempt to grade; with ``transcript``, from an earlier run."""

    bundle: Bundle
    submission: Submission
    transcript: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grader:
    """What it takes to grade: where jails come from, where bytes are kept, where hidden data lies.

    Every field must be picklable: it is handed to the process of each attempt.
    """

    spawner: Spawner
    objects: Objects
    hidden: HiddenData

    def grade_all(
        self, tasks: Iterable[Task], engine: Executor, started: Callable[[Task], None] = lambda _: None
    ) -> Iterator[tuple[Task, GradedAttempt]]:
        """Yield each task with its grade as it ends. Never raises for one of them: that one ends *internal*."""

        def work(task: Task) -> GradedAttempt:
            started(task)
            return self.grade(task)

        running = {engine.submit(work, task): task for task in tasks}
        for future in as_completed(running):
            yield running[future], future.result()

    def grade(self, task: Task) -> GradedAttempt:
        """Grade one task in a process of its own, again when it ends internal."""
        began = time.perf_counter()
        for attempt in range(1, TRIES + 1):
            graded = self._once(task)
            if isinstance(graded, GradedAttempt):
                return replace(graded, seconds={**graded.seconds, "total": time.perf_counter() - began})
            log.error("%s of %s, try %d of %d: %s", task.bundle.lab, task.submission.student, attempt, TRIES, graded)
        return replace(internal(task.bundle, task.submission), seconds={"total": time.perf_counter() - began})

    def _once(self, task: Task) -> GradedAttempt | str:
        """Return the grade, or why there is none: the process raised, died or did not end in time."""
        with tempfile.TemporaryDirectory(prefix="autograder-") as folder:  # ours: the process may be killed
            processes = multiprocessing.get_context("forkserver")
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(target=_work, args=(theirs, self, task, Path(folder)), daemon=True)
            process.start()
            theirs.close()
            try:
                return _answer(ours, process.sentinel, _longest(task.bundle))
            finally:
                ours.close()
                process.kill()
                process.join()


def _longest(bundle: Bundle) -> float:
    """Return after how many seconds a process that has not answered never will."""
    limits = bundle.limits
    return 2 * limits.run_seconds + limits.test_seconds * (1 + len(bundle.questions))


def _answer(pipe: Connection, ended: int, seconds: float) -> GradedAttempt | str:
    if pipe not in wait([pipe, ended], seconds) and not pipe.poll():
        return f"the grading process gave no answer within {seconds:.0f} s, or died"
    try:
        answer: GradedAttempt | str = pipe.recv()
    except EOFError:
        return "the grading process ended without an answer"
    return answer


def _work(answer: Connection, grader: Grader, task: Task, folder: Path) -> None:
    """What the process of an attempt does. ``folder`` is its own, empty and private."""
    try:
        os.environ.update(grader.hidden(task.bundle, folder))
        os.environ["AUTOGRADER_LANGUAGE"] = task.bundle.language
        answer.send(_graded(grader, task))
    except Exception:
        answer.send(traceback.format_exc())


def _graded(grader: Grader, task: Task) -> GradedAttempt:
    if task.transcript is not None:
        try:
            return regrade(task.bundle, task.submission, task.transcript, grader.objects)
        except NotRecorded as missing:
            log.info("%s: a changed test asks for something new (%s); running again", task.submission.student, missing)
    return grade(task.bundle, task.submission, grader.spawner, grader.objects)


def preload(*modules: str) -> None:
    """Make a process for each attempt cost milliseconds: call it once, before the first one.

    The fork server, started here, imports what every attempt needs, ``modules`` included: those of a grader's parts.
    It would also have each process import the program that was started, a command line with all its commands, unless
    that program has no file to import.
    """
    multiprocessing.set_forkserver_preload([__name__, "numpy", "numpy.random", *modules])
    program = sys.modules["__main__"]
    if program.__spec__ is None:
        vars(program).pop("__file__", None)
    forkserver.ensure_running()
