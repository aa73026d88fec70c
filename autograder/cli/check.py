"""``autograder check``: proves a lab."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import click
from rich.progress import Progress

from autograder.authoring.build import build
from autograder.authoring.finding import Finding, Level
from autograder.authoring.lint import lint
from autograder.authoring.prove import Proof, prove
from autograder.cli.grade import default_jobs
from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place, find_place
from autograder.cli.progress import bar, waiting
from autograder.cli.wiring import ProvingGrader, workshop
from autograder.course.model import Lab
from autograder.grading.pool import Grader
from autograder.messages import say


@click.command("check")
@click.argument("labs", nargs=-1, metavar="[LAB]…")
@click.option("--jobs", type=click.IntRange(1), default=default_jobs, help="Cuántas entregas a la vez.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por hallazgo.")
def command(labs: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Prueba un laboratorio: la solución lo gana todo, la versión de estudiantes nada, y cada error se descubre."""
    place = find_place(Path.cwd())
    chosen = place.labs(labs)
    with waiting(say("cli.warming")):
        warm = zygote()
        warm.start()
    wrong = False
    with warm:
        grading = grader(place.home, warm.address, place.course.language)
        for lab in chosen:
            proof = prove_lab(place, lab, grading, jobs)
            wrong |= _report(lab, [*lint(place.course, lab), *proof.findings], proof, as_json)
    raise SystemExit(1 if wrong else 0)


def prove_lab(place: Place, lab: Lab, grading: Grader, jobs: int) -> Proof:
    """Build a lab and grade its solution, its release and every sample of it."""
    built = build(place.course, lab, workshop(place.home, grading))
    with bar(None) as progress, ThreadPoolExecutor(jobs) as engine:
        return prove(
            place.course,
            lab,
            built.notebooks,
            built.bundle,
            ProvingGrader(grader=grading),
            engine,
            done=partial(_advance, progress, lab.id),
        )


def _advance(progress: Progress, lab: str, sample: str) -> None:
    progress.update(progress.task_ids[0], advance=1, description=f"{lab} {sample}")


def _report(lab: Lab, findings: list[Finding], proof: Proof, as_json: bool) -> bool:
    """Print what was found; return whether any of it is an error."""
    wrong = any(finding.level is Level.ERROR for finding in findings)
    for finding in findings:
        click.echo(_line(lab.id, finding) if as_json else str(finding))
    if not as_json and not wrong:
        click.echo(say("cli.check.proved", lab=lab.id, samples=len(proof.graded), questions=len(proof.caught)))
    return wrong


def _line(lab: str, finding: Finding) -> str:
    fields = {name: str(getattr(finding, name)) for name in ("level", "file", "cell", "what", "remedy")}
    return json.dumps({"lab": lab, **fields}, ensure_ascii=False)
