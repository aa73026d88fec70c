"""``autograder demo``: both labs built, a dozen sample submissions of each graded, a page for each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from autograder.authoring.build import Built, build
from autograder.authoring.samples import both_ends, read_samples
from autograder.cli.feedback import write_page
from autograder.cli.grade import default_jobs, grade_with
from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place, find_place
from autograder.cli.progress import waiting
from autograder.cli.tables import print_grades
from autograder.cli.wiring import workshop
from autograder.course.model import Lab
from autograder.grading.pool import Grader, Task
from autograder.grading.submission import read_submission
from autograder.messages import say


@click.command("demo")
@click.option("--jobs", type=click.IntRange(1), default=default_jobs, help="Cuántas entregas a la vez.")
def command(jobs: int) -> None:
    """Construye los laboratorios y califica entregas de muestra de cada uno en la jaula."""
    began = time.perf_counter()
    place = find_place(Path.cwd())
    internal = False
    with waiting(say("cli.warming")):
        warm = zygote()
        warm.start()
    with warm:
        grading = grader(place.home, warm.address, place.course.language)
        for lab in place.course.labs:
            with waiting(say("cli.build.lab", lab=lab.id)):
                built = build(place.course, lab, workshop(place.home, grading))
            internal |= _show(place, lab, built, grading, jobs)
    click.echo(say("cli.demo.done", seconds=f"{time.perf_counter() - began:.0f}"))
    raise SystemExit(1 if internal else 0)


def _show(place: Place, lab: Lab, built: Built, grading: Grader, jobs: int) -> bool:
    """Grade a lab's samples and print what came of them; return whether we failed at one."""
    paths = _hand_in(place, lab, built)
    tasks = [Task(bundle=built.bundle, submission=read_submission(path, lab.id)) for path in paths]
    began = time.perf_counter()
    results = list(grade_with(grading, tasks, jobs))
    results.sort(key=lambda result: -result[1].score)
    print_grades(built.bundle, results)
    for task, graded in results:
        click.echo(f"  {write_page(place, built.bundle, task.submission.student, graded)}")
    seconds = time.perf_counter() - began
    click.echo(
        say("cli.demo.graded", count=len(results), seconds=f"{seconds:.1f}", each=f"{seconds / len(results):.1f}")
    )
    return any(graded.internal for _, graded in results)


def _hand_in(place: Place, lab: Lab, built: Built) -> Sequence[Path]:
    """Write the lab's samples as submissions, as nbgrader lays them out, and return their paths."""
    samples = read_samples(place.course.samples(lab), built.notebooks, built.bundle)
    shown = [*both_ends(built.notebooks, built.bundle), *(sample for sample in samples if not sample.wrong_answer)]
    paths = []
    for sample in shown:
        folder = place.home / "demo" / sample.student / lab.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / lab.notebook).write_bytes(sample.content)
        paths.append(folder)
    return paths
