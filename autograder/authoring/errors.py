"""What stops a lab from being built at all: a finding that is raised."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.finding import Finding, finding


class AuthoringError(Exception):
    """A lab cannot be built. Prints as a sentence for the lab's author: notebook, cell, what, remedy."""

    def __init__(self, kind: str, *, file: Path, cell: str = "", **values: object) -> None:
        super().__init__(kind, file, cell)
        self.finding: Finding = finding(kind, file, cell, **({"why": ""} | values))

    def __str__(self) -> str:
        return str(self.finding)
