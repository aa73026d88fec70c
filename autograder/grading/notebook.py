"""A submitted notebook, read strictly: bytes become cells, or a sentence that says why they cannot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from autograder.course.result import Flag
from autograder.messages import say

NOTEBOOK_BYTES = 25 << 20
"""A notebook larger than this is refused before it is read: its outputs are never graded, so it has no need of more."""


class NotebookRefused(Exception):
    """The bytes are no notebook that can be graded. The message is a sentence for the student."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedCell:
    """One cell as it was submitted. ``metadata`` is the student's own and only ever compared."""

    grade_id: str | None
    type: str
    source: str
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedNotebook:
    """The cells of a submission in their order, and what was odd about its bytes."""

    cells: tuple[SubmittedCell, ...]
    flags: tuple[Flag, ...]


def read_notebook(content: bytes) -> SubmittedNotebook:
    """Return the cells of a notebook of nbformat 4. Raises ``NotebookRefused``."""
    flags: list[Flag] = []
    raw = _parse(content, flags)
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise NotebookRefused(say("grading.refused.not_a_notebook"))
    if raw["nbformat"] != 4:
        raise NotebookRefused(say("grading.refused.nbformat", version=raw["nbformat"]))
    if not isinstance(raw.get("cells"), list):
        raise NotebookRefused(say("grading.refused.not_a_notebook"))
    cells = tuple(_cell(cell) for cell in raw["cells"] if isinstance(cell, dict))
    if not any(cell.source.strip() for cell in cells):
        raise NotebookRefused(say("grading.refused.empty"))
    if len(cells) < len(raw["cells"]):
        flags.append(Flag(id="malformed cell", cell=None, message=say("grading.flag.malformed_cell")))
    kernel = _mapping(_mapping(raw.get("metadata")).get("kernelspec")).get("language", "python")
    if kernel != "python":
        flags.append(
            Flag(id="wrong kernel", cell=None, message=say("grading.flag.wrong_kernel", kernel=str(kernel)[:40]))
        )
    return SubmittedNotebook(cells=cells, flags=tuple(flags))


def _parse(content: bytes, flags: list[Flag]) -> Any:
    if len(content) > NOTEBOOK_BYTES:
        raise NotebookRefused(say("grading.refused.too_large", megabytes=NOTEBOOK_BYTES >> 20))
    if not content.strip():
        raise NotebookRefused(say("grading.refused.empty"))
    odd: set[str] = set()

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            odd.add("duplicate key")
        return found

    def constant(_: str) -> None:
        odd.add("not a number")

    try:
        raw = json.loads(content.decode("utf-8-sig"), object_pairs_hook=pairs, parse_constant=constant)
    except UnicodeDecodeError as error:
        raise NotebookRefused(say("grading.refused.not_text")) from error
    except (ValueError, RecursionError) as error:
        raise NotebookRefused(say("grading.refused.not_json")) from error
    if "duplicate key" in odd:
        flags.append(Flag(id="duplicate key", cell=None, message=say("grading.flag.duplicate_key")))
    if "not a number" in odd:
        flags.append(Flag(id="not a number", cell=None, message=say("grading.flag.not_a_number")))
    return raw


def _cell(raw: dict[str, Any]) -> SubmittedCell:
    metadata = _mapping(_mapping(raw.get("metadata")).get("nbgrader"))
    grade_id = metadata.get("grade_id")
    return SubmittedCell(
        grade_id=grade_id if isinstance(grade_id, str) else None,
        type=str(raw.get("cell_type")),
        source=_text(raw.get("source")),
        metadata=metadata,
    )


def _text(source: object) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
