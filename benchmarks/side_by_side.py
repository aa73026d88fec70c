"""``make bench``: ten honest submissions of each lab through us, stock nbgrader, and a bare warm Python, in one run."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.authoring.build import Built, build
from autograder.cli.grade import default_jobs
from autograder.cli.jails import grader, zygote
from autograder.cli.place import find_place
from autograder.cli.wiring import workshop
from autograder.course.model import Course, Lab
from autograder.course.result import GradedAttempt
from autograder.grading.pool import Grader, Task
from autograder.grading.submission import Submission
from benchmarks.honest import Honest, honest
from benchmarks.stock_nbgrader import autograde

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure, print a table a lab, and write everything to a JSON file."""
    arguments = _arguments()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    place = find_place(ROOT)
    report = []
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        with zygote() as warm:
            start = time.perf_counter() - began
            for lab in place.labs(tuple(arguments.labs)):
                grading = grader(place.home, warm.address, place.course.language)
                built = build(place.course, lab, workshop(place.home, grading))
                made = honest(place.course, lab, built, arguments.count)
                row = _measure(place.course, lab, built, made, grading, Path(name) / lab.id)
                report.append({**row, "zygote_start": start})
                _show(report[-1])
    arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    print(arguments.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labs", nargs="*", help="lab1, lab2, … (all of them)")
    parser.add_argument("--count", type=int, default=10, help="submissions a lab")
    parser.add_argument("--json", type=Path, default=ROOT / "artefacts" / "side_by_side.json")
    found = parser.parse_args()
    found.json.parent.mkdir(parents=True, exist_ok=True)
    return found


def _measure(
    course: Course, lab: Lab, built: Built, made: list[Honest], grading: Grader, folder: Path
) -> dict[str, Any]:
    """Run all three on the same submissions; ours first one at a time, then as many at once as there are cores."""
    one_by_one, _ = _ours(built, made, grading, 1)
    at_once, graded = _ours(built, made, grading, default_jobs())
    (folder / "hidden").mkdir(parents=True)
    hidden = grading.hidden(built.bundle, folder / "hidden")
    stock, scores = autograde(course, lab, made, folder / "course", hidden)
    bare = _bare(course, lab, made, folder)
    return {
        "lab": lab.id,
        "submissions": len(made),
        "jobs": default_jobs(),
        "ours": at_once,
        "ours_one_by_one": one_by_one,
        "nbgrader": stock,
        "bare": sum(bare),
        "run": median(one.seconds["run"] for one in graded.values()),
        "examine": median(one.seconds["examine"] for one in graded.values()),
        "total": median(one.seconds["total"] for one in graded.values()),
        "peak_memory_bytes": max(one.peak_memory_bytes for one in graded.values()),
        "layers": list(next(iter(graded.values())).layers),
        "scores": {name: one.score for name, one in sorted(graded.items())},
        "scores_of_nbgrader": dict(sorted(scores.items())),
    }


def _ours(built: Built, made: list[Honest], grading: Grader, jobs: int) -> tuple[float, dict[str, GradedAttempt]]:
    tasks = [
        Task(
            bundle=built.bundle,
            submission=Submission(path=Path(one.student), student=one.student, content=one.content),
        )
        for one in made
    ]
    began = time.perf_counter()
    with ThreadPoolExecutor(jobs) as engine:
        graded = {task.submission.student: result for task, result in grading.grade_all(tasks, engine)}
    return time.perf_counter() - began, graded


def _bare(course: Course, lab: Lab, made: list[Honest], folder: Path) -> list[float]:
    paths = []
    for one in made:
        paths.append(folder / f"{one.student}.ipynb")
        paths[-1].write_bytes(one.content)
    command = [
        sys.executable,
        str(Path(__file__).with_name("bare.py")),
        str(course.release(lab).parent),
        *map(str, paths),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def _show(row: dict[str, Any]) -> None:
    count = row["submissions"]
    table = Table(title=f"{row['lab']}: {count} submissions, {row['jobs']} at once", title_justify="left")
    for heading in ("", "seconds", "s each", "× ours"):
        table.add_column(heading, justify="left" if not heading else "right")
    for label, key in (
        ("ours", "ours"),
        ("ours, one at a time", "ours_one_by_one"),
        ("nbgrader autograde", "nbgrader"),
        ("bare cells, warm Python", "bare"),
    ):
        table.add_row(label, f"{row[key]:.1f}", f"{row[key] / count:.2f}", f"{row[key] / row['ours']:.2f}")
    console = Console()
    console.print(table)
    console.print(
        f"each: run {row['run']:.2f} s, examine {row['examine']:.2f} s, in all {row['total']:.2f} s; "
        f"peak {row['peak_memory_bytes'] >> 20} MiB beyond the zygote; {len(row['layers'])} layers on",
        highlight=False,
    )


if __name__ == "__main__":
    main()
