"""What is wrong in a cohort's file or roster, as a sentence that names file, line, key and remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from autograder.messages import say

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?")


class CohortError(Exception):
    """A cohort's file or roster cannot be used. ``line`` counts from 1; 0 when no line is to blame."""

    def __init__(self, file: Path, line: int, key: str, problem: str, remedy: str) -> None:
        super().__init__(file, line, key, problem, remedy)
        self.file, self.line, self.key, self.problem, self.remedy = file, line, key, problem, remedy

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        if self.key:
            place = say("cohort.place.key", place=place, key=self.key)
        return f"{place}: {self.problem} {self.remedy}".rstrip()


def line_of(text: str, loc: tuple[Any, ...]) -> int:
    """Return the line of a TOML text on which the key at ``loc`` is, else its table; 0 when neither is found.

    ``loc`` is pydantic's: ``("lab", 1, "due")`` is ``due`` of the second ``[[lab]]``.
    """
    table = next((part for part in loc if isinstance(part, str)), "") if len(loc) > 1 else ""
    index = next((part for part in loc if isinstance(part, int)), 0)
    key = next((part for part in reversed(loc) if isinstance(part, str)), "")
    here, seen, header = "", -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := _HEADER.match(line):
            here = found[2].strip("\"'")
            seen += here == table
            header = number if (here, seen) == (table, index) else header
        elif (here, max(seen, 0)) == (table, index) and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return header
