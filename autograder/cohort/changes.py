"""Rules and dates that were changed after the cohort's file was written, laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, ActionRefused, note, reason_given
from autograder.course.cohort import Cohort, Counts, LabDates, Policy
from autograder.state.cohort_tables import RuleChangeRow

MOST_DAYS, MOST_GRACE = 60, timedelta(days=7)


def change_policy(session: Session, act: Act, cohort: Cohort, policy: Policy) -> None:
    """Put a policy in place of the cohort's. Raises ``ActionRefused``."""
    reason_given(act)
    _check(policy)
    before = _policy_json(cohort.policy)
    _change(session, act, "policy", _policy_json(policy))
    note(session, act, "policy.change", now=_policy_json(policy), before=before)


def change_dates(session: Session, act: Act, cohort: Cohort, dates: LabDates) -> None:
    """Move a lab for the whole cohort, or give it a limit of attempts of its own. Raises ``ActionRefused``."""
    reason_given(act)
    try:
        before = _dates_json(cohort.dates(dates.lab))
    except KeyError:
        raise ActionRefused("cohort.refused.lab", lab=dates.lab) from None
    if dates.due <= dates.opens:
        raise ActionRefused("cohort.refused.due_before_opens")
    if dates.attempts is not None and not 0 <= dates.attempts <= 1000:
        raise ActionRefused("cohort.refused.attempts", most=1000)
    _change(session, act, f"lab.{dates.lab}", _dates_json(dates))
    note(session, act, "dates.change", lab=dates.lab, now=_dates_json(dates), before=before)


def changes_mark(session: Session, slug: str) -> int:
    """Return a number that differs whenever a cohort's changes may."""
    newest = select(func.coalesce(func.max(RuleChangeRow.id), 0)).where(RuleChangeRow.cohort == slug)
    return session.scalar(newest) or 0


def with_changes(session: Session, cohort: Cohort) -> Cohort:
    """Return the cohort as changed since its file was written."""
    rows = session.scalars(select(RuleChangeRow).where(RuleChangeRow.cohort == cohort.slug).order_by(RuleChangeRow.id))
    values = {row.key: row.value for row in rows}
    return apply_changes(cohort, values) if values else cohort


def apply_changes(cohort: Cohort, values: Mapping[str, Mapping[str, Any]]) -> Cohort:
    """Return the cohort with ``values`` laid over it, by key: "policy", "lab.lab1"."""
    policy = _policy(values["policy"]) if "policy" in values else cohort.policy
    labs = tuple(
        _dates(cohort, values[key]) if (key := f"lab.{dates.lab}") in values else dates for dates in cohort.labs
    )
    return replace(cohort, policy=policy, labs=labs)


def _change(session: Session, act: Act, key: str, value: dict[str, Any]) -> None:
    session.add(
        RuleChangeRow(cohort=act.cohort, key=key, value=value, reason=act.reason.strip(), actor=act.actor, at=act.at)
    )


def _check(policy: Policy) -> None:
    if not (0.0 <= policy.per_day <= 1.0 and 0.0 <= policy.floor <= 1.0):
        raise ActionRefused("cohort.refused.share")
    if not timedelta(0) <= policy.grace <= MOST_GRACE:
        raise ActionRefused("cohort.refused.grace", days=MOST_GRACE.days)
    if not (0 <= policy.free_days <= MOST_DAYS and 0 <= policy.attempts <= 1000 and 0 <= policy.solution_after <= 1000):
        raise ActionRefused("cohort.refused.number")


def _policy_json(policy: Policy) -> dict[str, Any]:
    return {**asdict(policy), "grace": policy.grace.total_seconds(), "counts": policy.counts.value}


def _policy(raw: Mapping[str, Any]) -> Policy:
    fields = {**raw, "grace": timedelta(seconds=raw["grace"]), "counts": Counts(raw["counts"])}
    return Policy(**fields)


def _dates_json(dates: LabDates) -> dict[str, Any]:
    return {
        "lab": dates.lab,
        "opens": dates.opens.isoformat(),
        "due": dates.due.isoformat(),
        "attempts": dates.attempts,
    }


def _dates(cohort: Cohort, raw: Mapping[str, Any]) -> LabDates:
    opens, due = (datetime.fromisoformat(raw[key]).astimezone(cohort.zone) for key in ("opens", "due"))
    return LabDates(lab=raw["lab"], opens=opens, due=due, attempts=raw["attempts"])
