"""``autograder grade``: submissions in, grades out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from rich.markup import escape

from autograder.authoring.build import read_bundle
from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place, find_place
from autograder.cli.progress import bar, waiting
from autograder.cli.recording import Records
from autograder.cli.tables import print_grades
from autograder.course.result import GradedAttempt
from autograder.grading.pool import Grader, Task
from autograder.grading.submission import read_submission
from autograder.messages import say


def default_jobs() -> int:
    """Return how many submissions are graded at once where nobody says: one a core that this process may use."""
    return len(os.sched_getaffinity(0))


@click.command("grade")
@click.argument("lab")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--jobs", type=click.IntRange(1), default=default_jobs, help="Cuántas entregas a la vez.")
@click.option("--record", is_flag=True, help="Anota intentos y notas, también en el libro de nbgrader.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por entrega.")
@click.option("--unsafe", is_flag=True, help="Sin la jaula. Solo con tu propio código.")
def command(lab: str, paths: tuple[Path, ...], jobs: int, record: bool, as_json: bool, unsafe: bool) -> None:
    """Califica entregas de LAB. PATH es un cuaderno o la carpeta de una entrega."""
    place = find_place(Path.cwd())
    bundle = read_bundle(place.home, place.labs((lab,))[0])
    tasks = [Task(bundle=bundle, submission=read_submission(path, lab)) for path in paths]
    results = []
    with Records(place, bundle, enabled=record) as records:
        for task, graded in grade_all(place, tasks, jobs, unsafe):
            records.record(task.submission, graded)
            results.append((task, graded))
            if as_json:
                click.echo(as_line(task, graded))
    if not as_json:
        order = {id(task): place for place, task in enumerate(tasks)}
        print_grades(bundle, sorted(results, key=lambda result: order[id(result[0])]))
    raise SystemExit(1 if any(graded.internal for _, graded in results) else 0)


def grade_all(place: Place, tasks: list[Task], jobs: int, unsafe: bool = False) -> Iterator[tuple[Task, GradedAttempt]]:
    """Yield each task with its grade as it ends, in jails of a zygote of its own. Raises ``JailUnavailable``."""
    with waiting(say("cli.warming")):
        warm = zygote(unsafe)
        warm.start()
    with warm:
        yield from grade_with(grader(place.home, warm.address, place.course.language), tasks, jobs)


def grade_with(grading: Grader, tasks: list[Task], jobs: int) -> Iterator[tuple[Task, GradedAttempt]]:
    """Yield each task with its grade as it ends, and show a progress bar."""
    with bar(len(tasks)) as progress, ThreadPoolExecutor(jobs) as engine:
        for task, graded in grading.grade_all(tasks, engine):
            progress.update(progress.task_ids[0], advance=1, description=escape(task.submission.student))
            yield task, graded


def as_line(task: Task, graded: GradedAttempt) -> str:
    """Return a grade as one line of JSON."""
    return json.dumps(
        {
            "lab": graded.lab,
            "path": str(task.submission.path),
            "score": graded.score,
            "max_score": graded.max_score,
            "questions": [
                {
                    "id": question.id,
                    "points": question.points,
                    "score": question.score,
                    "verdict": question.verdict,
                    "message": question.message,
                }
                for question in graded.questions
            ],
            "flags": [{"id": flag.id, "cell": flag.cell, "message": flag.message} for flag in graded.flags],
            "seconds": {name: round(value, 3) for name, value in graded.seconds.items()},
            "peak_memory_bytes": graded.peak_memory_bytes,
            "layers": list(graded.layers),
        },
        ensure_ascii=False,
    )
