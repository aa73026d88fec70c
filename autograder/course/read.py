"""``course.toml`` becomes a ``Course``; whatever is wrong in it becomes a sentence with file, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder.course.bundle import Limits
from autograder.course.errors import CourseError, explain
from autograder.course.model import Course, Lab, Lesson, Materials
from autograder.course.schema import CourseTable, LabTable, LimitsTable, MaterialsTable
from autograder.messages import say

_LIMITS = {
    "memory": "memory_bytes",
    "disk": "disk_bytes",
    "output": "output_bytes",
    "crossing": "crossing_bytes",
    "processes": "processes",
    "cpus": "cpus",
    "cell": "cell_seconds",
    "run": "run_seconds",
    "test": "test_seconds",
}


def read_course(path: Path) -> Course:
    """Read ``course.toml``, or the one in the folder ``path``. Raises ``CourseError`` for anything wrong in it."""
    file = path / "course.toml" if path.is_dir() else path
    raw = _read_toml(file)
    try:
        table = CourseTable.model_validate(raw)
    except ValidationError as error:
        raise explain(file, raw, error.errors(include_url=False)[0]) from error
    for fault in _faults(file, table):
        raise fault
    root = file.resolve().parent
    return Course(
        slug=table.slug,
        title=table.title,
        language=table.language,
        root=root,
        lessons=tuple(Lesson(number=lesson.number, title=lesson.title) for lesson in table.lesson),
        labs=tuple(_lab(lab, table.limits, root) for lab in table.lab),
    )


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CourseError(file, "", say("course.problem.no_file"), say("course.remedy.no_file")) from error
    except OSError as error:
        raise CourseError(file, "", say("course.problem.unreadable", why=error.strerror or ""), "") from error
    except ValueError as error:  # not UTF-8, or not TOML: the reader's own message names line and column
        raise CourseError(file, "", say("course.problem.toml", why=str(error)), say("course.remedy.toml")) from error


def _faults(file: Path, table: CourseTable) -> Iterator[CourseError]:
    """Yield what no single key shows: repeated ids, labs of lessons that are not there."""
    numbers = [lesson.number for lesson in table.lesson]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield _fault(file, "lesson", "repeated", value=number)
    ids = [lab.id for lab in table.lab]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield _fault(file, f"lab[{id}].id", "repeated", value=id)
    for lab in table.lab:
        if lab.lesson not in numbers:
            known = ", ".join(str(number) for number in numbers)
            yield _fault(file, f"lab[{lab.id}].lesson", "no_lesson", value=lab.lesson, known=known)
        if "folder" in lab.materials.providers and lab.materials.folder is None:
            yield _fault(file, f"lab[{lab.id}].materials.folder", "no_folder", value="folder")


def _fault(file: Path, key: str, kind: str, **values: object) -> CourseError:
    return CourseError(file, key, say(f"course.problem.{kind}", **values), say(f"course.remedy.{kind}", **values))


def _lab(table: LabTable, defaults: LimitsTable, root: Path) -> Lab:
    return Lab(
        id=table.id,
        lesson=table.lesson,
        title=table.title,
        notebook=table.notebook or f"{table.id}.ipynb",
        samples=table.samples or f"tests/labs/{table.id}.toml",
        points=table.points,
        limits=_limits(defaults, table.limits),
        materials=_materials(table.materials, root),
        settings=table.settings,
    )


def _limits(*tables: LimitsTable) -> Limits:
    """Return the limits of the last table that names them, else of the one before, else the defaults."""
    given: dict[str, Any] = {}
    for table in tables:
        given |= {_LIMITS[key]: value for key, value in table.model_dump(exclude_none=True).items()}
    return Limits(**given)


def _materials(table: MaterialsTable, root: Path) -> Materials:
    fields = table.model_dump()
    for key in ("folder", "vgg16_weights"):
        fields[key] = None if fields[key] is None else root / Path(fields[key]).expanduser()
    return Materials(**{**fields, "providers": tuple(table.providers), "classes": tuple(table.classes)})
