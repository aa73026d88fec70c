"""What is read is what the gradebook says, in a constant number of queries, and a later reading reads what is new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, event

from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.gradebook import Gradebook
from autograder.insights.facts import Facts
from autograder.insights.read import read_facts
from autograder.state.attempt_tables import AttemptRow, RunRow
from autograder.state.objects import ObjectStore
from benchmarks.crowd import Crowd
from tests.insights.conftest import Town, make_town

NOON = datetime(2021, 10, 17, 17, 0, tzinfo=UTC)


@contextmanager
def queries(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are executed meanwhile."""
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def selects(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.lstrip().upper().startswith("SELECT")]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path) as opened:
        yield opened


def graded(submission: str, *verdicts: Verdict) -> GradedAttempt:
    scores = {Verdict.PASSED: 2.0, Verdict.INTERNAL: None}
    questions = tuple(
        QuestionResult(id=f"q{place}", points=2.0, score=scores.get(verdict, 0.0), verdict=verdict, message="")
        for place, verdict in enumerate(verdicts)
    )
    return GradedAttempt(lab="lab1", bundle="b" * 64, submission=submission, questions=questions)


def engine_of(book: Gradebook) -> Engine:
    return book._engine


def test_facts_are_the_gradebooks_standing_grades(town: Town, tmp_path: Path) -> None:
    facts = read_facts(town.engine)
    rows = Gradebook(town.engine, ObjectStore(tmp_path)).grades()
    read = {
        (attempt.student, attempt.lab, attempt.number): attempt
        for lab in facts.labs.values()
        for attempts in lab.students.values()
        for attempt in attempts
    }
    assert len(read) == len(rows) > 200
    for row in rows:
        attempt = read[row.student, row.lab, row.attempt]
        assert attempt.run is not None
        assert (attempt.run.id, attempt.run.score, attempt.run.max_score) == (row.run, row.score, row.max_score)
        assert attempt.run.questions == row.questions
        assert attempt.received_at == row.received_at


@pytest.mark.parametrize("students", [3, 30])
def test_a_reading_is_four_queries_for_any_cohort_and_one_when_nothing_is_new(tmp_path: Path, students: int) -> None:
    for town in make_town(tmp_path, Crowd(students=students, labs=("lab1",))):
        with queries(town.engine) as seen:
            facts = read_facts(town.engine)
        assert len(selects(seen)) == 4
        with queries(town.engine) as seen:
            assert read_facts(town.engine, facts) is facts
        assert len(selects(seen)) == 1


def test_a_later_reading_is_what_a_whole_one_would_be(book: Gradebook) -> None:
    facts = Facts()
    steps = [
        ("ana", b"1", [(Verdict.PASSED, Verdict.FAILED)]),
        ("ana", b"2", []),
        ("luis", b"3", [(Verdict.INTERNAL,), (Verdict.PASSED, Verdict.PASSED)]),
        ("ana", b"4", [(Verdict.FAILED, Verdict.FAILED), (Verdict.INTERNAL, Verdict.FAILED)]),
    ]
    for minute, (student, content, runs) in enumerate(steps):
        attempt = book.receive(student, "lab1", content, NOON + timedelta(minutes=minute))
        for verdicts in runs:
            book.record(attempt, graded(attempt.submission, *verdicts), NOON)
            facts = read_facts(engine_of(book), facts)
        facts = read_facts(engine_of(book), facts)
        assert facts == read_facts(engine_of(book))
    ana, luis = facts.lab("lab1").of("ana"), facts.lab("lab1").of("luis")
    assert [attempt.number for attempt in ana] == [1, 2, 3]
    assert ana[1].run is None
    assert not ana[1].graded
    assert ana[2].run is not None
    assert ana[2].run.score == 0.0, "a failure of ours does not hide an earlier run"
    assert luis[0].run is not None
    assert luis[0].run.score == 4.0


def test_a_regrade_joins_an_attempt_read_before(book: Gradebook) -> None:
    attempt = book.receive("ana", "lab1", b"1", NOON)
    book.record(attempt, graded(attempt.submission, Verdict.FAILED), NOON)
    before = read_facts(engine_of(book))
    book.record(attempt, graded(attempt.submission, Verdict.PASSED), NOON)
    after = read_facts(engine_of(book), before)
    (was,), (now,) = before.lab("lab1").of("ana"), after.lab("lab1").of("ana")
    assert was.run is not None
    assert now.run is not None
    assert (was.run.score, now.run.score) == (0.0, 2.0)


def test_a_restored_backup_is_read_anew(book: Gradebook) -> None:
    for content in (b"1", b"2"):
        attempt = book.receive("ana", "lab1", content, NOON)
        book.record(attempt, graded(attempt.submission, Verdict.PASSED), NOON)
    facts = read_facts(engine_of(book))
    with engine_of(book).execution_options(writes=True).begin() as connection:
        connection.execute(delete(RunRow).where(RunRow.attempt_id == 1))
        connection.execute(delete(AttemptRow).where(AttemptRow.id == 1))
    again = read_facts(engine_of(book), facts)
    assert [attempt.number for attempt in again.lab("lab1").of("ana")] == [2]


def test_labs_that_nothing_happened_to_stay_the_same_object(book: Gradebook) -> None:
    for lab in ("lab1", "lab2"):
        book.receive("ana", lab, lab.encode(), NOON)
    facts = read_facts(engine_of(book))
    book.receive("luis", "lab2", b"more", NOON)
    later = read_facts(engine_of(book), facts)
    assert later.labs["lab1"] is facts.labs["lab1"]
    assert later.labs["lab2"] is not facts.labs["lab2"]


def test_an_earlier_moment_leaves_out_what_came_after(book: Gradebook) -> None:
    for minute in range(3):
        book.receive("ana", "lab1", str(minute).encode(), NOON + timedelta(minutes=minute))
    facts = read_facts(engine_of(book))
    assert len(facts.until(NOON + timedelta(minutes=1)).lab("lab1").of("ana")) == 2
    assert facts.until(NOON - timedelta(minutes=1)).lab("lab1").students == {}
    assert facts.until(NOON + timedelta(days=1)).lab("lab1") is facts.lab("lab1")
