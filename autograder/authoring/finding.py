"""One thing that is wrong with a lab, said to its author: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from autograder.messages import say


class Level(StrEnum):
    """An error stops a lab from being released; a warning wants a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to mend. ``kind`` is stable and short; ``cell`` is a ``grade_id``, a sample's name, or empty."""

    kind: str
    file: Path
    cell: str
    what: str
    remedy: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        place = say("authoring.place.cell", file=self.file, cell=self.cell) if self.cell else str(self.file)
        return f"{place}: {self.what} {self.remedy}"


def finding(kind: str, file: Path, cell: str = "", /, **values: object) -> Finding:
    """Return an error with its sentences from the catalogue."""
    return Finding(
        kind=kind,
        file=file,
        cell=cell,
        what=say(f"authoring.problem.{kind}", cell=cell, **values),
        remedy=say(f"authoring.remedy.{kind}", cell=cell, **values),
    )


def warning(kind: str, file: Path, cell: str = "", /, **values: object) -> Finding:
    """Return a warning with its sentences from the catalogue."""
    return replace(finding(kind, file, cell, **values), level=Level.WARNING)
