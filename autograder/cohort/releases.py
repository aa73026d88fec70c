"""Whether a lab, and what was said of its attempts, is published. Without a word of staff's, the dates decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note
from autograder.course.cohort import Cohort
from autograder.state.cohort_tables import ReleaseRow


class ReleaseKind(StrEnum):
    """What is published."""

    LAB = "lab"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What staff said of each lab; of most nothing."""

    said: Mapping[tuple[str, ReleaseKind], bool] = field(default_factory=dict)

    def lab_released(self, cohort: Cohort, lab: str, now: datetime) -> bool:
        """Return whether students can fetch a lab: as staff said, else from the hour at which it opens."""
        return self.said.get((lab, ReleaseKind.LAB), now >= cohort.dates(lab).opens)

    def feedback_released(self, lab: str) -> bool:
        """Return whether students see the grades of a lab: as staff said, else as soon as there are any."""
        return self.said.get((lab, ReleaseKind.FEEDBACK), True)


def set_release(session: Session, act: Act, cohort: Cohort, *, lab: str, kind: ReleaseKind, released: bool) -> None:
    """Publish a lab or its feedback, or hold it back. Raises ``ActionRefused`` for a lab that is not the cohort's."""
    if lab not in {dates.lab for dates in cohort.labs}:
        raise ActionRefused("cohort.refused.lab", lab=lab)
    session.add(ReleaseRow(cohort=act.cohort, lab=lab, kind=kind.value, released=released, actor=act.actor, at=act.at))
    note(session, act, "release.open" if released else "release.hold", lab=lab, kind=kind.value)


def read_releases(session: Session, cohort: str) -> Releases:
    """Return what stands in a cohort."""
    rows = session.scalars(select(ReleaseRow).where(ReleaseRow.cohort == cohort).order_by(ReleaseRow.id))
    return Releases(said={(row.lab, ReleaseKind(row.kind)): row.released for row in rows})
