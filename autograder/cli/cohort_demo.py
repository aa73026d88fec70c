"""The demo cohort: dates around today, and submissions that are really graded, each distinct one once."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from autograder.authoring.build import build, read_bundle
from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import Notebook, notebook_bytes
from autograder.authoring.release import Notebooks, derive
from autograder.authoring.samples import Sample, read_samples
from autograder.cli.cohort_demo_life import live_through
from autograder.cli.grade import default_jobs
from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place
from autograder.cli.wiring import workshop
from autograder.cohort.demo import SLUG, Step, demo_cohort, demo_steps
from autograder.cohort.find import HOME_FILE, VARIABLE
from autograder.cohort.read import read_cohort
from autograder.cohort.write import cohort_toml, write_file
from autograder.course.bundle import Bundle
from autograder.course.model import Lab
from autograder.course.result import GradedAttempt, Verdict
from autograder.exchange.queue import Queue
from autograder.gradebook import Gradebook, pack, unpack
from autograder.grading.pool import Grader, Task
from autograder.grading.submission import Submission
from autograder.jail import Zygote
from autograder.messages import say

Progress = Callable[[str], None]

DATABASE = "AUTOGRADER_DATABASE"

SHARES = {"start": 0.25, "half": 0.5, "most": 0.8, "all": 1.0}
"""How many of a lab's answers a work has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLab:
    """A lab with all it takes to make submissions of it."""

    lab: Lab
    bundle: Bundle
    notebooks: Notebooks
    wrong: tuple[Sample, ...]


def seed(place: Place, progress: Progress, *, again: bool = False) -> bool:
    """Make ``home/cohort.toml`` the demo cohort and record its students' attempts; return whether it is the live one.

    Does nothing where a cohort is named or another one lives in ``home``, and nothing a second time, until its last
    session is over. With ``again``, and then, the database is set aside first, under another name.
    """
    file, now = place.home / HOME_FILE, datetime.now(UTC)
    known = read_cohort(file) if file.is_file() else None
    if os.environ.get(VARIABLE) or (known is not None and known.slug != SLUG):
        progress(say("cli.cohort.demo_not_live"))
        return False
    over = known is not None and max(session.starts for session in known.sessions) < now - timedelta(days=1)
    if known is not None and not (again or over):
        return True
    if known is not None:
        _set_aside(place.home)
    cohort = demo_cohort([lab.id for lab in place.course.labs], now)
    steps = demo_steps(cohort, now)
    with Gradebook.open(place.home, os.environ.get(DATABASE)) as book:
        contents, graded = _graded(place, steps, book, progress)
        for step in steps:
            _record(book, step, contents[step.lab, step.work], graded[step.lab, step.work])
        live_through(book, cohort, now)
        _for_formgrader(book, now)
    write_file(file, cohort_toml(cohort))  # last: where it is, all the rest is
    progress(say("cli.cohort.demo_done", file=file, count=len(steps), runs=len(set(contents.values()))))
    return True


def _for_formgrader(book: Gradebook, now: datetime) -> None:
    """Let the service tell nbgrader's gradebook of each student's newest attempt, as of those that come in."""
    queue = Queue(book.engine)
    newest = {(attempt.student, attempt.lab): attempt.id for attempt in book.attempts()}
    for id in newest.values():
        queue.recorded(id, now)


