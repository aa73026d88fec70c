"""``autograder check``: proves a lab."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from autograder.authoring.build import build
from autograder.authoring.finding import Level
from autograder.authoring.lint import lint
from autograder.authoring.prove import prove
from autograder.cli.grade import default_jobs
from autograder.cli.jails import grader, zygote
from autograder.cli.place import find_place
from autograder.cli.progress import bar, waiting
from autograder.cli.wiring import ProvingGrader, workshop
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
    found = []
    with warm:
        grading = grader(place.home, warm.address, place.course.language)
        for lab in chosen:
            built = build(place.course, lab, workshop(place.home, grading))
            with bar(0) as progress, ThreadPoolExecutor(jobs) as engine:
                proof = prove(
                    place.course,
                    lab,
                    built.notebooks,
                    built.bundle,
                    ProvingGrader(grader=grading),
                    engine,
                    done=lambda name, lab=lab, progress=progress: progress.update(
                        0, advance=1, description=f"{lab.id} {name}"
                    ),
                )
            findings = [*lint(place.course, lab), *proof.findings]
            for finding in findings:
                click.echo(_line(lab.id, finding) if as_json else str(finding))
            if not as_json and not any(finding.level is Level.ERROR for finding in findings):
                click.echo(say("cli.check.proved", lab=lab.id, samples=len(proof.graded), questions=len(proof.caught)))
            found.extend(findings)
    raise SystemExit(1 if any(finding.level is Level.ERROR for finding in found) else 0)


def _line(lab: str, finding: object) -> str:
    fields = {name: str(getattr(finding, name, "")) for name in ("level", "file", "cell", "what", "remedy")}
    return json.dumps({"lab": lab, **fields}, ensure_ascii=False)
