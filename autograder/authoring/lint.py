"""What is wrong with a lab's notebook, found without running any of it. One rule a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.errors import AuthoringError
from autograder.authoring.finding import Finding, finding, warning
from autograder.authoring.leaks import leaks
from autograder.authoring.lint_names import name_findings
from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.names import parse
from autograder.authoring.notebook import Notebook, NotebookCell, grade_id, read_notebook
from autograder.authoring.release import Notebooks, derive
from autograder.course.bundle import Bundle, Cell, Question, Role
from autograder.course.model import Course, Lab

_MARK = re.compile(r"\b(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")


def lint(course: Course, lab: Lab) -> list[Finding]:
    """Return what is wrong with a lab; empty when it is sound. Takes 3 s the first time: it imports nbgrader."""
    path = course.source(lab)
    try:
        source = read_notebook(path)
        found = [*_metadata(source, path), *_marks(source, path)]
        if found:
            return found  # nbgrader would refuse the notebook without naming the cell
        notebooks = derive(path, course.root)
        bundle = make_bundle(course, lab, notebooks)
    except AuthoringError as error:
        return [error.finding]
    return [
        *_unmarked(source, path),
        *_outputs(source, path),
        *_points(lab, bundle, path),
        *_questions(bundle, path),
        *name_findings(notebooks, bundle),
        *_placeholders(notebooks, bundle),
        *leaks(notebooks, bundle),
    ]


def _metadata(source: Notebook, path: Path) -> Iterator[Finding]:
    """Yield what nbgrader's own schema refuses, cell by cell."""
    from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError, SchemaTooOldError, ValidationError

    validator = MetadataValidator()
    seen: set[str] = set()
    for cell in source["cells"]:
        id = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell["id"]
        try:
            validator.validate_cell(cell)
        except (ValidationError, SchemaTooOldError, SchemaTooNewError) as error:
            yield finding("metadata", path, id, why=str(error).split("\n")[0])
            continue
        if grade_id(cell) is not None and id in seen:
            yield finding("repeated_id", path, id)
        seen.add(id)


def _marks(source: Notebook, path: Path) -> Iterator[Finding]:
    """Yield regions that do not close. nbgrader takes an END without a BEGIN in silence, and releases the region."""
    for cell in source["cells"]:
        open_mark = ""
        for edge, what in _MARK.findall(cell["source"]):
            if (edge == "BEGIN") is bool(open_mark) or (edge == "END" and what != open_mark):
                yield finding("mark", path, _name(cell), mark=f"{edge} {what}")
                break
            open_mark = what if edge == "BEGIN" else ""
        else:
            if open_mark:
                yield finding("mark", path, _name(cell), mark=f"BEGIN {open_mark}")


def _unmarked(source: Notebook, path: Path) -> Iterator[Finding]:
    for cell in source["cells"]:
        if grade_id(cell) is None and cell["source"].strip():
            yield finding("unlocked", path, cell["id"])


def _outputs(source: Notebook, path: Path) -> Iterator[Finding]:
    for cell in source["cells"]:
        if cell.get("outputs") or cell.get("execution_count"):
            yield warning("outputs", path, _name(cell))


def _points(lab: Lab, bundle: Bundle, path: Path) -> Iterator[Finding]:
    for question in bundle.questions:
        if not question.points > 0:
            yield finding("no_points", path, question.id)
    if lab.points is not None and abs(bundle.max_score - lab.points) > 1e-9:
        yield finding("points_sum", path, got=bundle.max_score, want=lab.points)


def _questions(bundle: Bundle, path: Path) -> Iterator[Finding]:
    cells = {cell.id: cell for cell in bundle.cells}
    earlier: set[str] = set()
    if not bundle.questions:
        yield finding("no_questions", path)
    for question in bundle.questions:
        if not question.hint:
            yield finding("no_hint", path, question.id)
        if not question.manual:
            yield from _test(question, cells[question.id], path)
        for other in question.requires:
            if other not in earlier:
                yield finding("requires_later", path, question.id, name=other)
        earlier.add(question.id)


def _test(question: Question, cell: Cell, path: Path) -> Iterator[Finding]:
    if not question.answers:
        yield finding("no_answers", path, question.id)
    if not _tests_something(cell.visible):
        yield finding("no_visible_test", path, question.id)
    if cell.visible.split() == cell.source.split():
        yield finding("no_hidden_test", path, question.id)


def _tests_something(source: str) -> bool:
    """Return whether a test does more than import and assign."""
    try:
        tree = parse(source)
    except SyntaxError:
        return False
    return any(isinstance(node, ast.Assert | ast.Raise | ast.Call) for node in ast.walk(tree))


def _placeholders(notebooks: Notebooks, bundle: Bundle) -> Iterator[Finding]:
    """Yield answers that a student finds already given, or that do not fail clearly while they are not."""
    solved = {grade_id(cell): cell["source"] for cell in notebooks.solution["cells"]}
    for cell in bundle.cells:
        if cell.role not in (Role.ANSWER, Role.MANUAL):
            continue
        if cell.source.split() == solved[cell.id].split():
            yield finding("answer_given", notebooks.path, cell.id)
        elif cell.type == "code" and "NotImplementedError" not in cell.source:
            yield warning("no_placeholder", notebooks.path, cell.id)


def _name(cell: NotebookCell) -> str:
    return grade_id(cell) or str(cell["id"])
