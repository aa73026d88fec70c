"""A small course with one lab, written as an author would write it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.release import derive
from autograder.course.bundle import Role
from autograder.course.read import read_course
from autograder.course.result import CellOutput, GradedAttempt, QuestionResult, Verdict

COURSE = """
slug = "curso"
title = "Curso"
[[lesson]]
number = 1
title = "Uno"
[[lab]]
id = "mini"
lesson = 1
title = "Mini"
points = 6
[lab.settings]
most = 9
"""


def cell(id, source, *, kind="code", grade=False, solution=False, locked=True, points=None, notes=None, **metadata):
    """Return a cell with nbgrader's metadata."""
    meta = {"grade": grade, "solution": solution, "locked": locked, "schema_version": 3, "grade_id": id}
    meta |= {"points": points} if points is not None else {}
    built = {
        "cell_type": kind,
        "id": id,
        "metadata": {"nbgrader": meta | {"task": False}, **metadata},
        "source": source,
    }
    if notes is not None:
        built["metadata"]["autograder"] = notes
    return built | ({"execution_count": 7, "outputs": []} if kind == "code" else {})


def text(id, source, **more):
    return cell(id, source, kind="markdown", **more)


def answer(id, source, **more):
    return cell(id, source, solution=True, locked=False, **more)


def graded(id, source, points=1, **more):
    return cell(id, source, grade=True, points=points, **more)


def by_hand(id, source, points=1, kind="markdown", **more):
    return cell(id, source, kind=kind, grade=True, solution=True, locked=False, points=points, **more)


def notebook(*cells):
    return {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "version": "3.11.2", "file_extension": ".py"},
            "celltoolbar": "Create Assignment",
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


DOUBLE = '''def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return factor * x
    ### END SOLUTION'''

DOUBLE_TEST = """assert double(2) == 4, "double(2) debe ser 4"
### BEGIN HIDDEN TESTS
secret = 21
assert np.allclose(double(np.array([secret])), 42)
### END HIDDEN TESTS"""

HINT = "<details>\n<summary>Pista</summary>\n\nMultiplica por **dos**.\n\n</details>"

MINI = notebook(
    text("intro", "# Mini\n\nUn laboratorio pequeño."),
    cell("setup", "import numpy as np\nimport matplotlib.pyplot as plt\nfactor = 2"),
    text("t1", f"## Paso 1: el *doble*\n\nEscribe `double`.\n\n{HINT}"),
    answer("double", DOUBLE),
    graded("test-double", DOUBLE_TEST, points=2),
    text("t2", "## Paso 2: la suma\n\n<details><summary>Pista</summary>Usa `sum`.</details>"),
    answer("total", "### BEGIN SOLUTION\ntotal = sum(range(4))\n### END SOLUTION"),
    graded(
        "test-total",
        "assert total > 0\n### BEGIN HIDDEN TESTS\nassert total == 6\n### END HIDDEN TESTS",
        points=3,
        notes={"title": "La suma", "requires": ["test-double"]},
    ),
    text("t3", "## Paso 3: en palabras\n\n<details><summary>Pista</summary>Piensa.</details>"),
    by_hand("why", "### BEGIN SOLUTION\nPorque sí.\n### END SOLUTION"),
)


def write_course(root: Path, source=MINI, course=COURSE, lab="mini") -> Path:
    """Write a course with one lab below ``root``; return its course.toml."""
    folder = root / "source" / lab
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{lab}.ipynb").write_text(json.dumps(source, ensure_ascii=False), encoding="utf-8")
    (root / "course.toml").write_text(course, encoding="utf-8")
    config = Path(__file__).parents[2] / "nbgrader_config.py"
    (root / "nbgrader_config.py").write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
    return root / "course.toml"


@pytest.fixture
def kit() -> ModuleType:
    """Return this file: the small lab ``MINI`` and the functions that notebooks are written with."""
    return sys.modules[__name__]


@pytest.fixture(autouse=True)
def spanish(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "es")


@pytest.fixture
def course(tmp_path):
    return read_course(write_course(tmp_path))


@pytest.fixture
def derived(tmp_path):
    """Return a function from a notebook (as JSON) to the course, and what the notebook becomes."""

    def make(source, **more):
        course = read_course(write_course(tmp_path, source, **more))
        return course, derive(course.source(course.labs[0]), course.root)

    return make


@pytest.fixture
def bundled(derived):
    """Return a function from a notebook (as JSON) to its bundle."""

    def make(source, **more):
        course, notebooks = derived(source, **more)
        return make_bundle(course, course.labs[0], notebooks)

    return make


class PlainGrader:
    """Grades in this process, without a jail: enough for tests that trust their notebooks. A ``Runner`` as well."""

    def __init__(self):
        self.graded = []

    def run(self, bundle, content):
        return self._run(bundle, content)[1]

    def grade(self, bundle, content):
        self.graded.append(content)
        values, _, given = self._run(bundle, content)
        released = {cell.id: cell for cell in bundle.cells}
        results = []
        for question in bundle.questions:
            attempted = any(given[id] != released[id].source for id in question.answers)
            verdict, message = Verdict.NOT_ATTEMPTED, "sin responder"
            if attempted:
                verdict, message = (Verdict.MANUAL, "") if question.manual else self._test(question, released, values)
            score = None if verdict is Verdict.MANUAL else question.points * (verdict is Verdict.PASSED)
            results.append(
                QuestionResult(id=question.id, points=question.points, score=score, verdict=verdict, message=message)
            )
        return GradedAttempt(lab=bundle.lab, bundle=bundle.digest(), submission="", questions=tuple(results))

    def grade_again(self, bundle, content, _attempt):
        return self.grade(bundle, content)

    def _run(self, bundle, content):
        given = {cell["id"]: "".join(cell["source"]) for cell in json.loads(content)["cells"]}
        values, outputs = {}, []
        for cell in bundle.cells:
            if cell.type == "code" and cell.role is not Role.TEST:
                shown = io.StringIO()
                source = given[cell.id] if cell.role is Role.ANSWER else cell.source
                error = ""
                try:
                    with contextlib.redirect_stdout(shown):
                        exec(source, values)
                except Exception as raised:
                    error = f"{type(raised).__name__}: {raised}"
                outputs.append(CellOutput(cell=cell.id, text=shown.getvalue(), error=error))
        return values, outputs, given

    def _test(self, question, cells, values):
        names = {name: values[name] for name in question.names if name in values}
        try:
            exec("\n".join((*question.imports, cells[question.id].source)), names)
        except Exception as error:
            return Verdict.FAILED, str(error)
        return Verdict.PASSED, ""


@pytest.fixture
def grader():
    return PlainGrader()
