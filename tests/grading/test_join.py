"""Joining answers onto the instructor's notebook: only answers count, and every change is flagged."""

from __future__ import annotations

import pytest

from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.grading.join import join
from autograder.grading.notebook import NotebookRefused, SubmittedCell

BUNDLE = Bundle(
    lab="lab0",
    title="Laboratorio 0",
    language="es",
    cells=(
        Cell(id="intro", role=Role.LOCKED, type="markdown", source="# Hola"),
        Cell(id="setup", role=Role.LOCKED, type="code", source="import numpy as np"),
        Cell(id="answer", role=Role.ANSWER, type="code", source="# ESCRIBE\nraise NotImplementedError()"),
        Cell(
            id="test",
            role=Role.TEST,
            type="code",
            source="assert x == 1\nassert x is not True",
            visible="assert x == 1",
        ),
        Cell(id="essay", role=Role.MANUAL, type="markdown", source="ESCRIBE AQUÍ"),
    ),
    questions=(
        Question(id="test", title="q", points=2, answers=("answer",), names=("x",)),
        Question(id="essay", title="e", points=1, manual=True),
    ),
    limits=Limits(),
    public={},
    hidden={},
)
ROLES = {
    "intro": {},
    "setup": {"locked": True},
    "answer": {"solution": True},
    "test": {"grade": True, "points": 2, "locked": True},
    "essay": {"solution": True, "grade": True, "points": 1},
}


def cell(grade_id, source, type="code", **metadata):
    return SubmittedCell(
        grade_id=grade_id,
        type=type,
        source=source,
        metadata={**ROLES.get(grade_id, {}), "grade_id": grade_id, **metadata},
    )


RELEASED = (
    cell("intro", "# Hola", "markdown"),
    cell("setup", "import numpy as np"),
    cell("answer", "# ESCRIBE\nraise NotImplementedError()"),
    cell("test", "assert x == 1"),
    cell("essay", "ESCRIBE AQUÍ", "markdown"),
)


def submitted(**changes):
    return tuple(changes.get(item.grade_id, item) for item in RELEASED)


def flags(plan):
    return sorted((flag.id, flag.cell) for flag in plan.flags)


def test_the_release_joins_without_a_flag_and_leaves_every_answer_untouched():
    plan = join(BUNDLE, RELEASED)
    assert flags(plan) == []
    assert plan.untouched == {"answer", "essay"}


def test_an_answer_runs_in_its_place_and_the_test_stays_outside():
    plan = join(BUNDLE, submitted(answer=cell("answer", "x = 1")))
    assert [(step.cell, step.source) for step in plan.steps] == [
        ("setup", "import numpy as np"),
        ("answer", "x = 1"),
        ("test", None),
    ]
    assert plan.untouched == {"essay"}


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"setup": cell("setup", "import os; os._exit(0)")}, ("locked cell edited", "setup")),
        ({"test": cell("test", "assert True")}, ("locked cell edited", "test")),
        ({"test": cell("test", "assert x == 1", points=100)}, ("points changed", "test")),
        ({"test": cell("test", "assert x == 1", grade=False)}, ("metadata changed", "test")),
        ({"answer": cell("answer", "x = 1", "raw")}, ("converted cell", "answer")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_change_of_what_is_the_instructors_is_flagged_and_has_no_effect(changes, flag):
    plan = join(BUNDLE, submitted(**changes))
    assert flags(plan) == [flag]
    assert [step.source for step in plan.steps if step.cell == "setup"] == ["import numpy as np"]
    assert [step.source for step in plan.steps if step.cell == "test"] == [None]


def test_a_converted_answer_counts_as_not_attempted():
    assert "answer" in join(BUNDLE, submitted(answer=cell("answer", "x = 1", "markdown"))).untouched


def test_of_a_repeated_id_the_first_counts():
    plan = join(BUNDLE, (*submitted(answer=cell("answer", "x = 1")), cell("answer", "x = 2")))
    assert flags(plan) == [("duplicate id", "answer")]
    assert plan.answers["answer"] == "x = 1"


def test_deleted_cells_come_back_and_are_flagged():
    plan = join(BUNDLE, (cell("answer", "x = 1"),))
    assert [(flag.id, flag.message) for flag in plan.flags] == [
        ("deleted cells", "Faltan 4 celdas del laboratorio: intro, setup, test….")
    ]
    assert [step.cell for step in plan.steps] == ["setup", "answer", "test"]


def test_reordered_cells_run_in_the_labs_order():
    plan = join(BUNDLE, tuple(reversed(submitted(answer=cell("answer", "x = 1")))))
    assert flags(plan) == [("reordered", None)]
    assert [step.cell for step in plan.steps] == ["setup", "answer", "test"]


def test_the_students_own_cells_run_where_they_stand():
    intro, setup, answer, test, essay = submitted(answer=cell("answer", "x = one()"))
    helper = SubmittedCell(grade_id=None, type="code", source="def one(): return 1", metadata={})
    plan = join(BUNDLE, (helper, intro, setup, helper, answer, test, essay))
    assert [step.cell for step in plan.steps] == ["own-1", "setup", "own-2", "answer", "test"]
    assert flags(plan) == [("own cells", None)]


@pytest.mark.parametrize("source", ["# otra nota\nraise   NotImplementedError()", "raise NotImplementedError()\n\n"])
def test_a_touched_comment_or_space_is_no_answer(source):
    assert "answer" in join(BUNDLE, submitted(answer=cell("answer", source))).untouched


def test_another_labs_notebook_is_refused_by_name():
    with pytest.raises(NotebookRefused, match="Laboratorio 0"):
        join(BUNDLE, (cell("otra", "x = 1"),))
