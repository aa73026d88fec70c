"""The heat map: a row a student, a cell a question or a lab; searched, filtered, sorted and cut into pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autograder.course.cohort import Person
from autograder.course.result import Verdict
from autograder.gradebook.grades import QuestionGrade
from autograder.insights.attention import silence
from autograder.insights.facts import AttemptFact
from autograder.insights.sight import Sight
from autograder.schedule.rules import LabState, Standing

PAGE_ROWS = 60


class Show(StrEnum):
    """Which students to show."""

    ALL = "all"
    MISSING = "missing"  # nothing handed in
    STUCK = "stuck"
    SILENT = "silent"
    LATE = "late"  # what counts came in late
    WAITING = "waiting"  # something is being graded, or waits for a person
    COMPLETE = "complete"


class Order(StrEnum):
    """What to sort by."""

    NAME = "name"
    SCORE = "score"
    ATTEMPTS = "attempts"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody asked to see. ``page`` counts from 1."""

    lab: str = ""  # "": all labs, a column each
    search: str = ""
    group: str = ""
    show: Show = Show.ALL
    order: Order = Order.NAME
    down: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One square. ``level`` is 0 to 4 by share of the points, None where there is no score."""

    id: str  # question or lab
    kind: str  # "score", "none" (nothing there), "todo", "wait", "ours"
    level: int | None
    score: float | None
    points: float
    late_days: int = 0
    attempt: int | None = None  # the attempt that it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student."""

    person: Person
    cells: tuple[Cell, ...]
    score: float | None  # what counts, of all shown
    max_score: float
    attempts: int
    last: datetime | None
    late_days: int
    extended: bool
    overridden: bool
    stuck: int  # questions
    silent: bool
    waiting: bool
    complete: bool
    attempt: int | None = None  # the counted one, of one lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """One page of rows, and how many there were before the cut."""

    columns: tuple[tuple[str, float], ...]  # id and points
    rows: tuple[Row, ...]
    found: int
    students: int
    page: int
    pages: int
    groups: tuple[str, ...]


