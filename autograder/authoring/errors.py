"""What stops a lab from being built at all, as a sentence that names the notebook, the cell and the remedy."""

from __future__ import annotations

from pathlib import Path

from autograder.messages import say


class AuthoringError(Exception):
    """A lab cannot be built. ``kind`` is the message's id; prints as a sentence for the lab's author."""

    def __init__(self, kind: str, *, file: Path, cell: str = "", **values: object) -> None:
        super().__init__(kind, file, cell)
        self.kind, self.file, self.cell, self.values = kind, file, cell, values

    def __str__(self) -> str:
        place = say("authoring.place.cell", file=self.file, cell=self.cell) if self.cell else str(self.file)
        values = {"why": "", **self.values, "cell": self.cell}
        what = say(f"authoring.problem.{self.kind}", **values)
        return f"{place}: {what} {say(f'authoring.remedy.{self.kind}', **values)}"
