"""A graded attempt as a notebook again, for people who grade by hand: the joined cells and what they showed.

Outputs are plain text and PNG only. What a student's process made as HTML, SVG or JavaScript stays out, because this
notebook is shown in an instructor's session.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from autograder.course.bundle import Bundle, Cell, Question, Role
from autograder.course.result import CellOutput, GradedAttempt, QuestionResult
from autograder.grading.join import join
from autograder.grading.notebook import NotebookRefused, read_notebook

_FLAGS = {
    Role.LOCKED: (False, False, True),
    Role.ANSWER: (False, True, False),
    Role.TEST: (True, False, True),
    Role.MANUAL: (True, True, False),
}


def executed_notebook(bundle: Bundle, content: bytes, graded: GradedAttempt) -> bytes:
    """Return an attempt as the bytes of a notebook of nbformat 4 with nbgrader's metadata.

    A submission that could not be read gives the release's cells, without outputs.
    """
    try:
        plan = join(bundle, read_notebook(content).cells)
        answers, own = plan.answers, {step.cell: step.source for step in plan.steps if step.cell.startswith("own-")}
        order = [step.cell for step in plan.steps]
    except NotebookRefused:
        answers, own, order = {}, {}, []
    outputs = {output.cell: output for output in graded.outputs}
    results = {result.id: result for result in graded.questions}
    questions = {question.id: question for question in bundle.questions}
    cells: list[dict[str, Any]] = []
    for cell in bundle.cells:
        cells.append(_cell(cell, answers.get(cell.id, cell.source), questions.get(cell.id)))
        if cell.type == "code":
            cells[-1]["outputs"] = _outputs(outputs.get(cell.id), results.get(cell.id))
    for name, source in own.items():
        made: dict[str, Any] = {
            "cell_type": "code",
            "id": name,
            "metadata": {},
            "source": source,
            "execution_count": None,
        }
        made["outputs"] = _outputs(outputs.get(name), None)
        cells.insert(_place(cells, order, name), made)
    notebook = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


_METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def _place(cells: list[dict[str, Any]], order: list[str], name: str) -> int:
    """Return where a cell of the student's own goes: after the cell that ran before it."""
    before = order[: order.index(name)]
    places = [number for number, cell in enumerate(cells) if cell["id"] in before]
    return max(places, default=-1) + 1


def _cell(cell: Cell, source: str, question: Question | None) -> dict[str, Any]:
    grade, solution, locked = _FLAGS[cell.role]
    metadata: dict[str, Any] = {
        "grade": grade,
        "grade_id": cell.id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if question is not None:
        metadata["points"] = question.points
    if grade:
        metadata["cell_type"] = cell.type
    made: dict[str, Any] = {"cell_type": cell.type, "id": cell.id, "metadata": {"nbgrader": metadata}, "source": source}
    if cell.type == "code":
        made["execution_count"] = None
    return made


def _outputs(shown: CellOutput | None, result: QuestionResult | None) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    if result is not None and result.message:
        outputs.append({"output_type": "stream", "name": "stdout", "text": f"{result.verdict}: {result.message}\n"})
    if shown is None:
        return outputs
    if shown.text:
        outputs.append({"output_type": "stream", "name": "stdout", "text": shown.text})
    for png in shown.png:
        data = {"image/png": base64.b64encode(png).decode()}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    if shown.error:
        name, _, message = shown.error.partition(": ")
        outputs.append({"output_type": "error", "ename": name, "evalue": message, "traceback": [shown.error]})
    return outputs
