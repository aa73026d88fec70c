"""What an author may note on a graded cell, in ``metadata.autograder``: a title, its answers, what it requires."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import NotebookCell, grade_id

KEYS = ("title", "answers", "requires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """An author's notes on a graded cell; each replaces what would be read from the notebook's order."""

    title: str = ""
    answers: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


def notes_of(cell: NotebookCell, file: Path) -> Notes:
    """Return the notes of a cell. Raises ``AuthoringError`` for a key or a value that they cannot have."""
    raw = cell["metadata"].get("autograder", {})
    id = grade_id(cell) or cell["id"]
    if not isinstance(raw, dict):
        raise AuthoringError("note_value", file=file, cell=id, name="autograder", value=repr(raw))
    for key in raw:
        if key not in KEYS:
            close = get_close_matches(key, KEYS, n=1, cutoff=0)
            raise AuthoringError("note_key", file=file, cell=id, name=key, close=close[0])
    if not isinstance(title := raw.get("title", ""), str):
        raise AuthoringError("note_value", file=file, cell=id, name="title", value=repr(title))
    return Notes(title=title, answers=_ids(raw, "answers", id, file), requires=_ids(raw, "requires", id, file))


def _ids(raw: dict[str, Any], key: str, id: str, file: Path) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise AuthoringError("note_value", file=file, cell=id, name=key, value=repr(value))
    return tuple(value)
