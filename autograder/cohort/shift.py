"""The next cohort: the same dates moved by whole weeks, so that weekday and local hour stay. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from autograder.course.cohort import Cohort

_WEEK = timedelta(weeks=1)


def next_cohort(cohort: Cohort, start: date, slug: str | None = None) -> Cohort:
    """Return ``cohort`` held again: its first date falls on the same weekday, on ``start`` or within six days after.

    Staff stay, students do not. Without a ``slug`` it is the half-year of that first date ("2022-1"). Raises
    ``ValueError`` for a cohort without dates.
    """
    weeks = weeks_until(cohort, start)
    first = first_date(cohort) + weeks * _WEEK
    slug = slug or f"{first.year}-{1 if first.month <= 6 else 2}"

    def moved(moment: datetime) -> datetime:
        return _existing((moment.astimezone(cohort.zone) + weeks * _WEEK).replace(fold=0))

    return replace(
        cohort,
        slug=slug,
        title=cohort.title.replace(cohort.slug, slug),
        people=tuple(person for person in cohort.people if person.role.staff),
        labs=tuple(replace(dates, opens=moved(dates.opens), due=moved(dates.due)) for dates in cohort.labs),
        sessions=tuple(replace(session, starts=moved(session.starts)) for session in cohort.sessions),
    )


def first_date(cohort: Cohort) -> date:
    """Return the cohort's first day, in its zone. Raises ``ValueError`` when it has no dates."""
    moments = [*(dates.opens for dates in cohort.labs), *(session.starts for session in cohort.sessions)]
    return min(moments, key=lambda moment: moment.astimezone(UTC)).astimezone(cohort.zone).date()


def weeks_until(cohort: Cohort, start: date) -> int:
    """Return by how many weeks a cohort moves to begin on ``start`` or within six days after."""
    return -((first_date(cohort) - start).days // 7)


def _existing(moment: datetime) -> datetime:
    """Return the moment, or where clocks skip it, the same hour counted from before the skip (an hour later)."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
