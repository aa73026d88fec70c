"""What a release must not show: a solution, a hidden test, an author's mark. The last look before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.authoring.finding import Finding, finding, warning
from autograder.authoring.notebook import grade_id
from autograder.authoring.release import Notebooks
from autograder.course.bundle import Bundle, Role

_LEFT_MARK = re.compile(r"(?:#|=)\s*(?:BEGIN|END)\b.*", re.IGNORECASE)

TELLING = 16
"""A line of fewer characters tells nothing: ``return x`` may well stand in two places."""


def leaks(notebooks: Notebooks, bundle: Bundle) -> Iterator[Finding]:
    """Yield what the release shows and must not."""
    path = notebooks.path
    shown = {grade_id(cell) or cell["id"]: cell["source"] for cell in notebooks.release["cells"]}
    for id, text in shown.items():
        if mark := _LEFT_MARK.search(text):
            yield finding("left_mark", path, id, mark=mark[0])
    for cell in bundle.cells:
        if cell.role is Role.TEST:
            for line in sorted(_telling(cell.source) - _telling(cell.visible)):
                for id in _places(line, shown):
                    yield finding("hidden_released", path, id, line=line, name=cell.id)
    code = {cell.id: shown[cell.id] for cell in bundle.cells if cell.type == "code"}  # a text may well give examples
    for cell in notebooks.solution["cells"]:
        id = grade_id(cell)
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            for line in sorted(_telling(cell["source"]) - _telling(shown[id])):
                for place in _places(line, code):
                    yield warning("solution_released", path, place, line=line, name=id)
    for cell in notebooks.release["cells"]:
        if cell.get("outputs"):
            yield finding("outputs_released", path, grade_id(cell) or cell["id"])


def _telling(source: str) -> set[str]:
    lines = {line.strip() for line in source.split("\n")}
    return {line for line in lines if len(line) >= TELLING and not line.startswith(("#", "import ", "from "))}


def _places(line: str, shown: dict[str, str]) -> list[str]:
    return [id for id, text in shown.items() if line in text]
