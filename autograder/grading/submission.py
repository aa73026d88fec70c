"""What lies at a path: a notebook or a submission folder, read without following or waiting for anything."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from autograder.course.result import Flag
from autograder.grading.notebook import NOTEBOOK_BYTES, NotebookRefused
from autograder.messages import say

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The bytes that were handed in, whose they are, and what was odd about the folder.

    ``refusal`` is a sentence when there is nothing to grade; ``content`` is empty then.
    """

    path: Path
    student: str
    content: bytes
    flags: tuple[Flag, ...] = ()
    refusal: str | None = None


def read_submission(path: Path, lab: str) -> Submission:
    """Read ``path``: a notebook, or a folder that holds ``LAB.ipynb``. Never raises for what a student put there."""
    student = student_of(path, lab)
    flags: list[Flag] = []
    try:
        content = _read_folder(path, lab, flags) if path.is_dir() else _read_file(path)
    except NotebookRefused as refused:
        return Submission(path=path, student=student, content=b"", flags=tuple(flags), refusal=str(refused))
    return Submission(path=path, student=student, content=content, flags=tuple(flags))


def student_of(path: Path, lab: str) -> str:
    """Return whose this is: ``…/STUDENT/LAB[/LAB.ipynb]`` as nbgrader lays it out, or the file's own name."""
    parts = path.absolute()
    if parts.suffix == ".ipynb":
        if parts.stem != lab:
            return parts.stem
        parts = parts.parent
    return parts.parent.name if parts.name == lab else parts.name


def _read_folder(folder: Path, lab: str, flags: list[Flag]) -> bytes:
    wanted = f"{lab}.ipynb"
    notebooks = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
                flags.append(_flag("special file", entry.name))
            elif entry.name.endswith(".ipynb") and entry.is_file(follow_symlinks=False):
                notebooks.append(entry.name)
    if wanted in notebooks:
        notebooks.remove(wanted)
        flags.extend(_flag("extra notebook", name) for name in notebooks)
    elif len(notebooks) == 1:
        wanted = notebooks[0]
        flags.append(_flag("renamed notebook", wanted))
    elif os.path.lexists(folder / wanted):
        raise NotebookRefused(say("grading.refused.not_a_file", name=wanted))
    else:
        raise NotebookRefused(say("grading.refused.missing", name=wanted, found=len(notebooks)))
    return _read_file(folder / wanted)


def _flag(kind: str, name: str) -> Flag:
    sentences = {
        "special file": say("grading.flag.special_file", name=printable(name)),
        "extra notebook": say("grading.flag.extra_notebook", name=printable(name)),
        "renamed notebook": say("grading.flag.renamed_notebook", name=printable(name)),
    }
    return Flag(id=kind, cell=None, message=sentences[kind])


def printable(name: str) -> str:
    """Return a file's name safe to print: no control characters, no lone surrogates, at most 80 characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)[:80]


def _read_file(path: Path) -> bytes:
    name = printable(path.name)
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        sentence = (
            say("grading.refused.missing", name=name, found=0)
            if missing
            else say("grading.refused.not_a_file", name=name)
        )
        raise NotebookRefused(sentence) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotebookRefused(say("grading.refused.not_a_file", name=name))
        content = file.read(NOTEBOOK_BYTES + 1) if status.st_size <= NOTEBOOK_BYTES else b""
    if status.st_size > NOTEBOOK_BYTES or len(content) > NOTEBOOK_BYTES:
        raise NotebookRefused(say("grading.refused.too_large", megabytes=NOTEBOOK_BYTES >> 20))
    return content
