"""``autograder cohort``: the next cohort, its students, a look for mistakes, and a cohort to try things with."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from autograder.cli.cohort_demo import seed
from autograder.cli.place import Place, find_place
from autograder.cohort.errors import CohortError
from autograder.cohort.find import FOLDER, cohort_file, newest_file
from autograder.cohort.read import parse_cohort, read_cohort
from autograder.cohort.roster import Merge, merge, read_roster
from autograder.cohort.shift import next_cohort
from autograder.cohort.write import cohort_toml, with_people, write_file
from autograder.course.cohort import Cohort, PersonRole
from autograder.messages import say

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("cohort")
def command() -> None:
    """La cohorte: fechas, personas y reglas."""


@command.command("new")
@click.option(
    "--start", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="FECHA", help="Primer día: 2022-04-04."
)
@click.option(
    "--from", "model", type=_FILE, help="De qué cohorte se copian las fechas; por defecto, la última de cohorts/."
)
@click.option("--slug", help="Nombre de la nueva: 2022-1.")
def new(start: datetime, model: Path | None, slug: str | None) -> None:
    """Escribe la próxima cohorte: las mismas fechas, movidas por semanas enteras."""
    place = find_place(Path.cwd())
    before = read_cohort(model or newest_file(place.course.root))
    after = next_cohort(before, start.date(), slug)
    path = place.course.root / FOLDER / f"{after.slug}.toml"
    if path.exists():
        raise click.UsageError(say("cli.cohort.exists", file=path))
    text = cohort_toml(after)
    parse_cohort(text, path)  # what we write can be read
    write_file(path, text)
    click.echo(say("cli.cohort.written", file=path))
    _print_dates(after)


@command.command("import")
@click.argument("roster", type=_FILE)
@click.option("--cohort", "file", type=_FILE, help="El archivo de la cohorte; por defecto, la que está viva.")
@click.option("--dry-run", is_flag=True, help="Dice qué cambiaría y no escribe nada.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON.")
def import_(roster: Path, file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Agrega a los estudiantes de ROSTER, un CSV con usuario, nombre, grupo y correo."""
    place = find_place(Path.cwd())
    path = file or cohort_file(place.course.root, place.home)
    cohort = read_cohort(path)
    found = read_roster(roster, _content(roster))
    if found.errors:
        for error in found.errors:
            click.echo(str(error), err=True)
        click.echo(say("cli.cohort.nothing_written", count=len(found.errors)), err=True)
        raise SystemExit(1)
    merged = merge(cohort, found.people)
    if not dry_run and (merged.added or merged.changed):
        text = with_people(path.read_text(encoding="utf-8-sig"), merged.people)
        parse_cohort(text, path)
        write_file(path, text)
    _print_merge(merged, path, dry_run=dry_run, as_json=as_json)


@command.command("check")
@click.argument("file", type=_FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON.")
def check(file: Path | None, as_json: bool) -> None:
    """Busca errores en una cohorte y muestra sus fechas."""
    place = find_place(Path.cwd())
    path = file or cohort_file(place.course.root, place.home)
    cohort = read_cohort(path)
    found = problems(place, cohort)
    if as_json:
        dates = [{"at": moment.isoformat(), "title": title} for moment, title in _dates(cohort)]
        students = len(cohort.students)
        facts = {"file": str(path), "cohort": cohort.slug, "students": students, "problems": found, "dates": dates}
        click.echo(json.dumps(facts, ensure_ascii=False))
        raise SystemExit(1 if found else 0)
    for sentence in found:
        click.echo(f"{path}: {sentence}")
    if not found:
        click.echo(say("cli.cohort.good", cohort=cohort.title, count=len(cohort.students)))
    _print_dates(cohort)
    raise SystemExit(1 if found else 0)


@command.command("demo")
@click.option("--again", is_flag=True, help="Vuelve a poner las fechas alrededor de hoy, en un libro vacío.")
def demo(again: bool) -> None:
    """Prepara una cohorte de prueba de 24 estudiantes, con entregas calificadas de verdad."""
    place = find_place(Path.cwd())
    seed(place, lambda sentence: click.echo(sentence, err=True), again=again)


def problems(place: Place, cohort: Cohort) -> list[str]:
    """Return what the file alone cannot show: labs that the course lacks, and nobody to decide."""
    known = {lab.id for lab in place.course.labs}
    found = [
        say("cli.cohort.no_lab", lab=dates.lab, known=", ".join(sorted(known)))
        for dates in cohort.labs
        if dates.lab not in known
    ]
    if not any(person.role is PersonRole.INSTRUCTOR for person in cohort.people):
        found.append(say("cli.cohort.no_instructor"))
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = say("cohort.problem.unreadable", why=error.strerror or "")
        raise CohortError(path, 0, "", problem, say("cohort.remedy.unreadable")) from error


def _print_merge(merged: Merge, path: Path, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        counts = {
            "file": str(path),
            "written": not dry_run and bool(merged.added or merged.changed),
            "added": [person.user for person in merged.added],
            "changed": [person.user for person in merged.changed],
            "same": merged.same,
            "absent": [person.user for person in merged.absent],
        }
        click.echo(json.dumps(counts, ensure_ascii=False))
        return
    for sign, people in (("+", merged.added), ("~", merged.changed), ("?", merged.absent)):
        for person in people:
            click.echo(f"  {sign} {person.user:<16} {person.name}{f'  · {person.group}' if person.group else ''}")
    click.echo(
        say(
            "cli.cohort.merged",
            added=len(merged.added),
            changed=len(merged.changed),
            same=merged.same,
            absent=len(merged.absent),
        )
    )
    click.echo(say("cli.cohort.dry_run") if dry_run else say("cli.cohort.written", file=path))


def _dates(cohort: Cohort) -> list[tuple[datetime, str]]:
    """Return due dates and sessions in their order, with their titles."""
    dates = [(lab.due, say("cli.cohort.due", lab=lab.lab)) for lab in cohort.labs]
    return sorted([*dates, *((session.starts, session.title) for session in cohort.sessions)])


def _print_dates(cohort: Cohort) -> None:
    """Print the dates in their order, each with its weekday, local hour and title."""
    for moment, title in _dates(cohort):
        day = say(f"cli.weekday.{moment.isoweekday()}")
        click.echo(f"  {day} {moment:%Y-%m-%d %H:%M}  {title}")
