"""An instructor's notebook: read strictly, written so that equal notebooks are equal bytes."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from autograder.authoring.errors import AuthoringError

Notebook: TypeAlias = dict[str, Any]  # nbformat 4, as its JSON says, with every source one string
NotebookCell: TypeAlias = dict[str, Any]

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_KEPT_CELL_METADATA = ("deletable", "editable", "jupyter", "nbgrader", "slideshow", "tags")


def read_notebook(path: Path) -> Notebook:
    """Return the notebook at ``path``, in nbformat 4.5. Raises ``AuthoringError`` for what is not one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AuthoringError("no_notebook", file=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise AuthoringError("not_json", file=path, why=str(error)) from error
    if not isinstance(raw, dict) or raw.get("nbformat") != 4 or not isinstance(raw.get("cells"), list):
        raise AuthoringError("not_nbformat_4", file=path)
    return parse_notebook(raw, path)


def parse_notebook(raw: dict[str, Any], path: Path) -> Notebook:
    """Return ``raw`` as nbformat 4.5 with joined sources and an id for each cell. Raises ``AuthoringError``."""
    nbformat, rejoin_lines = _nbformat(), import_module("nbformat.v4.rwbase").rejoin_lines
    try:
        notebook: Notebook = rejoin_lines(nbformat.from_dict({**raw, "nbformat_minor": 5}))
        _give_ids(notebook)
        nbformat.validate(notebook)
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError) as error:
        raise AuthoringError("not_nbformat_4", file=path, why=str(error).splitlines()[0]) from error
    return notebook


def _nbformat() -> Any:
    return import_module("nbformat")  # 0.3 s, so only when a notebook is read


def _give_ids(notebook: Notebook) -> None:
    """Give an id to cells without a sound one of their own: the same one each time, so that builds can be compared."""
    taken: set[str] = set()
    for place, cell in enumerate(notebook["cells"]):
        wanted = cell.get("id")
        if not isinstance(wanted, str) or not _CELL_ID.fullmatch(wanted) or wanted in taken:
            wanted = f"cell-{place}"
        cell["id"] = wanted if wanted not in taken else f"cell-{place}-again"
        taken.add(cell["id"])


def notebook_bytes(notebook: Notebook) -> bytes:
    """Return the notebook as a file: sorted keys, a newline at the end, nothing of the author's machine or day."""
    nbformat = _nbformat()
    node = nbformat.from_dict(_without_traces(notebook))
    text: str = nbformat.v4.writes(node, sort_keys=True, indent=1, ensure_ascii=False)
    return (text.rstrip("\n") + "\n").encode()


def _without_traces(notebook: Notebook) -> Notebook:
    """Drop metadata of the author's editor and machine, and what ``metadata.autograder`` tells of the answers."""
    metadata = notebook.get("metadata", {})
    spec = metadata.get("kernelspec", {})
    language = spec.get("language", "python")
    kept: dict[str, Any] = {
        "kernelspec": {
            "display_name": spec.get("display_name", "Python 3"),
            "language": language,
            "name": spec.get("name", "python3"),
        },
        "language_info": {"name": metadata.get("language_info", {}).get("name", language)},
    }
    if "inputs" in metadata.get("autograder", {}):  # a solution's note of what it was built from
        kept["autograder"] = {"inputs": metadata["autograder"]["inputs"]}
    return {**notebook, "metadata": kept, "nbformat": 4, "nbformat_minor": 5, "cells": [*map(_tidy, notebook["cells"])]}


def _tidy(cell: NotebookCell) -> NotebookCell:
    metadata = {key: value for key, value in cell["metadata"].items() if key in _KEPT_CELL_METADATA}
    tidy = {**cell, "metadata": metadata}
    # an attachment that the text no longer shows belonged to a solution
    shown = {name: data for name, data in cell.get("attachments", {}).items() if f"attachment:{name}" in cell["source"]}
    tidy.pop("attachments", None)
    return {**tidy, "attachments": shown} if shown else tidy


def grade_id(cell: NotebookCell) -> str | None:
    """Return the cell's nbgrader id, or None when nbgrader knows nothing of it."""
    meta = cell["metadata"].get("nbgrader", {})
    if meta.get("grade") or meta.get("solution") or meta.get("locked") or meta.get("task"):
        id = meta.get("grade_id")
        return id if isinstance(id, str) else None
    return None
