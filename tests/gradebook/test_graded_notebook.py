"""What formgrader shows is the lab with the student's answers, and nothing in it runs in the grader's browser."""

from __future__ import annotations

import nbformat

from autograder.course.bundle import Bundle
from autograder.course.result import CellOutput, GradedAttempt, QuestionResult, Verdict
from autograder.gradebook import graded_notebook
from tests.gradebook.conftest import MakeGraded


def test_it_is_a_valid_notebook_with_the_answers_in_their_cells(bundle: Bundle, make_graded: MakeGraded) -> None:
    notebook = nbformat.reads(graded_notebook(bundle, make_graded(), {"answer": "kernel = 1", "intro": "mine"}), 4)
    nbformat.validate(notebook)
    sources = {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells}
    assert sources["answer"] == "kernel = 1"
    assert sources["intro"] == "# Convolución"
    assert sources["essay"] == "ESCRIBE AQUÍ"


def test_a_test_appears_as_released_with_its_verdict(bundle: Bundle) -> None:
    failed = QuestionResult(id="kernel", points=2, score=0, verdict=Verdict.FAILED, message="`kernel` no suma 0.")
    graded = GradedAttempt(lab="lab2", bundle="b", submission="s", questions=(failed,))
    text = graded_notebook(bundle, graded, {}).decode()
    assert "hidden_secret" not in text
    assert "failed: `kernel` no suma 0." in text


def test_html_of_a_student_becomes_text(bundle: Bundle) -> None:
    output = CellOutput(cell="answer", text="<script>1</script>", error="ValueError: <b>", png=(b"\x89PNG",))
    graded = GradedAttempt(lab="lab2", bundle="b", submission="s", questions=(), outputs=(output,))
    answers = {"essay": "a < b, <img src=x onerror=alert(1)> y <!-- -->"}
    notebook = nbformat.reads(graded_notebook(bundle, graded, answers), 4)
    essay = next(cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id == "essay")
    assert essay.source == "a < b, &lt;img src=x onerror=alert(1)> y &lt;!-- -->"
    kinds = {kind for cell in notebook.cells for one in cell.get("outputs", []) for kind in one.get("data", {})}
    assert kinds == {"image/png"}


def test_equal_attempts_give_equal_bytes(bundle: Bundle, make_graded: MakeGraded) -> None:
    assert graded_notebook(bundle, make_graded(), {}) == graded_notebook(bundle, make_graded(), {})
