"""The notebook that a person who grades sees in formgrader: the lab's cells, the student's answers, what came out.

Formgrader shows Markdown and HTML as they are, in the browser of someone who may change grades. So the only outputs put
here are text and PNG, and a tag in a Markdown answer is shown as text. A test appears as it was released, with its
verdict as output, so that nbgrader's own feedback made from this file holds no hidden test either.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from autograder.course.bundle import Bundle, Cell, Role
from autograder.course.result import CellOutput, GradedAttempt, QuestionResult, Verdict

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def graded_notebook(
    bundle: Bundle, graded: GradedAttempt, answers: Mapping[str, str], tasks: Collection[str] = ()
) -> bytes:
    """Return the notebook as bytes: equal attempts give equal ones.

    ``answers``: the student's source by cell id; a cell not in it is as released. ``tasks``: ids of the cells that are
    nbgrader's task cells.
    """
    results = {question.id: question for question in graded.questions}
    outputs = {output.cell: output for output in graded.outputs}
    cells = []
    for number, cell in enumerate(bundle.cells):
        node: dict[str, Any] = {
            "cell_type": cell.type,
            "id": hashlib.sha256(f"{number} {cell.id}".encode()).hexdigest()[:12],
            "metadata": {"nbgrader": cell_metadata(bundle, cell, task=cell.id in tasks)},
            "source": _source(cell, answers.get(cell.id)),
        }
        if cell.type == "code":
            shown = [*_shown(outputs.get(cell.id)), *_said(results.get(cell.id))]
            node |= {"execution_count": None, "outputs": shown}
        cells.append(node)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, sort_keys=True) + "\n").encode("ascii")


def cell_metadata(bundle: Bundle, cell: Cell, *, task: bool = False) -> dict[str, Any]:
    """Return nbgrader's metadata (schema 3) for a cell of the lab."""
    graded, answered = cell.role in (Role.TEST, Role.MANUAL), cell.role in (Role.ANSWER, Role.MANUAL)
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "cell_type": cell.type,
        "grade": graded and not task,
        "solution": answered and not task,
        "locked": task or not answered,
        "task": task,
    }
    if graded:
        metadata["points"] = next((question.points for question in bundle.questions if question.id == cell.id), 0.0)
    return metadata


def _source(cell: Cell, answer: str | None) -> str:
    if answer is None or cell.role not in (Role.ANSWER, Role.MANUAL):
        return cell.released
    return answer if cell.type == "code" or answer == cell.source else _TAG.sub("&lt;", answer)


def _shown(output: CellOutput | None) -> list[dict[str, Any]]:
    """Return what a cell showed when it ran, as outputs."""
    if output is None:
        return []
    shown: list[dict[str, Any]] = [_text(output.text)] if output.text else []
    for png in output.png:
        data = {"image/png": base64.b64encode(png).decode()}
        shown.append({"output_type": "display_data", "data": data, "metadata": {}})
    if output.error:
        name, _, value = output.error.partition(": ")
        shown.append(_error(name, value, output.error))
    return shown


def _said(result: QuestionResult | None) -> list[dict[str, Any]]:
    """Return a test's verdict as the output of its cell."""
    if result is None or result.verdict is Verdict.MANUAL:
        return []
    said = f"{result.verdict.value}: {result.message}" if result.message else result.verdict.value
    if result.verdict is Verdict.PASSED:
        return [_text(said)]
    return [_error(result.verdict.value, result.message, said)]


def _text(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _error(name: str, value: str, line: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [line]}
