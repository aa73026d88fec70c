"""A graded attempt to keep, and a gradebook to keep it in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.course.result import CellOutput, Exhibit, Flag, GradedAttempt, QuestionResult, Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.shown_notebook import cell_metadata

NOON = datetime(2021, 10, 17, 17, 0, tzinfo=UTC)

MakeGraded = Callable[..., GradedAttempt]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "var") as opened:
        yield opened


@pytest.fixture
def make_graded() -> MakeGraded:
    """Return a maker of graded attempts: ``make(b"bytes", kernel=Verdict.FAILED)``."""

    def make(submission: bytes = b"{}", lab: str = "lab2", **verdicts: Verdict) -> GradedAttempt:
        verdicts = verdicts or {"kernel": Verdict.PASSED, "essay": Verdict.MANUAL}
        return GradedAttempt(
            lab=lab,
            bundle="b" * 64,
            submission=hashlib.sha256(submission).hexdigest(),
            questions=tuple(
                QuestionResult(
                    id=id, points=2.0, score=_score(verdict), verdict=verdict, message="`kernel` está bien: ñ"
                )
                for id, verdict in verdicts.items()
            ),
            flags=(Flag(id="locked cell edited", cell="q1", message="Cambiaste una celda"),),
            exhibits=(
                Exhibit(
                    question="kernel", kind="pictures", data={"captions": ["tu kernel", None]}, images=(b"one", b"")
                ),
                Exhibit(question="kernel", kind="curves", data={"series": {"loss": [0.5, 1e300]}}),
            ),
            outputs=(CellOutput(cell="a", text="hola \ud800", error="ValueError: no", png=(b"\x89PNG", b"two")),),
            transcript="c" * 64,
            layers=("namespaces", "seccomp"),
            peak_memory_bytes=5 << 30,
            seconds={"total": 2.5, "examine": 0.25},
        )

    return make


def _score(verdict: Verdict) -> float | None:
    scores = {Verdict.PASSED: 2.0, Verdict.PARTIAL: 1.0, Verdict.MANUAL: None, Verdict.INTERNAL: None}
    return scores.get(verdict, 0.0)


@pytest.fixture
def bundle() -> Bundle:
    """A small lab: a locked cell, an answer with its test, and a text that a person grades."""
    test = "assert kernel is not None\n### BEGIN HIDDEN TESTS\nhidden_secret\n### END HIDDEN TESTS"
    return Bundle(
        lab="lab2",
        title="Convolución y ReLU",
        language="es",
        cells=(
            Cell(id="intro", role=Role.LOCKED, type="markdown", source="# Convolución"),
            Cell(id="answer", role=Role.ANSWER, type="code", source="raise NotImplementedError()"),
            Cell(id="kernel", role=Role.TEST, type="code", source=test, visible="assert kernel is not None"),
            Cell(id="essay", role=Role.MANUAL, type="markdown", source="ESCRIBE AQUÍ"),
        ),
        questions=(
            Question(id="kernel", title="El kernel", points=2.0, answers=("answer",)),
            Question(id="essay", title="¿Qué ves?", points=2.0, manual=True, answers=("essay",)),
        ),
        limits=Limits(),
        public={},
        hidden={},
    )


def notebook_of(bundle: Bundle, answers: Mapping[str, str], tasks: Sequence[str] = (), **outputs: Any) -> bytes:
    """Return a lab's notebook with answers, task cells, and outputs by cell id."""
    cells = []
    for cell in bundle.cells:
        metadata = {"nbgrader": cell_metadata(bundle, cell, task=cell.id in tasks)}
        node = {
            "cell_type": cell.type,
            "id": cell.id,
            "metadata": metadata,
            "source": answers.get(cell.id, cell.source),
        }
        if cell.type == "code":
            node |= {"execution_count": None, "outputs": outputs.get(cell.id, [])}
        cells.append(node)
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
