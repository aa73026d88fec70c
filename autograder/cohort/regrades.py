"""Regrades: which attempts were queued again, why, and what changed for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note, reason_given
from autograder.state.attempt_tables import AttemptRow, RunRow, StudentRow
from autograder.state.cohort_tables import RegradeRow


class Scope(StrEnum):
    """Which attempts are graded again."""

    LATEST = "latest"  # each student's newest
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrade:
    """One regrade of a lab."""

    id: int
    lab: str
    scope: Scope
    attempts: tuple[int, ...]
    reason: str
    actor: str
    at: datetime
    last_run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One attempt before and after. ``after`` and ``run`` are None while it waits; scores None for our failure."""

    student: str
    attempt: int  # its number
    before: float | None
    after: float | None
    max_score: float
    run: int | None

    @property
    def waiting(self) -> bool:
        """Whether it has not been graded again yet."""
        return self.run is None

    @property
    def delta(self) -> float:
        """How many points it moved, 0 while that is not known."""
        return 0.0 if self.before is None or self.after is None else self.after - self.before


def attempts_to_regrade(session: Session, lab_id: int, scope: Scope) -> list[int]:
    """Return the ids of the attempts that a regrade of a lab queues, ``lab_id`` being its row's, oldest first.

    Only what was graded before is graded again: a surplus attempt stays held.
    """
    graded = select(RunRow.id).where(RunRow.attempt_id == AttemptRow.id).exists()
    query = select(AttemptRow.id, AttemptRow.student_id, AttemptRow.number).where(AttemptRow.lab_id == lab_id, graded)
    rows = list(session.execute(query.order_by(AttemptRow.student_id, AttemptRow.number)))
    if scope is Scope.ALL:
        return sorted(id for id, _, _ in rows)
    return sorted({student: id for id, student, _ in rows}.values())


def start_regrade(session: Session, act: Act, *, lab: str, scope: Scope, attempts: Sequence[int]) -> int:
    """Write down that attempts are graded again and return the regrade's id. Raises ``ActionRefused``."""
    reason_given(act)
    if not attempts:
        raise ActionRefused("cohort.refused.no_attempts", lab=lab)
    last = session.scalar(select(func.max(RunRow.id))) or 0
    row = RegradeRow(
        lab=lab,
        scope=scope.value,
        attempts=list(attempts),
        last_run=last,
        reason=act.reason.strip(),
        actor=act.actor,
        at=act.at,
    )
    session.add(row)
    session.flush()
    note(session, act, "regrade.start", lab=lab, regrade=row.id, scope=scope.value, attempts=len(attempts))
    return row.id


def regrades(session: Session, limit: int = 20) -> list[Regrade]:
    """Return the newest regrades first."""
    return [_regrade(row) for row in session.scalars(select(RegradeRow).order_by(RegradeRow.id.desc()).limit(limit))]


def regrade(session: Session, id: int) -> Regrade:
    """Return one regrade. Raises ``KeyError`` when there is none."""
    row = session.get(RegradeRow, id)
    if row is None:
        raise KeyError(id)
    return _regrade(row)


def changes(session: Session, one: Regrade) -> list[Change]:
    """Return what a regrade changed, an attempt a row, by how much it moved. Three queries, however many attempts."""
    wanted = set(one.attempts)
    query = (
        select(AttemptRow.id, AttemptRow.number, StudentRow.name)
        .join(AttemptRow.student)
        .where(AttemptRow.lab_id.in_(select(AttemptRow.lab_id).where(AttemptRow.id.in_(list(wanted)[:1]))))
    )
    before = _runs(session, wanted, RunRow.id <= one.last_run)
    after = _runs(session, wanted, RunRow.id > one.last_run)
    found = []
    for id, number, student in session.execute(query):
        if id not in wanted:
            continue
        was, now = before.get(id), after.get(id)
        newest = now or was
        found.append(
            Change(
                student=student,
                attempt=number,
                before=was.score if was else None,
                after=now.score if now else None,
                max_score=newest.max_score if newest else 0.0,
                run=now.id if now else None,
            )
        )
    return sorted(found, key=lambda change: (change.waiting, -abs(change.delta), change.student, change.attempt))


def _runs(session: Session, wanted: set[int], when: object) -> dict[int, RunRow]:
    """Return the newest run of each attempt that counts: one that ended by our own failure only if all did."""
    labs = select(AttemptRow.lab_id).where(AttemptRow.id.in_(list(wanted)[:1]))
    query = (
        select(RunRow)
        .join(RunRow.attempt)
        .where(AttemptRow.lab_id.in_(labs), when)  # type: ignore[arg-type]  # a comparison of a column
        .order_by(RunRow.internal.desc(), RunRow.id)
    )
    return {row.attempt_id: row for row in session.scalars(query) if row.attempt_id in wanted}


def _regrade(row: RegradeRow) -> Regrade:
    return Regrade(
        id=row.id,
        lab=row.lab,
        scope=Scope(row.scope),
        attempts=tuple(row.attempts),
        reason=row.reason,
        actor=row.actor,
        at=row.at,
        last_run=row.last_run,
    )
