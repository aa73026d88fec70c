"""What nbgrader and formgrader find of a grade that came through the door, asked with nbgrader's own API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.course.bundle import Bundle, Question
from autograder.course.result import GradedAttempt, Verdict
from autograder.gradebook import NameRefused, NbgraderDoor
from tests.gradebook.conftest import NOON, MakeGraded, notebook_of

STUDENT = "Quispe Mamani, José"
ESSAY = "Vi bordes. <script>alert(1)</script> [x](javascript:alert(2)) $\\href{javascript:alert(3)}{y}$"
Write = Callable[..., None]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The root of an nbgrader course with its state in a folder of its own."""
    lines = [
        "c = get_config()",
        "c.CourseDirectory.course_id = 'vision'",
        f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path / 'state.db'}'",
        f"c.CourseDirectory.autograded_directory = '{tmp_path / 'var' / 'autograded'}'",
        f"c.CourseDirectory.submitted_directory = '{tmp_path / 'var' / 'submitted'}'",
    ]
    (tmp_path / "nbgrader_config.py").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def door(course: Path) -> NbgraderDoor:
    return NbgraderDoor.open(course)


@pytest.fixture
def write(door: NbgraderDoor, bundle: Bundle) -> Write:
    def write(graded: GradedAttempt, at: datetime = NOON, lab: Bundle = bundle, tasks: tuple[str, ...] = ()) -> None:
        notebook = notebook_of(lab, {"answer": "kernel = 1", "essay": ESSAY}, tasks)
        door.write(lab, graded, student=STUDENT, received_at=at, notebook=notebook, submission=b"{}")

    return write


def api(course: Path) -> Any:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def grades(course: Path) -> dict[str, dict[str, Any]]:
    with api(course).gradebook as book:
        notebook = book.find_submission_notebook("lab2", "lab2", STUDENT)
        return {grade.name: grade.to_dict() for grade in notebook.grades}


def give(course: Path, cell: str, points: float, comment: str = "") -> None:
    """Grade a cell as a person does in formgrader."""
    with api(course).gradebook as book:
        grade = book.find_grade(cell, "lab2", "lab2", STUDENT)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment:
            book.find_comment(cell, "lab2", "lab2", STUDENT).manual_comment = comment
        book.db.commit()


def test_nbgrader_lists_the_submission_with_its_score(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded())
    [listed] = api(course).get_submissions("lab2")
    assert (listed["student"], listed["last_name"], listed["first_name"]) == (STUDENT, "Quispe Mamani", "José")
    assert (listed["score"], listed["max_score"], listed["needs_manual_grade"]) == (2.0, 4.0, True)
    assert (listed["autograded"], listed["submitted"]) == (True, True)
    assert listed["timestamp"] == "2021-10-17T17:00:00"
    assert api(course).get_autograded_students("lab2") == {STUDENT}
    assert api(course).get_submission("lab2", STUDENT)["score"] == 2.0


def test_only_what_a_person_must_grade_waits_for_one(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded())
    found = grades(course)
    assert {name: (one["auto_score"], one["needs_manual_grade"]) for name, one in found.items()} == {
        "kernel": (2.0, False),
        "essay": (None, True),
    }


def test_formgrader_shows_the_submission(course: Path, write: Write, make_graded: MakeGraded) -> None:
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers
    from traitlets.config import Config

    write(make_graded())
    [shown] = api(course).get_notebook_submissions("lab2", "lab2")
    assert (shown["student"], shown["score"], shown["failed_tests"]) == (STUDENT, 2.0, False)
    assert api(course).get_notebook_submission_indices("lab2", "lab2") == {shown["id"]: 0}
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    file = course / "var" / "autograded" / STUDENT / "lab2" / "lab2.ipynb"
    resources = {"assignment_id": "lab2", "notebook_id": "lab2", "submission_id": shown["id"], "index": 0, "total": 1}
    resources |= {"base_url": "", "student": STUDENT, "last_name": "", "first_name": "", "notebook_path": ""}
    html, _ = HTMLExporter(config=config).from_filename(str(file), resources=resources)
    assert "kernel = 1" in re.sub("<[^>]+>", "", html)
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "\\href" not in html
    assert 'id="essay"' in html  # the box in which a person writes the points


