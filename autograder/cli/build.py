"""``autograder build``: from ``source/`` to the release, the solution and the bundle."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.authoring.build import build, stale_outputs
from autograder.cli.jails import grader, zygote
from autograder.cli.place import Place, find_place
from autograder.cli.progress import waiting
from autograder.cli.wiring import workshop
from autograder.course.model import Lab
from autograder.messages import say


@click.command("build")
@click.argument("labs", nargs=-1, metavar="[LAB]…")
@click.option("--check", "only_check", is_flag=True, help="No escribe nada: falla si algo quedó desactualizado.")
@click.option("--rerun", is_flag=True, help="Ejecuta la solución aunque no haya cambiado.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por laboratorio.")
def command(labs: tuple[str, ...], only_check: bool, rerun: bool, as_json: bool) -> None:
    """Construye la versión de estudiantes, la solución y el paquete de calificación de cada laboratorio."""
    place = find_place(Path.cwd())
    chosen = place.labs(labs)
    if only_check:
        report_stale(place, chosen, as_json)
    else:
        build_all(place, chosen, rerun, as_json)


def report_stale(place: Place, labs: tuple[Lab, ...], as_json: bool) -> None:
    """Say which committed outputs do not match their source; exit 1 when there are any."""
    found = [finding for lab in labs for finding in stale_outputs(place.course, lab)]
    for finding in found:
        click.echo(json.dumps({"stale": str(finding.file)}) if as_json else str(finding))
    if not found and not as_json:
        click.echo(say("cli.build.fresh"))
    raise SystemExit(1 if found else 0)


def build_all(place: Place, labs: tuple[Lab, ...], rerun: bool = False, as_json: bool = False) -> None:
    """Build labs one after another and say what was written."""
    with waiting(say("cli.warming")):
        warm = zygote()
        warm.start()
    with warm:
        tools = workshop(place.home, grader(place.home, warm.address, place.course.language))
        for lab in labs:
            with waiting(say("cli.build.lab", lab=lab.id)):
                built = build(place.course, lab, tools, rerun=rerun)
            written = [_short(path, place) for path in built.written]
            if as_json:
                click.echo(json.dumps({"lab": lab.id, "bundle": built.bundle.digest(), "written": written}))
            else:
                click.echo(say("cli.build.done", lab=lab.id, written=", ".join(written) or say("cli.build.nothing")))


def _short(path: Path, place: Place) -> str:
    return str(path.relative_to(place.course.root)) if path.is_relative_to(place.course.root) else str(path)
