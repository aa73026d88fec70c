"""Mistakes are grouped whatever their numbers, and an example names nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.course.cohort import Person
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.gradebook import Gradebook
from autograder.insights.answers import MOST_LINES, answer_source, examples, mistakes, nameless, pattern
from autograder.insights.read import read_facts
from tests.insights.conftest import NOW

PEOPLE = (
    Person(user="jquispe", name="Quispe Mamani, José", email="jose.quispe@example.org"),
    Person(user="ana", name="de la Cruz Núñez, Ana María"),
)


def notebook(**answers: object) -> bytes:
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": id}}, "source": source}
        for id, source in answers.items()
    ]
    return json.dumps({"cells": cells}).encode()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path) as opened:
        yield opened


def hand_in(book: Gradebook, student: str, minute: int, verdict: Verdict, message: str, source: str = "x") -> None:
    attempt = book.receive(student, "lab1", notebook(answer=f"{source}  # {minute}"), NOW + timedelta(minutes=minute))
    result = QuestionResult(
        id="q", points=1.0, score=1.0 if verdict is Verdict.PASSED else 0.0, verdict=verdict, message=message
    )
    graded = GradedAttempt(lab="lab1", bundle="b" * 64, submission=attempt.submission, questions=(result,))
    book.record(attempt, graded, NOW)


def test_mistakes_are_grouped_by_what_is_said_but_for_its_numbers(book: Gradebook) -> None:
    hand_in(book, "ana", 1, Verdict.FAILED, "`kernel` suma 3, no 0.")
    hand_in(book, "ana", 2, Verdict.FAILED, "`kernel` suma -2.5, no 0.")
    hand_in(book, "luis", 3, Verdict.FAILED, "`kernel` suma 1e-3, no 0.")
    hand_in(book, "luis", 4, Verdict.PASSED, "Bien.")
    hand_in(book, "rosa", 5, Verdict.ERROR, "ValueError")
    found = mistakes(book.engine, read_facts(book.engine).lab("lab1"), "q", ["ana", "luis", "rosa"])
    assert [(one.verdict, one.students, one.attempts, one.now) for one, _ in found] == [
        (Verdict.FAILED, 2, 3, 1),
        (Verdict.ERROR, 1, 1, 1),
    ]
    assert found[0][0].message == "`kernel` suma 1e-3, no 0."
    assert [source[:2] for source in found[0][1]] == [("ana", 2), ("luis", 1)]


def test_a_superseded_run_is_no_mistake(book: Gradebook) -> None:
    hand_in(book, "ana", 1, Verdict.FAILED, "mal")
    (attempt,) = book.attempts()
    right = QuestionResult(id="q", points=1.0, score=1.0, verdict=Verdict.PASSED, message="bien")
    book.record(
        attempt, GradedAttempt(lab="lab1", bundle="b" * 64, submission=attempt.submission, questions=(right,)), NOW
    )
    assert mistakes(book.engine, read_facts(book.engine).lab("lab1"), "q", ["ana"]) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("suma 3", "suma -0.25", True), ("forma (3, 3)", "forma (5, 5)", True), ("conv2d", "conv3d", False)],
)
def test_numbers_make_no_difference_but_names_do(one: str, other: str, same: bool) -> None:
    assert (pattern(one) == pattern(other)) is same


@pytest.mark.parametrize(
    "signed",
    [
        "# José Quispe",
        "# JOSE QUISPE MAMANI",
        "autor = 'jquispe'",
        "# jose.quispe@example.org",
        "# otra@correo.pe",
        "# Ana Nuñez Cruz",
        "# Ana, intento 2",
        "__author__ = 'Maria'",
    ],
)
def test_an_example_names_nobody(signed: str) -> None:
    text = nameless(PEOPLE)(f"{signed}\nkernel = tf.constant(1)")
    assert "kernel = tf.constant(1)" in text
    for name in ("quispe", "mamani", "josé", "jose", "núñez", "nuñez", "cruz", "jquispe", "maria", "@"):
        assert name not in text.lower()
    assert "Ana" not in text


def test_code_that_only_looks_like_a_name_stays() -> None:
    people = (Person(user="aq", name="Quispe Cruz, Ana José"),)
    assert nameless(people)("joselito = analysis(crucible, ana)") == "joselito = analysis(crucible, ana)"


def test_examples_come_from_different_students_newest_first(book: Gradebook) -> None:
    for minute, (student, source) in enumerate([("ana", "a = 1"), ("jquispe", "b = 2"), ("luis", "c = 3")]):
        hand_in(book, student, minute, Verdict.FAILED, "mal", f"{source}\n# {student}")
    ((_, sources),) = mistakes(book.engine, read_facts(book.engine).lab("lab1"), "q", ["ana", "jquispe", "luis"])
    found = examples(sources, ["answer"], PEOPLE, book.objects.get)
    assert [one.attempt for one in found] == [("luis", 1), ("jquispe", 1)]
    assert "jquispe" not in found[1].text


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"cells": 3}', b'{"cells": [3, {"metadata": 1}]}', b"\xff"])
def test_what_is_no_notebook_gives_no_example(content: bytes) -> None:
    assert examples([("ana", 1, "x")], ["answer"], PEOPLE, lambda _: content) == ()


def test_sources_are_read_as_lists_too_and_long_ones_are_cut() -> None:
    assert answer_source(notebook(answer=["a\n", "b"]), ["answer"]) == "a\nb"
    (one,) = examples([("ana", 1, "x")], ["answer"], (), lambda _: notebook(answer="y\n" * 500))
    assert one.text.count("\n") == MOST_LINES
    assert one.text.endswith("…")
