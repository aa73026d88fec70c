"""When a person's dates were last moved, so that calendars notice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.schedule.events import Moves
from autograder.state.cohort_tables import ExtensionRow, RuleChangeRow


def read_moves(session: Session, slug: str, user: str, file: Path) -> Moves:
    """Return when the cohort's file was written, and when each lab's dates were changed for all or for ``user``."""
    changes = session.execute(select(RuleChangeRow.key, RuleChangeRow.at).where(RuleChangeRow.cohort == slug))
    found = [(key.removeprefix("lab."), at) for key, at in changes if key.startswith("lab.")]
    mine = select(ExtensionRow.lab, ExtensionRow.at, ExtensionRow.revoked_at).where(ExtensionRow.user == user)
    for lab, at, revoked_at in session.execute(mine):
        found.append((lab, revoked_at or at))
    labs: dict[str, datetime] = {}
    for lab, at in found:
        labs[lab] = max(at, labs.get(lab, at))
    return Moves(file=_written(file), labs=labs)


def _written(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    except OSError:
        return Moves().file
