"""The executed solution: its outputs, and a note of what it was made from, so that staleness needs no second run.

Outputs of a training differ from one processor to the next, so they are never compared: the notebook records the
sha256 of everything that decides what it runs on. See docs/decisions/stale-outputs.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import Notebook, NotebookCell, grade_id, notebook_bytes
from autograder.authoring.release import Notebooks
from autograder.course.bundle import Bundle, Role
from autograder.course.model import Course, Lab
from autograder.course.result import CellOutput


def inputs_digest(course: Course, lab: Lab, notebooks: Notebooks) -> str:
    """Return the sha256 (hex) of what decides a solution's outputs: its cells, the lab's data by name, its settings."""
    materials = asdict(lab.materials)
    for key, value in materials.items():
        if isinstance(value, Path):
            inside = value.is_relative_to(course.root)
            materials[key] = value.relative_to(course.root).as_posix() if inside else value.as_posix()
    facts = {
        "notebook": hashlib.sha256(notebook_bytes(notebooks.solution)).hexdigest(),
        "materials": materials,
        "settings": lab.settings,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def recorded_digest(path: Path) -> str | None:
    """Return the note that ``executed`` left in the notebook at ``path``; None when there is none to be read."""
    try:
        digest = json.loads(path.read_bytes())["metadata"]["autograder"]["inputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return digest if isinstance(digest, str) else None


def executed(notebooks: Notebooks, bundle: Bundle, shown: Sequence[CellOutput], digest: str) -> bytes:
    """Return the solution with its outputs, as a file. Raises ``AuthoringError`` when a cell raised or never ran."""
    notebook: Notebook = deepcopy(notebooks.solution)
    outputs = {output.cell: output for output in shown}
    ran = {cell.id for cell in bundle.cells if cell.type == "code" and cell.role is not Role.TEST}
    count = 0
    for cell in notebook["cells"]:
        id = grade_id(cell)
        if id not in ran or not cell["source"].strip():
            continue
        if (output := outputs.get(str(id))) is None:
            raise AuthoringError("solution_stopped", file=notebooks.path, cell=str(id))
        if output.error:
            raise AuthoringError("solution_raised", file=notebooks.path, cell=str(id), why=output.error)
        count += 1
        _show(cell, output, count)
    notebook["metadata"]["autograder"] = {"inputs": digest}
    return notebook_bytes(notebook)


def _show(cell: NotebookCell, output: CellOutput, count: int) -> None:
    shown: list[dict[str, Any]] = []
    if output.text:
        shown.append({"output_type": "stream", "name": "stdout", "text": output.text})
    for png in output.png:
        data = {"image/png": base64.b64encode(png).decode(), "text/plain": "<Figure>"}
        shown.append({"output_type": "display_data", "data": data, "metadata": {}})
    cell["outputs"] = shown
    cell["execution_count"] = count


def same_sources(path: Path, notebooks: Notebooks) -> bool:
    """Return whether the notebook at ``path`` is the solution, outputs aside."""
    try:
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        del notebook["metadata"]["autograder"]
        return notebook_bytes(notebook) == notebook_bytes(notebooks.solution)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
