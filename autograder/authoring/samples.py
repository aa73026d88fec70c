"""A lab's sample submissions, made from its own notebooks: nothing is stored twice, so nothing goes stale."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import grade_id, notebook_bytes
from autograder.authoring.release import Notebooks
from autograder.course.bundle import Bundle
from autograder.course.result import Verdict

SOLUTION, RELEASE = "solution", "release"
"""Names of the two samples that every lab has without a word in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One submission, and what must be said of it.

    ``cells`` replace sources by ``grade_id`` in the solution or the release; ``raw`` is used instead of any notebook.
    ``expect`` has the verdict of each question, those that its file does not name included.
    """

    name: str
    student: str
    content: bytes
    wrong_answer: bool
    expect: dict[str, Verdict]
    says: dict[str, str] = field(default_factory=dict)
    score: float | None = None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    student: str = ""
    start: Literal["solution", "release"] = "solution"
    cells: dict[str, str] = {}
    raw: str | None = None
    wrong_answer: bool = False
    expect: dict[str, str] = {}
    says: dict[str, str] = {}
    score: float | int | None = None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    sample: list[_Row] = []


def read_samples(path: Path, notebooks: Notebooks, bundle: Bundle) -> list[Sample]:
    """Return the samples in the file at ``path``, in order; none when there is no file. Raises ``AuthoringError``."""
    try:
        table = _Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise AuthoringError("sample_key", file=path, key=_key(first["loc"]), why=first["msg"]) from error
    except (OSError, ValueError) as error:
        raise AuthoringError("not_toml", file=path, why=str(error)) from error
    names = [SOLUTION, RELEASE, *(row.name for row in table.sample)]
    for name in names:
        if names.count(name) > 1:
            raise AuthoringError("repeated_sample", file=path, cell=name)
    return [_sample(row, path, notebooks, bundle) for row in table.sample]


def both_ends(notebooks: Notebooks, bundle: Bundle) -> list[Sample]:
    """Return the two samples that every lab has: everything answered as its author does, and nothing answered."""
    return [
        Sample(
            name=SOLUTION,
            student=SOLUTION,
            content=notebook_bytes(notebooks.solution),
            wrong_answer=False,
            expect=_expected(bundle, "solution"),
        ),
        Sample(
            name=RELEASE,
            student=RELEASE,
            content=notebook_bytes(notebooks.release),
            wrong_answer=False,
            expect=_expected(bundle, "release"),
        ),
    ]


def _expected(bundle: Bundle, start: Literal["solution", "release"]) -> dict[str, Verdict]:
    """Return the verdicts of a submission that is the solution, or the release, as it stands."""
    solved = start == "solution"
    return {
        question.id: (Verdict.MANUAL if question.manual else Verdict.PASSED) if solved else Verdict.NOT_ATTEMPTED
        for question in bundle.questions
    }


def _sample(row: _Row, path: Path, notebooks: Notebooks, bundle: Bundle) -> Sample:
    ids = {question.id for question in bundle.questions}
    for id in (*row.expect, *row.says):
        if id not in ids:
            raise AuthoringError("sample_question", file=path, cell=row.name, name=id)
    verdicts = {verdict.value for verdict in Verdict}
    for value in row.expect.values():
        if value not in verdicts:
            raise AuthoringError("sample_verdict", file=path, cell=row.name, value=value, known=", ".join(verdicts))
    start: Literal["solution", "release"] = "release" if row.raw is not None else row.start
    given = {id: Verdict(value) for id, value in row.expect.items()}
    return Sample(
        name=row.name,
        student=row.student or row.name,
        content=row.raw.encode() if row.raw is not None else _overlaid(row, path, notebooks),
        wrong_answer=row.wrong_answer,
        expect={**_expected(bundle, start), **given},
        says=row.says,
        score=None if row.score is None else float(row.score),
    )


def _overlaid(row: _Row, path: Path, notebooks: Notebooks) -> bytes:
    notebook = deepcopy(notebooks.solution if row.start == "solution" else notebooks.release)
    places: dict[Any, Any] = {grade_id(cell): cell for cell in notebook["cells"] if grade_id(cell) is not None}
    for id, source in row.cells.items():
        if id not in places:
            raise AuthoringError("sample_cell", file=path, cell=row.name, name=id)
        places[id]["source"] = source
    return notebook_bytes(notebook)


def _key(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
