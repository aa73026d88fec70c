"""``autograder grades``: what was recorded, as a table, JSON or CSV."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.cli.place import find_place
from autograder.gradebook import Gradebook, GradeRow, to_csv
from autograder.messages import say


@click.command("grades")
@click.argument("lab", required=False)
@click.option("--which", type=click.Choice(["latest", "best", "all"]), default="latest", help="Qué intento cuenta.")
@click.option("--csv", "csv_path", type=click.Path(path_type=Path, allow_dash=True), help="Escribe un CSV en FILE.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por nota.")
def command(lab: str | None, which: str, csv_path: Path | None, as_json: bool) -> None:
    """Muestra las notas registradas."""
    place = find_place(Path.cwd())
    with Gradebook.open(place.home) as book:
        rows = {"latest": book.latest, "best": book.best, "all": book.grades}[which](lab)
    if csv_path is not None:
        with click.open_file(str(csv_path), "w", encoding="utf-8", lazy=False) as file:
            file.write(to_csv(rows))
    elif as_json:
        for row in rows:
            click.echo(_line(row))
    else:
        _print(rows)


def _line(row: GradeRow) -> str:
    return json.dumps(
        {
            "student": row.student,
            "lab": row.lab,
            "attempt": row.attempt,
            "received_at": row.received_at.isoformat(),
            "score": row.score,
            "max_score": row.max_score,
            "pending_manual": list(row.pending_manual),
            "questions": {question.id: question.score for question in row.questions},
        },
        ensure_ascii=False,
    )


def _print(rows: list[GradeRow]) -> None:
    table = Table()
    for key in ("student", "lab", "attempt", "score", "pending"):
        table.add_column(_heading(key), justify="left" if key in ("student", "lab") else "right")
    for row in rows:
        score = "—" if row.score is None else f"{row.score:g}/{row.max_score:g}"
        table.add_row(escape(row.student), row.lab, str(row.attempt), score, str(len(row.pending_manual) or ""))
    Console().print(table)


def _heading(key: str) -> str:
    return {
        "student": say("cli.table.student"),
        "lab": say("cli.table.lab"),
        "attempt": say("cli.table.attempt"),
        "score": say("cli.table.score"),
        "pending": say("cli.table.pending"),
    }[key]
