"""A submission's answers joined onto the instructor's notebook: which cells run, in which order, and what was changed.

Cells with a ``grade_id`` come from the instructor, but for the source of answers; cells without one are the
student's own and run where they stand. Metadata, points and duplicates of the submission are ignored and flagged.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.course.bundle import Bundle, Cell, Role
from autograder.course.result import Flag
from autograder.grading.notebook import NotebookRefused, SubmittedCell
from autograder.messages import say

DELETED_SHOWN = 3
"""So many of the missing cells are named in their flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a run: a cell whose ``source`` runs in the jail, or, without source, the point where a test looks.

    ``locked``: the source is the instructor's own, and nobody needs a picture of what it draws.
    """

    cell: str
    source: str | None
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run, the answers as they were given (by cell id), those left as released, and flags."""

    steps: tuple[Step, ...]
    answers: dict[str, str]
    untouched: frozenset[str]
    flags: tuple[Flag, ...]


def join(bundle: Bundle, submitted: tuple[SubmittedCell, ...]) -> Plan:
    """Return the plan of a run. Raises ``NotebookRefused`` when the notebook is not this lab's at all."""
    known = {cell.id: cell for cell in bundle.cells}
    if not any(cell.grade_id in known for cell in submitted):
        raise NotebookRefused(say("grading.refused.other_lab", lab=bundle.title))
    first, own, flags = _sort(bundle, known, submitted)
    answers = {
        cell.id: first[cell.id].source
        for cell in bundle.cells
        if cell.role in (Role.ANSWER, Role.MANUAL) and cell.id in first and first[cell.id].type == cell.type
    }
    untouched = frozenset(
        cell.id
        for cell in bundle.cells
        if cell.role in (Role.ANSWER, Role.MANUAL)
        and (cell.id not in answers or same_source(answers[cell.id], cell.source))
    )
    steps = [Step(cell=name, source=source) for name, source in own.get(None, [])]
    for cell in bundle.cells:
        steps.extend(_steps(cell, answers))
        steps.extend(Step(cell=name, source=source) for name, source in own.get(cell.id, []))
    return Plan(steps=tuple(steps), answers=answers, untouched=untouched, flags=tuple(flags))


def same_source(one: str, other: str) -> bool:
    """Return whether two sources differ in nothing but space and comments (so that a touched comment is no answer)."""
    if one.split() == other.split():
        return True
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _steps(cell: Cell, answers: dict[str, str]) -> list[Step]:
    if cell.type != "code":
        return []
    if cell.role is Role.TEST:
        return [Step(cell=cell.id, source=None)]
    source = answers.get(cell.id) if cell.role in (Role.ANSWER, Role.MANUAL) else cell.source
    return [] if source is None else [Step(cell=cell.id, source=source, locked=cell.role is Role.LOCKED)]


def _sort(
    bundle: Bundle, known: dict[str, Cell], submitted: tuple[SubmittedCell, ...]
) -> tuple[dict[str, SubmittedCell], dict[str | None, list[tuple[str, str]]], list[Flag]]:
    """Return the first cell of each known id, the student's own cells by the id they follow, and the flags."""
    first: dict[str, SubmittedCell] = {}
    own: dict[str | None, list[tuple[str, str]]] = {}
    flags: list[Flag] = []
    anchor: str | None = None
    count = 0
    for cell in submitted:
        if cell.grade_id in known:
            if cell.grade_id in first:
                flags.append(
                    Flag(
                        id="duplicate id",
                        cell=cell.grade_id,
                        message=say("grading.flag.duplicate_id", cell=cell.grade_id),
                    )
                )
                continue
            anchor = cell.grade_id
            first[anchor] = cell
        elif cell.type == "code" and cell.source.strip():
            count += 1
            own.setdefault(anchor, []).append((f"own-{count}", cell.source))
    if count:
        flags.append(Flag(id="own cells", cell=None, message=say("grading.flag.own_cells", count=count)))
    order = [cell.id for cell in bundle.cells if cell.id in first]
    if order != list(first):
        flags.append(Flag(id="reordered", cell=None, message=say("grading.flag.reordered")))
    points = {question.id: question.points for question in bundle.questions}
    missing = [cell.id for cell in bundle.cells if cell.id not in first]
    if missing:
        shown = ", ".join(missing[:DELETED_SHOWN]) + ("…" if len(missing) > DELETED_SHOWN else "")
        flags.append(
            Flag(id="deleted cells", cell=None, message=say("grading.flag.deleted", cells=shown, count=len(missing)))
        )
    for known_cell in bundle.cells:
        flags.extend(_changes(known_cell, first.get(known_cell.id), points.get(known_cell.id)))
    return first, own, flags


def _changes(cell: Cell, submitted: SubmittedCell | None, points: float | None) -> list[Flag]:
    """Return a flag for each thing of the instructor's that this cell no longer shows."""
    if submitted is None:
        return []
    flags = []
    if submitted.type != cell.type:
        flags.append(Flag(id="converted cell", cell=cell.id, message=say("grading.flag.converted_cell", cell=cell.id)))
    if cell.role in (Role.LOCKED, Role.TEST) and submitted.source.split() != cell.released.split():
        flags.append(Flag(id="locked cell edited", cell=cell.id, message=say("grading.flag.locked_cell", cell=cell.id)))
    if points is not None and submitted.metadata.get("points") != points:
        flags.append(Flag(id="points changed", cell=cell.id, message=say("grading.flag.points", cell=cell.id)))
    if not _same_role(cell.role, submitted.metadata):
        flags.append(Flag(id="metadata changed", cell=cell.id, message=say("grading.flag.metadata", cell=cell.id)))
    return flags


def _same_role(role: Role, metadata: dict[str, object]) -> bool:
    if role is Role.MANUAL and metadata.get("task"):
        return True  # nbgrader's task cells are graded by hand too
    solution, grade = {
        Role.LOCKED: (False, False),
        Role.ANSWER: (True, False),
        Role.TEST: (False, True),
        Role.MANUAL: (True, True),
    }[role]
    return bool(metadata.get("solution")) is solution and bool(metadata.get("grade")) is grade
