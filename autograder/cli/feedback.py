"""``autograder feedback``: the pages of recorded attempts."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import click

from autograder.authoring.build import read_bundle
from autograder.cli.place import Place, find_place
from autograder.course.bundle import Bundle
from autograder.course.result import GradedAttempt
from autograder.feedback import render
from autograder.gradebook import Gradebook
from autograder.messages import say


@click.command("feedback")
@click.argument("lab")
@click.argument("students", nargs=-1, metavar="[STUDENT]…")
@click.option("--which", type=click.Choice(["latest", "best"]), default="latest", help="Qué intento se muestra.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por página.")
def command(lab: str, students: tuple[str, ...], which: str, as_json: bool) -> None:
    """Escribe la página de retroalimentación de cada intento registrado de LAB."""
    place = find_place(Path.cwd())
    bundle = read_bundle(place.home, place.labs((lab,))[0])
    with Gradebook.open(place.home) as book:
        rows = book.best(lab) if which == "best" else book.latest(lab)
        chosen = [row for row in rows if not students or row.student in students]
        for row in chosen:
            page = write_page(place, bundle, row.student, book.graded(row.run), row.attempt, row.received_at)
            line = {"student": row.student, "attempt": row.attempt, "page": str(page)}
            click.echo(json.dumps(line, ensure_ascii=False) if as_json else page)
    if not chosen:
        click.echo(say("cli.feedback.none", lab=lab), err=True)
        raise SystemExit(1)


def write_page(
    place: Place,
    bundle: Bundle,
    student: str,
    graded: GradedAttempt,
    attempt: int | None = None,
    received_at: datetime | None = None,
) -> Path:
    """Write the page of an attempt and return its path. The file's name is ours, whatever the student is called."""
    path = place.home / "feedback" / bundle.lab / f"{_file_name(student)}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(graded, bundle, student, attempt=attempt, received_at=received_at), encoding="utf-8")
    return path


def _file_name(student: str) -> str:
    """Return a name for a file: letters that every system allows, and enough of a digest to tell two students apart."""
    plain = re.sub(r"\W+", "-", student).strip("-").lower()[:40]
    digest = hashlib.sha256(student.encode(errors="surrogateescape")).hexdigest()[:6]
    return f"{plain}-{digest}"
