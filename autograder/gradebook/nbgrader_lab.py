"""A lab in nbgrader's tables: its assignment, its notebook, and each cell as what nbgrader calls it."""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from autograder.course.bundle import Bundle, Cell, Role
from autograder.gradebook.shown_notebook import KERNEL, cell_metadata, tasks_of

Kind: TypeAlias = Literal["grade", "solution", "task", "source"]
Kinds: TypeAlias = tuple[tuple[str, Kind], ...]  # a cell that a person grades is both a grade and a solution cell

GRADED = ("grade", "task")


def kinds_of(bundle: Bundle, notebook: bytes) -> Kinds:
    """Return what each cell is to nbgrader. A cell that a person grades is a task where ``notebook`` says so."""
    tasks = tasks_of(notebook)
    kinds: list[tuple[str, Kind]] = []
    for cell in bundle.cells:
        if cell.role is Role.MANUAL and cell.id in tasks:
            kinds.append((cell.id, "task"))
        elif cell.role in (Role.TEST, Role.MANUAL):
            kinds.append((cell.id, "grade"))
        if cell.role in (Role.ANSWER, Role.MANUAL) and cell.id not in tasks:
            kinds.append((cell.id, "solution"))
        kinds.append((cell.id, "source"))
    return tuple(kinds)


def write_lab(book: Any, bundle: Bundle, kinds: Kinds) -> None:
    """Write the lab and its cells; take away those it no longer has, unless a person graded or commented one."""
    book.update_or_create_assignment(bundle.lab)
    notebook = book.update_or_create_notebook(bundle.lab, bundle.lab, kernelspec=json.dumps(KERNEL))
    _remove_others(book, notebook, set(kinds))
    cells = {cell.id: cell for cell in bundle.cells}
    points = {question.id: question.points for question in bundle.questions}
    where = (bundle.lab, bundle.lab)
    for name, kind in kinds:
        cell = cells[name]
        if kind == "grade":
            book.update_or_create_grade_cell(name, *where, max_score=points.get(name, 0.0), cell_type=cell.type)
        elif kind == "task":
            book.update_or_create_task_cell(name, *where, max_score=points.get(name, 0.0), cell_type=cell.type)
        elif kind == "solution":
            book.update_or_create_solution_cell(name, *where)
        else:
            book.update_or_create_source_cell(name, *where, **_source(bundle, cell, task=(name, "task") in kinds))


def _source(bundle: Bundle, cell: Cell, *, task: bool) -> dict[str, Any]:
    """Return the fields of a source cell: what nbgrader's own autograder puts back over a student's changes."""
    from nbformat import NotebookNode
    from nbgrader.utils import compute_checksum

    metadata = cell_metadata(bundle, cell, task=task)
    nodes = NotebookNode(nbgrader=NotebookNode(metadata))  # type: ignore[no-untyped-call]
    node = NotebookNode(source=cell.source, cell_type=cell.type, metadata=nodes)  # type: ignore[no-untyped-call]
    return {
        "cell_type": cell.type,
        "locked": bool(metadata["locked"]),
        "source": cell.source,
        "checksum": compute_checksum(node),
    }


def _remove_others(book: Any, notebook: Any, kinds: set[tuple[str, Kind]]) -> None:
    for cell in notebook.source_cells:
        if (cell.name, "source") not in kinds:
            book.db.delete(cell)
    base = (("grade", notebook.grade_cells), ("task", notebook.task_cells), ("solution", notebook.solution_cells))
    for kind, cells in base:
        for cell in cells:
            if (cell.name, kind) not in kinds:
                _remove(book, cell)
    book.db.commit()


def _remove(book: Any, cell: Any) -> None:
    from nbgrader.api import Comment, Grade

    grades = book.db.query(Grade).filter(Grade.cell_id == cell.id).all()
    comments = book.db.query(Comment).filter(Comment.cell_id == cell.id).all()
    given = [grade for grade in grades if grade.manual_score is not None or grade.extra_credit is not None]
    if given or any(comment.manual_comment is not None for comment in comments):
        return
    for row in (*grades, *comments, cell):
        book.db.delete(row)