def test_nbgrader_exports_the_grades(
    course: Path, write: Write, make_graded: MakeGraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.apps import ExportApp

    write(make_graded())
    monkeypatch.chdir(course)
    app = ExportApp()
    app.initialize([f"--to={course / 'grades.csv'}"])
    app.start()
    [_, line] = (course / "grades.csv").read_text().splitlines()
    assert line.startswith("lab2,,2021-10-17 17:00:00,Quispe Mamani")
    assert line.endswith(",2.0,0.0,2.0,4.0")


def test_writing_the_same_attempt_again_changes_nothing(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded())
    give(course, "essay", 1.5, "Buena idea")
    before = grades(course)
    file = course / "var" / "autograded" / STUDENT / "lab2" / "lab2.ipynb"
    made = file.stat().st_mtime_ns
    write(make_graded())
    assert grades(course) == before
    assert file.stat().st_mtime_ns == made


def test_points_that_a_person_gave_outlive_the_next_attempt(
    course: Path, door: NbgraderDoor, write: Write, make_graded: MakeGraded
) -> None:
    write(make_graded())
    give(course, "essay", 1.5, "Buena idea")
    assert door.manual_scores("lab2", STUDENT) == {"essay": 1.5}
    write(make_graded(b"2", kernel=Verdict.FAILED, essay=Verdict.MANUAL), NOON + timedelta(hours=1))
    found = grades(course)
    assert (found["essay"]["manual_score"], found["essay"]["needs_manual_grade"]) == (
        1.5,
        True,
    )  # to be looked at again
    assert (found["kernel"]["auto_score"], found["kernel"]["needs_manual_grade"]) == (0.0, False)
    with api(course).gradebook as book:
        assert book.find_comment("essay", "lab2", "lab2", STUDENT).manual_comment == "Buena idea"


def test_our_failure_keeps_the_score_that_was_there(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded())
    write(make_graded(kernel=Verdict.INTERNAL, essay=Verdict.MANUAL))
    assert grades(course)["kernel"]["auto_score"] == 2.0
    write(make_graded(b"2", kernel=Verdict.INTERNAL, essay=Verdict.MANUAL), NOON + timedelta(hours=1))
    found = grades(course)["kernel"]
    assert (found["auto_score"], found["needs_manual_grade"]) == (None, True)


def test_a_text_left_as_it_was_gets_no_points_and_says_so(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded(kernel=Verdict.PASSED, essay=Verdict.NOT_ATTEMPTED))
    assert (grades(course)["essay"]["auto_score"], grades(course)["essay"]["needs_manual_grade"]) == (0.0, False)
    with api(course).gradebook as book:
        assert book.find_comment("essay", "lab2", "lab2", STUDENT).comment == "Sin respuesta."


def test_a_lab_that_changed_gains_and_loses_cells(
    course: Path, write: Write, bundle: Bundle, make_graded: MakeGraded
) -> None:
    write(make_graded())
    give(course, "essay", 1.0)
    extra = replace(bundle.cells[2], id="relu")
    questions = (Question(id="relu", title="ReLU", points=5.0),)
    changed = replace(bundle, cells=(bundle.cells[0], extra), questions=questions)
    write(make_graded(relu=Verdict.PASSED), lab=changed)
    found = grades(course)
    assert set(found) == {"relu", "essay"}  # nobody had graded "kernel" by hand
    assert (found["relu"]["auto_score"], found["relu"]["max_score"]) == (2.0, 5.0)


def test_a_task_cell_is_a_task_to_nbgrader(course: Path, write: Write, make_graded: MakeGraded) -> None:
    write(make_graded(), tasks=("essay",))
    with api(course).gradebook as book:
        notebook = book.find_notebook("lab2", "lab2")
        assert [cell.name for cell in notebook.task_cells] == ["essay"]
        assert [cell.name for cell in notebook.grade_cells] == ["kernel"]
    assert grades(course)["essay"]["needs_manual_grade"]


def test_nbgrader_has_the_sources_it_puts_back(
    course: Path, write: Write, bundle: Bundle, make_graded: MakeGraded
) -> None:
    write(make_graded())
    with api(course).gradebook as book:
        cells = {cell.name: cell for cell in book.find_notebook("lab2", "lab2").source_cells}
    assert {name: cell.locked for name, cell in cells.items()} == {
        "intro": True,
        "answer": False,
        "kernel": True,
        "essay": False,
    }
    assert cells["kernel"].source == bundle.cells[2].source


@pytest.mark.parametrize("name", ["", "..", "../ana", "a/b", "a\nb", ".oculto", "a\udcff", "x" * 200, " ana"])
def test_a_name_that_is_no_folder_is_refused(
    door: NbgraderDoor, bundle: Bundle, make_graded: MakeGraded, name: str
) -> None:
    with pytest.raises(NameRefused, match="carpeta"):
        door.write(bundle, make_graded(), student=name, received_at=NOON, notebook=b"{}")
