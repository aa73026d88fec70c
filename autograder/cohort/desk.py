"""The desk where staff's decisions are written: one transaction each, with who, when and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from autograder.state.cohort_tables import AuditRow


class ActionRefused(ValueError):
    """An action that cannot be done. ``id`` and ``values`` make its sentence in the reader's language."""

    def __init__(self, id: str, /, **values: object) -> None:
        super().__init__(id, values)
        self.id, self.values = id, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, when, and why. ``cohort`` is the slug of the cohort in which it is done."""

    actor: str
    at: datetime
    reason: str = ""
    cohort: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit trail."""

    id: int
    at: datetime
    actor: str
    action: str
    user: str
    lab: str
    reason: str
    detail: Mapping[str, Any]


class Desk:
    """Opens sessions on the database of a cohort. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._reading = sessionmaker(engine)
        self._writing = sessionmaker(engine.execution_options(writes=True))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that writes nothing."""
        with self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose work is kept whole, or not at all when something is raised."""
        with self._writing.begin() as session:
            yield session


def note(session: Session, act: Act, action: str, *, user: str = "", lab: str = "", **detail: Any) -> None:
    """Write a line of the audit trail. ``detail`` is plain JSON: what was set, and ``before`` what was there."""
    session.add(
        AuditRow(
            at=act.at, actor=act.actor, action=action, user=user, lab=lab, reason=act.reason.strip(), detail=detail
        )
    )


def trail(
    session: Session, *, user: str = "", action: str = "", before: int | None = None, limit: int = 100
) -> list[Entry]:
    """Return the newest lines first; of one person or kind of action ("extension"), and those before a line's id."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if user:
        query = query.where((AuditRow.user == user) | (AuditRow.actor == user))
    if action:
        query = query.where(AuditRow.action.startswith(f"{action}.", autoescape=True))
    if before is not None:
        query = query.where(AuditRow.id < before)
    return [
        Entry(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            user=row.user,
            lab=row.lab,
            reason=row.reason,
            detail=row.detail,
        )
        for row in session.scalars(query)
    ]


def reason_given(act: Act) -> None:
    """Refuse an act without a reason: the audit trail is there to be understood."""
    if not act.reason.strip():
        raise ActionRefused("cohort.refused.reason")
