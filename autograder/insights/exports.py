"""Grades as files that other programs open: CSV for a spreadsheet, JSON for a program, and nbgrader's own columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.course.cohort import Cohort, Person
from autograder.course.result import Json
from autograder.insights.facts import AttemptFact
from autograder.insights.progress import Report
from autograder.insights.sight import Sight
from autograder.schedule.rules import Standing

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BOM = "\ufeff"
"""Before CSV it tells Excel that the file is UTF-8; other programs read it as part of the first column's name."""

NBGRADER_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV (RFC 4180: CRLF, quotes where needed).

    Text that a spreadsheet would run as a formula is written after an apostrophe (OWASP); numbers are written as they
    are, times as ISO 8601 in UTC, None as nothing.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return f"{round(value, 6):.15g}"
    if isinstance(value, datetime):
        return _utc(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One student at one lab: where they stand, and the attempt that it rests on."""

    person: Person
    standing: Standing
    attempt: AttemptFact | None

    def question(self, id: str) -> float | None:
        """Return the score of a question in that attempt, None where nobody has given one."""
        found = self.attempt.run.question(id) if self.attempt and self.attempt.run else None
        return found.score if found else None


def grades(sight: Sight, labs: Sequence[str]) -> list[Grade]:
    """Return a grade for each student of the cohort and lab, handed in or not."""
    found = []
    for lab in labs:
        facts = sight.facts.lab(lab)
        for person in sight.cohort.students:
            standing = sight.standing[person.user][lab]
            attempts = (one for one in facts.of(person.user) if one.number == standing.counted)
            found.append(Grade(person=person, standing=standing, attempt=next(attempts, None)))
    return found


def grades_csv(sight: Sight, labs: Sequence[str]) -> str:
    """Return the grades as CSV: a row a student and lab, a column a question named ``lab/question``."""
    columns = [(lab, id) for lab in labs for id in sight.points(lab)]
    rows = ([*_own(grade), *_questions(grade, columns)] for grade in grades(sight, labs))
    return table([[*_OWN, *(f"{lab}/{id}" for lab, id in columns)], *rows])


_OWN = (
    "student",
    "name",
    "group",
    "lab",
    "state",
    "due",
    "extended",
    "attempts",
    "attempt",
    "received_at",
    "late_days",
    "raw_score",
    "factor",
    "score",
    "max_score",
    "overridden",
)


def _own(grade: Grade) -> list[object]:
    person, standing = grade.person, grade.standing
    return [
        person.user,
        person.name,
        person.group,
        standing.lab,
        standing.state.value,
        standing.due,
        standing.extended,
        standing.used,
        standing.counted,
        grade.attempt.received_at if grade.attempt else None,
        standing.lateness.days,
        standing.raw,
        standing.lateness.factor,
        standing.score,
        standing.max_score,
        standing.overridden,
    ]


def _questions(grade: Grade, columns: Sequence[tuple[str, str]]) -> list[float | None]:
    return [grade.question(id) if lab == grade.standing.lab else None for lab, id in columns]


def grades_json(sight: Sight, labs: Sequence[str]) -> str:
    """Return the grades as JSON (UTF-8, accents as they are)."""
    listed: list[Json] = [_json(grade) for grade in grades(sight, labs)]
    return json.dumps({"cohort": sight.cohort.slug, "asof": _utc(sight.asof), "grades": listed}, ensure_ascii=False)


def _json(grade: Grade) -> Json:
    run = grade.attempt.run if grade.attempt else None
    own = dict(zip(_OWN, _own(grade), strict=True))
    plain: dict[str, Json] = {
        key: _utc(value) if isinstance(value, datetime) else value  # type: ignore[misc]  # str, number, bool or None
        for key, value in own.items()
    }
    questions: list[Json] = [
        {"id": one.id, "points": one.points, "score": one.score, "verdict": one.verdict.value}
        for one in (run.questions if run else ())
    ]
    return plain | {"questions": questions}


def nbgrader_csv(sight: Sight, labs: Sequence[str]) -> str:
    """Return the grades in the columns that ``nbgrader export`` writes, with quotes where names have commas.

    As nbgrader does, who handed nothing in has a score of 0.0 and no timestamp. Times are UTC without a zone.
    """
    return table([NBGRADER_COLUMNS, *(_nbgrader_row(sight.cohort, grade) for grade in grades(sight, labs))])


def _nbgrader_row(cohort: Cohort, grade: Grade) -> list[object]:
    person, standing = grade.person, grade.standing
    last, _, first = person.name.partition(",")
    raw = standing.raw or 0.0
    score = standing.score or 0.0
    return [
        standing.lab,
        _bare(cohort.dates(standing.lab).due),
        _bare(grade.attempt.received_at) if grade.attempt else "",
        person.user,
        last.strip(),
        first.strip(),
        person.email,
        float(raw),
        float(max(0.0, raw - score)),
        float(score),
        float(standing.max_score),
    ]


def _bare(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def report_csv(report: Report) -> str:
    """Return a progress report as CSV: a row a student, those who need help first."""
    labs = [lab.lab for lab in report.labs]
    head = ("student", "name", "group", "score", "max_score", "gained", "attempts", "attempts_since", "last", "missing")
    columns = [column for lab in labs for column in (f"{lab}/state", f"{lab}/score", f"{lab}/late_days")]
    rows = []
    for one in report.students:
        own = [one.person.user, one.person.name, one.person.group, one.score, one.max_score, one.gained]
        own += [one.attempts, one.since, one.last, " ".join(one.missing)]
        stuck = " ".join(f"{stuck.lab}/{stuck.question}" for stuck in one.stuck)
        each = [value for standing in one.standings for value in _brief(standing)]
        rows.append([*own, stuck, bool(one.silent), *each])
    return table([[*head, "stuck", "silent", *columns], *rows])


def _brief(standing: Standing) -> tuple[str, float | None, int]:
    return standing.state.value, standing.score, standing.lateness.days
