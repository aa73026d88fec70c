"""The files that formgrader shows, in the folders where nbgrader keeps them."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.messages import say

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory


class NameRefused(ValueError):
    """A student's name that cannot be the name of a folder in an nbgrader course."""


def safe_name(name: str, limit: int) -> None:
    """Raise ``NameRefused`` unless ``name`` names a folder inside another one, and nothing else."""
    harmless = name.isprintable() and "/" not in name and "\\" not in name and not name.startswith(".")
    if not harmless or not name or name != name.strip() or len(name) > limit:
        raise NameRefused(say("gradebook.name_refused", name=ascii(name[:limit])))


def place_files(
    folders: CourseDirectory, lab: str, student: str, when: datetime, notebook: bytes, submission: bytes | None
) -> None:
    """Put the graded notebook in ``autograded/`` and the submitted one in ``submitted/``, each with its time (UTC)."""
    stamp = when.strftime("%Y-%m-%d %H:%M:%S.%f UTC").encode()
    for step, content in ((folders.autograded_directory, notebook), (folders.submitted_directory, submission)):
        folder = Path(folders.format_path(step, student, lab))
        folder.mkdir(parents=True, exist_ok=True)
        if content is not None:
            _place(folder / f"{lab}.ipynb", content)
        _place(folder / "timestamp.txt", stamp)


def _place(path: Path, content: bytes) -> None:
    """Write a file whole, unless it is there already."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)