def matrix(sight: Sight, query: Query) -> Matrix:
    """Return the page of the heat map that ``query`` asks for."""
    rows = sight.once(("rows", query.lab), lambda: _rows(sight, query.lab))
    columns = _columns(sight, query.lab)
    wanted = [row for row in rows if _wanted(row, query)]
    wanted.sort(key=lambda row: folded(row.person.name))
    if query.order is not Order.NAME:
        wanted.sort(key=_KEYS[query.order])
    if query.down:
        wanted.reverse()
    pages = max(1, -(-len(wanted) // PAGE_ROWS))
    page = max(1, min(query.page, pages))
    return Matrix(
        columns=columns,
        rows=tuple(wanted[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
        found=len(wanted),
        students=len(rows),
        page=page,
        pages=pages,
        groups=tuple(sorted({row.person.group for row in rows if row.person.group})),
    )


def folded(text: str) -> str:
    """Return text for comparing: without case and accents ("Núñez" sorts and is found as "nunez")."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _columns(sight: Sight, lab: str) -> tuple[tuple[str, float], ...]:
    if lab:
        return tuple(sight.points(lab).items())
    return tuple((dates.lab, _lab_points(sight, dates.lab)) for dates in sight.cohort.labs)


def _lab_points(sight: Sight, lab: str) -> float:
    return sum(sight.points(lab).values())


def _rows(sight: Sight, lab: str) -> tuple[Row, ...]:
    columns = _columns(sight, lab)
    labs = [lab] if lab else [dates.lab for dates in sight.cohort.labs]
    stuck: dict[str, int] = {}
    for id in labs:
        for one in sight.stuck(id):
            stuck[one.student] = stuck.get(one.student, 0) + 1
    make = _question_cells if lab else _lab_cells
    return tuple(
        _row(sight, person, labs, make(sight, person.user, columns, lab), columns, stuck.get(person.user, 0))
        for person in sight.cohort.students
    )


def _row(
    sight: Sight,
    person: Person,
    labs: Sequence[str],
    cells: tuple[Cell, ...],
    columns: Sequence[tuple[str, float]],
    stuck: int,
) -> Row:
    standings = [sight.standing[person.user][lab] for lab in labs]
    attempts = [attempt for lab in labs for attempt in sight.facts.lab(lab).of(person.user)]
    scores = [standing.score for standing in standings if standing.score is not None]
    return Row(
        person=person,
        cells=cells,
        score=sum(scores) if scores else None,
        max_score=sum(points for _, points in columns),
        attempts=len(attempts),
        last=max((attempt.received_at for attempt in attempts), default=None),
        late_days=sum(standing.lateness.days for standing in standings),
        extended=any(standing.extended for standing in standings),
        overridden=any(standing.overridden for standing in standings),
        stuck=stuck,
        silent=silence(person.user, attempts, standings, sight.asof) is not None,
        waiting=any(_waits(attempt) for attempt in attempts) or any(cell.kind == "wait" for cell in cells),
        complete=bool(standings) and all(standing.state is LabState.COMPLETE for standing in standings),
        attempt=standings[0].counted if len(labs) == 1 else None,
    )


def _waits(attempt: AttemptFact) -> bool:
    return attempt.run is None or attempt.run.internal


def _question_cells(sight: Sight, student: str, columns: Sequence[tuple[str, float]], lab: str) -> tuple[Cell, ...]:
    attempts = sight.facts.lab(lab).of(student)
    shown = _shown(attempts, sight.standing[student][lab])
    if shown is None or shown.run is None:
        kind = "wait" if attempts else "none"
        return tuple(Cell(id=id, kind=kind, level=None, score=None, points=points) for id, points in columns)
    results = {result.id: result for result in shown.run.questions}
    return tuple(_question_cell(id, points, results.get(id), shown.number) for id, points in columns)


def _shown(attempts: Sequence[AttemptFact], standing: Standing) -> AttemptFact | None:
    """Return the attempt that counts, else the newest."""
    return next((one for one in attempts if one.number == standing.counted), attempts[-1] if attempts else None)


_KINDS = {Verdict.NOT_ATTEMPTED: "todo", Verdict.SKIPPED: "todo", Verdict.MANUAL: "wait", Verdict.INTERNAL: "ours"}


def _question_cell(id: str, points: float, result: QuestionGrade | None, attempt: int) -> Cell:
    if result is None:
        return Cell(id=id, kind="none", level=None, score=None, points=points, attempt=attempt)
    kind = _KINDS.get(result.verdict, "score")
    if kind == "wait" and result.score is not None:
        kind = "score"
    level = level_of(result.score, points) if kind == "score" else None
    return Cell(id=id, kind=kind, level=level, score=result.score, points=points, attempt=attempt)


def _lab_cells(
    sight: Sight,
    student: str,
    columns: Sequence[tuple[str, float]],
    lab: str,  # noqa: ARG001 (as _question_cells)
) -> tuple[Cell, ...]:
    return tuple(_lab_cell(sight, student, id, points) for id, points in columns)


def _lab_cell(sight: Sight, student: str, lab: str, points: float) -> Cell:
    standing, attempts = sight.standing[student][lab], sight.facts.lab(lab).of(student)
    if standing.score is None:
        kind = ("ours" if all(map(_failed, attempts)) else "wait") if attempts else "none"
        return Cell(id=lab, kind=kind, level=None, score=None, points=points)
    return Cell(
        id=lab,
        kind="score",
        level=level_of(standing.score, standing.max_score or points),
        score=standing.score,
        points=points,
        late_days=standing.lateness.days,
        attempt=standing.counted,
    )


def _failed(attempt: AttemptFact) -> bool:
    return attempt.run is not None and attempt.run.internal


def level_of(score: float | None, points: float) -> int | None:
    """Return 0 for nothing, 4 for everything, 1 to 3 between; None without a score."""
    if score is None or points <= 0:
        return None
    share = score / points
    if share >= 1 - 1e-9:
        return 4
    return 0 if share <= 1e-9 else 1 + min(2, int(share * 3))


def _wanted(row: Row, query: Query) -> bool:
    if query.group and row.person.group != query.group:
        return False
    text = folded(f"{row.person.name} {row.person.user}")
    return all(word in text for word in folded(query.search).split()) and _SHOWN[query.show](row)


_SHOWN: dict[Show, Callable[[Row], bool]] = {
    Show.ALL: lambda row: True,  # noqa: ARG005
    Show.MISSING: lambda row: row.attempts == 0 or any(cell.kind == "none" for cell in row.cells),
    Show.STUCK: lambda row: row.stuck > 0,
    Show.SILENT: lambda row: row.silent,
    Show.LATE: lambda row: row.late_days > 0,
    Show.WAITING: lambda row: row.waiting,
    Show.COMPLETE: lambda row: row.complete,
}

_KEYS: dict[Order, Callable[[Row], float]] = {
    Order.SCORE: lambda row: -1.0 if row.score is None else row.score,
    Order.ATTEMPTS: lambda row: row.attempts,
    Order.LAST: lambda row: row.last.timestamp() if row.last else 0.0,
}
