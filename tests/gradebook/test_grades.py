"""Grades leave as CSV that a spreadsheet opens and that harms nobody."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.course.result import Verdict
from autograder.gradebook import GradeRow, QuestionGrade, to_csv
from tests.gradebook.conftest import NOON


def row(student: str = "Ana", lab: str = "lab1", score: float | None = 2.0, **scores: float | None) -> GradeRow:
    questions = tuple(
        QuestionGrade(id=id, points=2.0, score=value, verdict=Verdict.MANUAL if value is None else Verdict.PASSED)
        for id, value in scores.items()
    )
    return GradeRow(
        student=student, lab=lab, attempt=3, received_at=NOON, score=score, max_score=4.0, questions=questions, run=1
    )


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("name", ["Quispe Mamani, José", 'Ana "la jefa"', "Niño\nÑandú", "山田 太郎", " espacio "])
def test_any_name_comes_back_as_it_was(name: str) -> None:
    assert read(to_csv([row(name, a=1.0)]))[0]["student"] == name


@pytest.mark.parametrize("name", ["=1+1", "+51999", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝cmd"])
def test_a_name_that_a_spreadsheet_would_run_is_shown_as_text(name: str) -> None:
    assert read(to_csv([row(name)]))[0]["student"] == "'" + name


def test_numbers_are_numbers_and_what_nobody_gave_is_empty() -> None:
    [line] = read(to_csv([row(score=2.5, kernel=0.1 + 0.2, essay=None)]))
    assert line == {
        "student": "Ana",
        "lab": "lab1",
        "attempt": "3",
        "received_at": "2021-10-17T17:00:00Z",
        "score": "2.5",
        "max_score": "4",
        "pending_manual": "1",
        "lab1/kernel": "0.3",
        "lab1/essay": "",
    }
    assert read(to_csv([row(score=None)]))[0]["score"] == ""


def test_questions_of_several_labs_stand_in_columns_of_their_own() -> None:
    lines = read(to_csv([row(a=1.0), row(lab="lab2", a=2.0, b=0.0)]))
    assert [(line["lab1/a"], line["lab2/a"], line["lab2/b"]) for line in lines] == [("1", "", ""), ("", "2", "0")]


def test_lines_end_as_rfc_4180_says() -> None:
    text = to_csv([row(), row()])
    assert text.count("\r\n") == 3
    assert text.endswith("\r\n")
