"""What staff decide of one student: more time, more attempts, a grade in place of the rules', points by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note, reason_given
from autograder.course.cohort import Cohort
from autograder.schedule.rules import Extension
from autograder.state.cohort_tables import ExtensionRow, OverrideRow, SolutionViewRow

Decision = TypeVar("Decision", ExtensionRow, OverrideRow)

MOST_ATTEMPTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All that stands. ``mark`` differs whenever the rest may."""

    mark: tuple[int, ...] = ()
    extensions: tuple[Extension, ...] = ()
    overrides: Mapping[tuple[str, str], float] = field(default_factory=dict)  # (student, lab) → score
    seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # when the worked solution was opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An extension or an override as it is listed."""

    id: int
    user: str
    lab: str
    reason: str
    actor: str
    at: datetime
    due: datetime | None = None
    attempts: int = 0
    score: float | None = None


def read_decisions(session: Session, known: Decisions | None = None) -> Decisions:
    """Return what stands: one query asks whether it changed, three more read it. ``known`` itself when nothing did."""
    mark = _mark(session)
    if known is not None and known.mark == mark:
        return known
    return Decisions(
        mark=mark,
        extensions=tuple(
            Extension(user=one.user, lab=one.lab, due=one.due, attempts=one.attempts)
            for one in session.scalars(_standing(ExtensionRow))
        ),
        overrides={(one.user, one.lab): one.score for one in session.scalars(_standing(OverrideRow))},
        seen={(one.user, one.lab): one.at for one in session.scalars(select(SolutionViewRow))},
    )


def extensions_of(session: Session, user: str) -> tuple[Extension, ...]:
    """Return what one student was granted, oldest first."""
    rows = session.scalars(_standing(ExtensionRow).where(ExtensionRow.user == user))
    return tuple(Extension(user=row.user, lab=row.lab, due=row.due, attempts=row.attempts) for row in rows)


def grant_extension(
    session: Session, act: Act, cohort: Cohort, *, user: str, lab: str, due: datetime | None, attempts: int = 0
) -> None:
    """Give one student until ``due`` (None: the date stays) and so many more attempts.

    It stands in place of an earlier extension of theirs at that lab. Raises ``ActionRefused``.
    """
    reason_given(act)
    _must_be_student(cohort, user)
    usual = _dates_due(cohort, lab)
    if due is not None and due <= usual:
        raise ActionRefused("cohort.refused.extension_earlier", due=f"{usual:%Y-%m-%d %H:%M}")
    if due is None and attempts == 0:
        raise ActionRefused("cohort.refused.extension_empty")
    if not 0 <= attempts <= MOST_ATTEMPTS:
        raise ActionRefused("cohort.refused.attempts", most=MOST_ATTEMPTS)
    before = _revoke(session, act, ExtensionRow, user, lab)
    session.add(
        ExtensionRow(
            user=user, lab=lab, due=due, attempts=attempts, reason=act.reason.strip(), actor=act.actor, at=act.at
        )
    )
    set_now = {"due": None if due is None else due.isoformat(), "attempts": attempts}
    note(session, act, "extension.grant", user=user, lab=lab, **set_now, before=_extension_json(before))


def revoke_extension(session: Session, act: Act, *, user: str, lab: str) -> None:
    """Take an extension back. Raises ``ActionRefused`` when there is none."""
    reason_given(act)
    before = _revoke(session, act, ExtensionRow, user, lab)
    if before is None:
        raise ActionRefused("cohort.refused.nothing")
    note(session, act, "extension.revoke", user=user, lab=lab, before=_extension_json(before))


def override_grade(
    session: Session, act: Act, cohort: Cohort, *, user: str, lab: str, score: float, max_score: float
) -> None:
    """Set a student's grade of a lab, whatever their attempts say. Raises ``ActionRefused``."""
    reason_given(act)
    _must_be_student(cohort, user)
    _dates_due(cohort, lab)
    if not 0.0 <= score <= max_score:  # written so that NaN is refused
        raise ActionRefused("cohort.refused.score", most=f"{max_score:g}")
    before = _revoke(session, act, OverrideRow, user, lab)
    session.add(OverrideRow(user=user, lab=lab, score=score, reason=act.reason.strip(), actor=act.actor, at=act.at))
    note(session, act, "override.set", user=user, lab=lab, score=score, before=before and before.score)


def revoke_override(session: Session, act: Act, *, user: str, lab: str) -> None:
    """Let the rules speak again. Raises ``ActionRefused`` when there is no override."""
    reason_given(act)
    before = _revoke(session, act, OverrideRow, user, lab)
    if before is None:
        raise ActionRefused("cohort.refused.nothing")
    note(session, act, "override.revoke", user=user, lab=lab, before=before.score)


def open_solution(session: Session, act: Act, *, lab: str) -> None:
    """Write down that ``act.actor`` opened a lab's worked solution; a second time changes nothing."""
    known = (SolutionViewRow.user == act.actor, SolutionViewRow.lab == lab)
    if session.scalar(select(SolutionViewRow).where(*known)) is None:
        session.add(SolutionViewRow(user=act.actor, lab=lab, at=act.at))
        note(session, act, "solution.open", user=act.actor, lab=lab)


def granted(session: Session) -> list[Granted]:
    """Return the extensions and overrides that stand, newest first."""
    rows = [
        *(
            Granted(
                id=row.id,
                user=row.user,
                lab=row.lab,
                reason=row.reason,
                actor=row.actor,
                at=row.at,
                due=row.due,
                attempts=row.attempts,
            )
            for row in session.scalars(_standing(ExtensionRow))
        ),
        *(
            Granted(
                id=row.id, user=row.user, lab=row.lab, reason=row.reason, actor=row.actor, at=row.at, score=row.score
            )
            for row in session.scalars(_standing(OverrideRow))
        ),
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _mark(session: Session) -> tuple[int, ...]:
    counts = [
        select(func.coalesce(function(column), 0)).scalar_subquery()
        for column, function in (
            (ExtensionRow.id, func.max),
            (ExtensionRow.revoked_at, func.count),
            (OverrideRow.id, func.max),
            (OverrideRow.revoked_at, func.count),
            (SolutionViewRow.id, func.count),
        )
    ]
    return tuple(session.execute(select(*counts)).one())


def _standing(kind: type[Decision]) -> Select[Decision]:
    return select(kind).where(kind.revoked_at.is_(None)).order_by(kind.id)


def _revoke(session: Session, act: Act, kind: type[Decision], user: str, lab: str) -> Decision | None:
    rows = list(session.scalars(_standing(kind).where(kind.user == user, kind.lab == lab)))
    for row in rows:
        row.revoked_at = act.at
    return rows[-1] if rows else None


def _must_be_student(cohort: Cohort, user: str) -> None:
    if user not in {person.user for person in cohort.students}:
        raise ActionRefused("cohort.refused.student", user=user)


def _dates_due(cohort: Cohort, lab: str) -> datetime:
    try:
        return cohort.dates(lab).due
    except KeyError:
        raise ActionRefused("cohort.refused.lab", lab=lab) from None


def _extension_json(row: ExtensionRow | None) -> dict[str, object] | None:
    return None if row is None else {"due": row.due and row.due.isoformat(), "attempts": row.attempts}
