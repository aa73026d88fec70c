"""Attempts come in once, runs are written down, and grades follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text

from autograder.course.result import Verdict
from autograder.gradebook import DatabaseTooNew, Gradebook
from autograder.state.database import open_database, sqlite_url
from autograder.state.table import Table
from tests.gradebook.conftest import NOON, MakeGraded


def test_attempts_are_numbered_for_each_student_and_lab(book: Gradebook) -> None:
    numbers = [
        book.receive(student, lab, content, NOON).number
        for student, lab, content in [
            ("Ana", "lab1", b"1"),
            ("Ana", "lab1", b"2"),
            ("Ana", "lab2", b"1"),
            ("Luis", "lab1", b"1"),
            ("Ana", "lab1", b"3"),
        ]
    ]
    assert numbers == [1, 2, 1, 1, 3]


def test_the_same_bytes_again_are_the_same_attempt_with_its_first_time(book: Gradebook) -> None:
    first = book.receive("Ana", "lab1", b"same", NOON)
    again = book.receive("Ana", "lab1", b"same", NOON + timedelta(hours=3))
    assert again == first
    assert book.attempts() == [first]
    assert book.submission(first) == b"same"


def test_many_submissions_at_once_make_one_attempt_each(book: Gradebook) -> None:
    with ThreadPoolExecutor(8) as pool:
        received = list(pool.map(lambda n: book.receive("Ana", "lab1", b"%d" % (n % 12), NOON), range(24)))
    assert sorted({attempt.number for attempt in received}) == list(range(1, 13))
    assert len(book.attempts()) == 12


def test_times_are_utc_and_a_time_without_a_zone_is_refused(book: Gradebook) -> None:
    lima = timezone(timedelta(hours=-5))
    book.receive("Ana", "lab1", b"1", datetime(2021, 10, 17, 23, 30, tzinfo=lima))
    assert book.attempts()[0].received_at == datetime(2021, 10, 18, 4, 30, tzinfo=UTC)
    with pytest.raises(Exception, match="zone"):
        book.receive("Ana", "lab1", b"2", datetime(2021, 10, 17))


def test_a_run_is_recorded_and_comes_back_whole(book: Gradebook, make_graded: MakeGraded) -> None:
    graded = make_graded(b"nb")
    attempt = book.receive("Quispe Mamani, José", "lab2", b"nb", NOON)
    run = book.record(attempt, graded, NOON)
    assert (run.score, run.max_score) == (2.0, 4.0)
    assert run.ended_at - run.started_at == timedelta(seconds=2.5)
    assert book.graded(run.id) == graded
    [row] = book.grades()
    assert (row.student, row.lab, row.attempt, row.score, row.max_score) == ("Quispe Mamani, José", "lab2", 1, 2.0, 4.0)
    assert [(question.id, question.score) for question in row.questions] == [("kernel", 2.0), ("essay", None)]
    assert row.pending_manual == ("essay",)


def test_another_submission_cannot_be_recorded_as_this_attempt(book: Gradebook, make_graded: MakeGraded) -> None:
    attempt = book.receive("Ana", "lab2", b"mine", NOON)
    with pytest.raises(ValueError, match="not attempt 1"):
        book.record(attempt, make_graded(b"another's"), NOON)


def test_an_internal_verdict_writes_no_score(book: Gradebook, make_graded: MakeGraded) -> None:
    attempt = book.receive("Ana", "lab2", b"nb", NOON)
    run = book.record(attempt, make_graded(b"nb", a=Verdict.PASSED, b=Verdict.INTERNAL), NOON)
    assert run.score is None
    [row] = book.grades()
    assert row.score is None
    assert row.internal
    assert [question.score for question in row.questions] == [2.0, None]


def test_our_failure_never_replaces_a_grade_and_a_retry_does(book: Gradebook, make_graded: MakeGraded) -> None:
    attempt = book.receive("Ana", "lab2", b"nb", NOON)
    book.record(attempt, make_graded(b"nb", a=Verdict.INTERNAL), NOON)
    book.record(attempt, make_graded(b"nb", a=Verdict.PARTIAL), NOON)
    book.record(attempt, make_graded(b"nb", a=Verdict.INTERNAL), NOON)
    assert [row.score for row in book.grades()] == [1.0]
    book.record(attempt, make_graded(b"nb", a=Verdict.PASSED), NOON)
    assert [row.score for row in book.grades()] == [2.0]


def test_latest_and_best_choose_one_attempt_of_each_student_and_lab(book: Gradebook, make_graded: MakeGraded) -> None:
    for content, verdict in [
        (b"1", Verdict.PASSED),
        (b"2", Verdict.PASSED),
        (b"3", Verdict.FAILED),
        (b"4", Verdict.INTERNAL),
    ]:
        book.record(book.receive("Ana", "lab2", content, NOON), make_graded(content, a=verdict), NOON)
    book.record(book.receive("Luis", "lab2", b"1", NOON), make_graded(b"1", a=Verdict.FAILED), NOON)
    assert [(row.student, row.attempt) for row in book.latest()] == [("Ana", 4), ("Luis", 1)]
    assert [(row.student, row.attempt) for row in book.best("lab2")] == [("Ana", 1), ("Luis", 1)]
    assert book.grades("lab1") == []
    assert [row.attempt for row in book.grades(student="Ana")] == [1, 2, 3, 4]


def test_text_that_no_database_takes_is_still_recorded(book: Gradebook, make_graded: MakeGraded) -> None:
    attempt = book.receive("Ana\udcff\0", "lab2", b"nb", NOON)
    book.record(attempt, make_graded(b"nb"), NOON)
    assert [row.student for row in book.grades()] == ["Ana?\N{REPLACEMENT CHARACTER}"]


def test_grades_take_the_same_number_of_queries_for_few_rows_and_for_many(
    tmp_path: Path, make_graded: MakeGraded
) -> None:
    counts = []
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    with Gradebook.open(tmp_path) as book:
        for students in (2, 30):
            for number in range(students):
                attempt = book.receive(f"s{number}", "lab2", b"nb", NOON)
                book.record(attempt, make_graded(b"nb"), NOON)
            queries: list[str] = []
            listen = lambda *args, seen=queries: seen.append(args[2])  # noqa: E731
            event.listen(book._engine, "before_cursor_execute", listen)
            assert len(book.grades()) == students
            event.remove(book._engine, "before_cursor_execute", listen)
            counts.append(len(queries))
    engine.dispose()
    assert counts[0] == counts[1]


def test_a_gradebook_opened_again_has_what_it_had(tmp_path: Path, make_graded: MakeGraded) -> None:
    with Gradebook.open(tmp_path) as book:
        book.record(book.receive("Ana", "lab2", b"nb", NOON), make_graded(b"nb"), NOON)
    with Gradebook.open(tmp_path) as book:
        assert len(book.grades()) == 1


def test_the_url_puts_the_tables_elsewhere(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "home", url=f"sqlite:///{tmp_path / 'other.db'}") as book:
        book.receive("Ana", "lab1", b"1", NOON)
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "home" / "autograder.db").exists()


def test_the_database_waits_for_writers_checks_foreign_keys_and_is_private(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    with engine.connect() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000}
    assert (tmp_path / "autograder.db").stat().st_mode & 0o777 == 0o600


def test_the_migrations_make_the_tables_that_the_models_describe(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    engine.dispose()


def test_several_processes_may_open_a_new_gradebook_at_once(tmp_path: Path) -> None:
    def open_and_close(_: int) -> None:
        Gradebook.open(tmp_path).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_and_close, range(4)))


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    Gradebook.open(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'autograder.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNew, match="actualiza autograder"):
        Gradebook.open(tmp_path)
