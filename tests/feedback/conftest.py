"""A lab with one question of each verdict, and pictures to put in it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.course.result import CellOutput, Exhibit, Flag, GradedAttempt, QuestionResult, Verdict

UNSCORED = (Verdict.MANUAL, Verdict.INTERNAL)


def npy(array: NDArray[Any]) -> bytes:
    """Return an array as .npy bytes."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def png(width: int = 40, height: int = 30, mode: str = "RGBA") -> bytes:
    """Return a picture as PNG bytes."""
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def bundle() -> Bundle:
    """A lab with a question for each verdict, named after it."""
    names = [verdict.value for verdict in Verdict]
    answers = [Cell(id=f"{name} answer", role=Role.ANSWER, type="code", source="") for name in names]
    tests = [Cell(id=name, role=Role.TEST, type="code", source="SECRET_TEST", visible="assert x") for name in names]
    return Bundle(
        lab="lab2",
        title="Laboratorio 2: convolución y ReLU",
        language="es",
        cells=(*answers, *tests, Cell(id="show", role=Role.LOCKED, type="code", source="show(x)")),
        questions=tuple(
            Question(id=name, title=f"Sobre `{name}`", points=2.0, answers=(f"{name} answer",), hint=f"Mira {name}.")
            for name in names
        ),
        limits=Limits(),
        public={},
        hidden={"photos": "SECRET_DIGEST"},
        settings={"answer": "SECRET_SETTING"},
    )


@pytest.fixture
def graded() -> GradedAttempt:
    """An attempt with every verdict, every kind of exhibit, flags, and errors."""
    grey = np.linspace(0, 255, 12, dtype=np.uint8)
    exhibits = (
        Exhibit(
            question="passed", kind="curves", data={"series": {"loss": [0.9, None, 0.4], "val_loss": [1, 0.5, 0.45]}}
        ),
        Exhibit(
            question="partial",
            kind="confusion",
            data={"name": "las fotos de validación", "classes": ["Car", "Truck"], "counts": [[51, 9], [14, 46]]},
        ),
        Exhibit(
            question="failed",
            kind="pictures",
            data={"captions": ["Tu kernel", "La foto"]},
            images=(npy(grey.reshape(3, 4)), npy(np.zeros((40, 50, 3), np.uint8))),
        ),
    )
    outputs = (
        CellOutput(cell="error answer", text="fila 1", error="IndexError: index 14 is out of bounds", png=(png(),)),
        CellOutput(cell="show", error="NameError: name 'x' is not defined"),
        CellOutput(cell="own-1", error="ZeroDivisionError: division by zero"),
        CellOutput(cell="passed", text="SECRET_OUTPUT", error="SECRET_ERROR"),
    )
    return GradedAttempt(
        lab="lab2",
        bundle="b" * 64,
        submission="0123456789abcdef" * 4,
        questions=tuple(
            QuestionResult(
                id=verdict.value,
                points=2.0,
                score=None if verdict in UNSCORED else {Verdict.PASSED: 2.0, Verdict.PARTIAL: 0.5}.get(verdict, 0.0),
                verdict=verdict,
                message=f"Lo de `{verdict.value}`.",
            )
            for verdict in Verdict
        ),
        flags=(Flag(id="own cells", cell=None, message="Hay 2 celdas propias."),),
        exhibits=exhibits,
        outputs=outputs,
        seconds={"total": 6.237},
    )
