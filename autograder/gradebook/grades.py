"""Grades as plain rows: which attempt of several counts, and the table that opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.course.result import Verdict

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionGrade:
    """One question of a grade. ``score`` is None while a person, or we, still owe it."""

    id: str
    points: float
    score: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """What one attempt is worth. ``score`` is None when our own failure kept it from being graded."""

    student: str
    lab: str
    attempt: int  # its number
    received_at: datetime
    score: float | None
    max_score: float
    questions: tuple[QuestionGrade, ...]
    run: int  # the run it rests on

    @property
    def pending_manual(self) -> tuple[str, ...]:
        """Ids of the questions that wait for a person."""
        return tuple(q.id for q in self.questions if q.verdict is Verdict.MANUAL and q.score is None)

    @property
    def internal(self) -> bool:
        """Whether we failed to grade it: it has no score, and staff should look."""
        return self.score is None


def latest(rows: Iterable[GradeRow]) -> list[GradeRow]:
    """Return each student's newest attempt at each lab."""
    return _one_each(rows, lambda row: (row.attempt, 0))


def best(rows: Iterable[GradeRow]) -> list[GradeRow]:
    """Return each student's best attempt at each lab: of equal ones the first, one without a score only if all are."""
    return _one_each(rows, lambda row: (-1.0 if row.score is None else row.score, -row.attempt))


def _one_each(rows: Iterable[GradeRow], worth: Callable[[GradeRow], tuple[float, int]]) -> list[GradeRow]:
    chosen: dict[tuple[str, str], GradeRow] = {}
    for row in rows:
        key = (row.student, row.lab)
        if key not in chosen or worth(row) > worth(chosen[key]):
            chosen[key] = row
    return list(chosen.values())


def to_csv(rows: Sequence[GradeRow]) -> str:
    """Return the rows as CSV (RFC 4180: CRLF, quotes where needed); write it as UTF-8.

    The first line names the columns: a row's own, then one for each question met, named ``lab/question``. A score that
    nobody has given yet is empty, never 0. Times are UTC, ISO 8601.

    A spreadsheet runs a cell that begins with ``= + - @`` as a formula, and a student chooses what their folder is
    called. Such text is written after an apostrophe, which is what OWASP advises: a spreadsheet shows it as text; a
    program that reads the file back must expect it. Numbers are ours and are written as they are.
    """
    columns = list(dict.fromkeys((row.lab, question.id) for row in rows for question in row.questions))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    own = ["student", "lab", "attempt", "received_at", "score", "max_score", "pending_manual"]
    writer.writerow([*own, *(_harmless(f"{lab}/{question}") for lab, question in columns)])
    for row in rows:
        writer.writerow(_cells(row, columns))
    return text.getvalue()


def _cells(row: GradeRow, columns: list[tuple[str, str]]) -> list[str]:
    scores = {(row.lab, question.id): question.score for question in row.questions}
    return [
        _harmless(row.student),
        _harmless(row.lab),
        str(row.attempt),
        row.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        _number(row.score),
        _number(row.max_score),
        str(len(row.pending_manual)),
        *(_number(scores.get(column)) for column in columns),
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 6):.15g}"
