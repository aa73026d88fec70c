"""The notebook that formgrader shows, made harmless for the person who looks at it.

Formgrader shows Markdown and HTML as they are, in the browser of someone who may change grades: a ``<script>`` in a
student's answer would run there. So whoever made the notebook, it passes here: outputs are text and PNG only; tags and
links of a Markdown answer are text; a test stands as it was released, so that nbgrader's own feedback hides it too.
"""

from __future__ import annotations

import json
import re
from typing import Any

from autograder.course.bundle import Bundle, Cell, Role

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(:])")  # without this pair there is no link, picture or definition of one, however encoded
_TEX = re.compile(r"\\(?=(?:href|style|class|cssId|require|unicode|html)(?![A-Za-z]))")  # TeX that reaches the page
_SHOWN = ("text/plain", "image/png")


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


def harmless(bundle: Bundle, notebook: bytes) -> bytes:
    """Return a notebook of nbformat 4 without anything that could act on the person who opens it.

    Raises ``ValueError``, ``KeyError`` or ``TypeError`` when it is no such notebook.
    """
    lab = {cell.id: cell for cell in bundle.cells}
    raw = json.loads(notebook)
    cells = [
        _cell(cell, lab.get(str(_nbgrader(cell).get("grade_id"))))
        for cell in raw["cells"]
        if cell["cell_type"] in ("code", "markdown")
    ]
    whole = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode("ascii")


def tasks_of(notebook: bytes) -> set[str]:
    """Return the ids of the cells that a notebook says are nbgrader's task cells."""
    return {str(_nbgrader(cell)["grade_id"]) for cell in json.loads(notebook)["cells"] if _nbgrader(cell).get("task")}


def _nbgrader(cell: dict[str, Any]) -> dict[str, Any]:
    found = cell["metadata"].get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def _cell(raw: dict[str, Any], known: Cell | None) -> dict[str, Any]:
    source = "".join(raw["source"])
    if known is not None and known.role is Role.TEST:
        source = known.visible
    node = {"cell_type": raw["cell_type"], "id": str(raw.get("id", "")), "source": source}
    node["metadata"] = {"nbgrader": _nbgrader(raw)} if known is not None else {}
    if raw["cell_type"] == "code":
        return node | {"execution_count": None, "outputs": [_output(one) for one in raw.get("outputs", [])]}
    if known is None or source != known.released:
        node["source"] = _TEX.sub(r"\\ ", _LINK.sub("] ", _TAG.sub("&lt;", source)))
    return node


def _output(raw: dict[str, Any]) -> dict[str, Any]:
    if raw["output_type"] == "stream":
        return {"output_type": "stream", "name": "stdout", "text": "".join(raw["text"])}
    if raw["output_type"] == "error":
        lines = [str(line) for line in raw["traceback"]]
        return {"output_type": "error", "ename": str(raw["ename"]), "evalue": str(raw["evalue"]), "traceback": lines}
    data = {mime: "".join(raw["data"][mime]) for mime in _SHOWN if mime in raw["data"]}
    return {"output_type": "display_data", "data": data, "metadata": {}}
