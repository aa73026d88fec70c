"""A lab's notebooks become its bundle: the cells in order, the questions, and the names that each test reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from textwrap import dedent

from autograder.authoring.errors import AuthoringError
from autograder.authoring.names import Names, names_of
from autograder.authoring.notebook import NotebookCell, grade_id
from autograder.authoring.notes import Notes, notes_of
from autograder.authoring.release import Notebooks
from autograder.course.bundle import Bundle, Cell, Question, Role
from autograder.course.model import Course, Lab

_HINT = re.compile(r"<details>\s*<summary>\s*(?:Pista|Hint)\b[^<]*</summary>(.*?)</details>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*")
_MARKUP = re.compile(r"(\*{1,3}|`+)(\S(?:.*?\S)?)\1")


def make_bundle(
    course: Course,
    lab: Lab,
    notebooks: Notebooks,
    *,
    public: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> Bundle:
    """Return the lab's bundle. ``public`` and ``hidden`` map a name to the sha256 of a file in the object store.

    Raises ``AuthoringError`` when two cells share an id, a test is not Python, or a note names no cell.
    """
    cells = tuple(_cells(notebooks))
    ids = [cell.id for cell in cells]
    for id in ids:
        if ids.count(id) > 1:
            raise AuthoringError("repeated_id", file=notebooks.path, cell=id)
    return Bundle(
        lab=lab.id,
        title=lab.title,
        language=course.language,
        cells=cells,
        questions=tuple(_Questions(notebooks, cells).found()),
        limits=lab.limits,
        public=dict(public or {}),
        hidden=dict(hidden or {}),
        settings=lab.settings,
    )


def role_of(cell: NotebookCell) -> Role:
    """Return what a cell that has a ``grade_id`` is for."""
    meta = cell["metadata"]["nbgrader"]
    if meta.get("solution"):
        return Role.MANUAL if meta.get("grade") else Role.ANSWER
    return Role.TEST if meta.get("grade") and not meta.get("task") else Role.LOCKED


def _cells(notebooks: Notebooks) -> Iterator[Cell]:
    for saved, released in zip(notebooks.saved["cells"], notebooks.release["cells"], strict=True):
        id = grade_id(saved)
        if id is None or saved["cell_type"] == "raw":
            continue
        role = role_of(saved)
        is_test = role is Role.TEST
        yield Cell(
            id=id,
            role=role,
            type=saved["cell_type"],
            source=saved["source"] if is_test else released["source"],
            visible=released["source"] if is_test else "",
        )


class _Questions:
    """Reads the notebook from top to bottom, as a student does, and keeps what the next question is about."""

    def __init__(self, notebooks: Notebooks, cells: tuple[Cell, ...]) -> None:
        self._notebooks = notebooks
        self._roles = {cell.id: cell.role for cell in cells}
        self._binds, self._imports = _bound_anywhere(notebooks)
        self._title = ""
        self._hints: list[str] = []
        self._answers: list[str] = []
        self._fresh = True  # nothing answered since the last graded cell

    def found(self) -> Iterator[Question]:
        for cell in self._notebooks.saved["cells"]:
            if cell["cell_type"] == "markdown":
                self._read_text(cell["source"])
            id = grade_id(cell)
            if id is None or id not in self._roles:
                continue
            meta = cell["metadata"]["nbgrader"]
            if self._roles[id] is Role.ANSWER:
                self._begin()
                self._answers.append(id)
            elif meta.get("grade") or meta.get("task"):
                if self._roles[id] is not Role.TEST:
                    self._begin()
                yield self._question(id, cell)
                self._fresh = False

    def _read_text(self, text: str) -> None:
        self._title = last_heading(text) or self._title
        if hints := hints_in(text):
            self._begin()
            self._hints.extend(hints)

    def _begin(self) -> None:
        """Start on a new question. Two tests in a row are about the same answers and share their hint."""
        if not self._fresh:
            self._hints, self._answers, self._fresh = [], [], True

    def _question(self, id: str, cell: NotebookCell) -> Question:
        role = self._roles[id]
        notes = self._notes(id, cell)
        names, imports = self._reads(id, cell["source"]) if role is Role.TEST else ((), ())
        about = tuple(self._answers) if role is Role.TEST else (id,) if role is Role.MANUAL else ()
        return Question(
            id=id,
            title=notes.title or self._title or id,
            points=float(cell["metadata"]["nbgrader"].get("points", 0)),
            manual=role is not Role.TEST,
            answers=notes.answers or about,
            requires=notes.requires,
            names=names,
            imports=imports,
            hint="\n\n".join(self._hints),
        )

    def _notes(self, id: str, cell: NotebookCell) -> Notes:
        notes = notes_of(cell, self._notebooks.path)
        for other in (*notes.answers, *notes.requires):
            if other not in self._roles:
                raise AuthoringError("note_names_no_cell", file=self._notebooks.path, cell=id, name=other)
        return notes

    def _reads(self, id: str, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        reads = _names(source, self._notebooks, id).reads
        imported = sorted(reads & (self._imports.keys() - self._binds))
        statements = dict.fromkeys(statement for name in imported for statement in self._imports[name])
        return tuple(sorted(reads.difference(imported))), tuple(statements)


def _bound_anywhere(notebooks: Notebooks) -> tuple[set[str], dict[str, list[str]]]:
    """Return the names that cells bind by assignment, tests left out, and all import statements by name."""
    binds: set[str] = set()
    imports: dict[str, list[str]] = {}
    for cell in notebooks.whole["cells"]:
        if cell["cell_type"] != "code":
            continue
        names = _names(cell["source"], notebooks, grade_id(cell) or cell["id"])
        if grade_id(cell) is None or role_of(cell) is not Role.TEST:
            binds |= names.binds
        for name, statements in names.imports.items():
            imports.setdefault(name, []).extend(statements)
    return binds, imports


def _names(source: str, notebooks: Notebooks, cell: str) -> Names:
    try:
        return names_of(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise AuthoringError("not_syntax", file=notebooks.path, cell=cell, why=str(error)) from error


def hints_in(text: str) -> list[str]:
    """Return the texts inside ``<details><summary>Pista</summary> … </details>``."""
    return [dedent(hint).strip() for hint in _HINT.findall(text)]


def last_heading(text: str) -> str:
    """Return the last Markdown heading of a text, without its markup, or "" when it has none."""
    heading, fenced = "", False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and (match := _HEADING.fullmatch(line)):
            heading = _MARKUP.sub(r"\2", match[1])
    return heading


def visible_only(bundle: Bundle) -> Bundle:
    """Return the bundle with every test cut to what the release shows of it, to prove what the hidden part adds."""
    cells = (replace(cell, source=cell.visible) if cell.role is Role.TEST else cell for cell in bundle.cells)
    return replace(bundle, cells=tuple(cells))