def _set_aside(home: Path) -> None:
    """Rename the database, so that attempts of other dates do not stand beside the new ones.

    Raises ``click.UsageError`` while a service works with it, and for one that is not a file of ours.
    """
    if os.environ.get(DATABASE):
        raise click.UsageError(say("cli.cohort.demo_database", name=DATABASE))
    with (home / "service.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.UsageError(say("cli.cohort.demo_running")) from None
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for name in ("autograder.db", "autograder.db-wal", "autograder.db-shm"):
        if (home / name).exists():
            (home / name).rename(home / name.replace("autograder", f"autograder-{stamp}"))


Works = dict[tuple[str, str], bytes]
Grades = dict[tuple[str, str], GradedAttempt]


def _graded(place: Place, steps: list[Step], book: Gradebook, progress: Progress) -> tuple[Works, Grades]:
    """Return the submissions by lab and work, and their grades: those of an earlier time, or of the jail."""
    wanted = dict.fromkeys((step.lab, step.work) for step in steps)
    labs = [place.course.lab(id) for id in dict.fromkeys(lab for lab, _ in wanted)]
    kept = _Kept(place.home / "demo" / "graded.json", book)
    with _Jails(place) as jails:
        ready = {lab.id: _ready(place, lab, jails) for lab in labs}
        contents = {(lab, work): make_work(ready[lab], work) for lab, work in wanted}
        digests = {key: book.objects.put(content) for key, content in contents.items()}
        grades = {digest: kept.find(ready[lab].bundle, digest) for (lab, _), digest in digests.items()}
        missing = {digest: key for key, digest in digests.items() if grades[digest] is None}  # equal works run once
        wanting = {key: contents[key] for key in missing.values()}
        for number, (key, graded) in enumerate(_run(ready, wanting, jails), 1):
            kept.keep(graded)
            grades[digests[key]] = graded
            progress(say("cli.cohort.demo_graded", number=number, of=len(wanting), lab=key[0], work=key[1]))
    known = {digest: graded for digest, graded in grades.items() if graded is not None}
    return contents, {key: known[digest] for key, digest in digests.items()}


class _Jails:
    """A grader that is there when it is first asked for: a second seeding needs none."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._warm: Zygote | None = None
        self._grader: Grader | None = None

    def __enter__(self) -> _Jails:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._warm is not None:
            self._warm.__exit__(None, None, None)

    def grader(self) -> Grader:
        """Return the grader. Raises ``JailUnavailable``."""
        if self._grader is None:
            warm = zygote()
            warm.start()
            self._warm = warm
            self._grader = grader(self._place.home, warm.address, self._place.course.language)
        return self._grader


def _ready(place: Place, lab: Lab, jails: _Jails) -> DemoLab:
    try:
        bundle, notebooks = read_bundle(place.home, lab), derive(place.course.source(lab), place.course.root)
    except AuthoringError:
        built = build(place.course, lab, workshop(place.home, jails.grader()))
        bundle, notebooks = built.bundle, built.notebooks
    samples = read_samples(place.course.samples(lab), notebooks, bundle)
    return DemoLab(lab=lab, bundle=bundle, notebooks=notebooks, wrong=one_a_question(bundle, samples))


def one_a_question(bundle: Bundle, samples: list[Sample]) -> tuple[Sample, ...]:
    """Return honest wrong answers, first one for each question, then the second of each, and so on."""
    by_question: dict[str, list[Sample]] = {question.id: [] for question in bundle.questions}
    for sample in samples:
        failed = [id for id, verdict in sample.expect.items() if verdict in (Verdict.FAILED, Verdict.PARTIAL)]
        if sample.wrong_answer and len(failed) == 1:
            by_question[failed[0]].append(sample)
    depth = max((len(found) for found in by_question.values()), default=0)
    return tuple(found[n] for n in range(depth) for found in by_question.values() if n < len(found))


def make_work(lab: DemoLab, work: str) -> bytes:
    """Return a submission: part of the solution, or a wrong answer of the lab's samples."""
    if work in SHARES:
        return notebook_bytes(_part(lab.notebooks.solution, lab.notebooks.release, SHARES[work]))
    kind, number = work.rsplit("-", 1)
    wrong = _wrong(lab, int(number))
    return notebook_bytes(wrong if kind == "wrong" else _part(wrong, lab.notebooks.release, SHARES["half"]))


def _wrong(lab: DemoLab, number: int) -> Notebook:
    if lab.wrong:
        found: Notebook = json.loads(lab.wrong[(number - 1) % len(lab.wrong)].content)
        return found
    notebook = deepcopy(lab.notebooks.solution)  # no samples: an answer is missing
    answers = _answers(notebook)
    place = answers[(number - 1) % len(answers)]
    notebook["cells"][place]["source"] = lab.notebooks.release["cells"][place]["source"]
    return notebook


def _part(answered: Notebook, release: Notebook, share: float) -> Notebook:
    """Return the first ``share`` of the answers of a notebook; the rest as released."""
    notebook = deepcopy(answered)
    answers = _answers(notebook)
    for place in answers[round(share * len(answers)) :]:
        notebook["cells"][place]["source"] = release["cells"][place]["source"]
    return notebook


def _answers(notebook: Notebook) -> list[int]:
    cells = enumerate(notebook["cells"])
    return [place for place, cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]


def _run(
    labs: Mapping[str, DemoLab], contents: Works, jails: _Jails
) -> Iterator[tuple[tuple[str, str], GradedAttempt]]:
    """Yield each work as it is graded."""
    if not contents:
        return
    tasks = {
        id(task): (key, task)
        for key, content in contents.items()
        for task in [Task(bundle=labs[key[0]].bundle, submission=_handed_in(key[1], content))]
    }
    with ThreadPoolExecutor(default_jobs()) as engine:
        for task, graded in jails.grader().grade_all([task for _, task in tasks.values()], engine):
            yield tasks[id(task)][0], graded


def _handed_in(work: str, content: bytes) -> Submission:
    return Submission(path=Path(work), student=work, content=content)


def _record(book: Gradebook, step: Step, content: bytes, graded: GradedAttempt) -> None:
    """Write an attempt and its grade down, unless an interrupted time has done so."""
    attempt = book.receive(step.user, step.lab, content, step.received_at)
    if not any(row.attempt == attempt.number for row in book.grades(step.lab, step.user)):
        book.record(attempt, graded, step.received_at + timedelta(seconds=1 + graded.seconds.get("total", 0.0)))


class _Kept:
    """Which grade belongs to which bytes, so that a second seeding takes seconds."""

    def __init__(self, file: Path, book: Gradebook) -> None:
        self._file, self._book = file, book
        self._packages: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}

    def find(self, bundle: Bundle, submission: str) -> GradedAttempt | None:
        """Return the grade of a submission (its digest) by a bundle, None when it is not known or was our failure."""
        package = self._packages.get(self._key(bundle.digest(), submission))
        if package is None or package not in self._book.objects:
            return None
        graded = unpack(self._book.objects.get(package))
        return None if graded.internal else graded

    def keep(self, graded: GradedAttempt) -> None:
        """Remember a grade."""
        self._packages[self._key(graded.bundle, graded.submission)] = self._book.objects.put(pack(graded))
        write_file(self._file, json.dumps(self._packages, indent=1, sort_keys=True))

    @staticmethod
    def _key(bundle: str, submission: str) -> str:
        return f"{bundle[:32]}:{submission[:32]}"
