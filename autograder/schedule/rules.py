"""What the calendar does to a grade: deadlines, lateness, attempts, and which attempt counts. Pure functions.

Every time is aware and ``now`` comes in as an argument. A late day lasts from one local hour to the same local hour of
the next day, in the cohort's zone, so that "due at 23:59" stays 23:59 when clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from autograder.course.cohort import Cohort, Counts, LabDates, Policy

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time (*prórroga*), or more attempts, for one student at one lab."""

    user: str
    lab: str
    due: datetime | None = None  # None: the date stays
    attempts: int = 0  # how many more than the lab's limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One attempt as the rules see it. ``score`` is None while it waits to be graded, or when we failed to."""

    number: int
    received_at: datetime
    score: float | None
    max_score: float = 0.0
    internal: bool = False  # our failure: costs no attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """What being late costs. ``days`` were begun after the grace time, ``free`` of them cost nothing."""

    days: int = 0
    free: int = 0
    factor: float = 1.0


class LabState(StrEnum):
    """Where a student stands at one lab."""

    UPCOMING = "upcoming"  # not open yet
    OPEN = "open"  # open, nothing handed in
    STARTED = "started"  # handed in; there is time for more
    COMPLETE = "complete"  # every point earned
    LATE = "late"  # the date has passed and nothing was handed in
    CLOSED = "closed"  # the date has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one student stands at one lab. ``score`` is what counts: after lateness, or as overridden."""

    lab: str
    state: LabState
    opens: datetime
    due: datetime
    extended: bool
    used: int
    left: int | None  # None: no limit
    counted: int | None  # the attempt that is the grade; None while there is none
    raw: float | None  # that attempt's score before lateness
    score: float | None
    max_score: float
    lateness: Lateness
    overridden: bool = False
    solution: bool = False  # whether the worked solution may be shown


def deadline(cohort: Cohort, lab: str, user: str, extensions: Iterable[Extension] = ()) -> datetime:
    """Return when ``lab`` is due for ``user``, aware. Of several extensions the last counts; none takes time away.

    Raises ``KeyError`` when the cohort does not take the lab.
    """
    due = cohort.dates(lab).due
    extended = _last_due(lab, user, extensions)
    return due if extended is None else max(due, extended)


def _last_due(lab: str, user: str, extensions: Iterable[Extension]) -> datetime | None:
    dues = [one.due for one in extensions if (one.user, one.lab) == (user, lab) and one.due is not None]
    return dues[-1] if dues else None


def days_late(received: datetime, due: datetime, policy: Policy, zone: ZoneInfo) -> int:
    """Return how many late days were begun: 0 up to ``grace`` after ``due``, 1 for the day after that."""
    limit = (due.astimezone(UTC) + policy.grace).astimezone(zone)
    moment = received.astimezone(UTC)
    if moment <= limit:
        return 0
    days = max(0, (moment - limit) // _DAY - 1)  # not too many: a local day lasts 23 hours at least
    while moment > (limit + days * _DAY).astimezone(UTC):  # same zone on both sides: the local hour stays
        days += 1
    return days


def late_factor(days: int, policy: Policy) -> float:
    """Return what a score is multiplied by after so many charged days: 1.0 for none, never less than ``floor``."""
    return 1.0 if days <= 0 else max(policy.floor, 1.0 - policy.per_day * days)


def lateness(received: datetime, due: datetime, policy: Policy, zone: ZoneInfo, *, free_left: int = 0) -> Lateness:
    """Return what being late costs a student who has ``free_left`` free days left."""
    days = days_late(received, due, policy, zone)
    free = min(days, max(0, free_left))
    return Lateness(days=days, free=free, factor=late_factor(days - free, policy))


def attempt_limit(cohort: Cohort, lab: str, user: str, extensions: Iterable[Extension] = ()) -> int | None:
    """Return how many attempts of ``user`` at ``lab`` are graded, None for no limit. Of several extensions the last
    counts. Raises ``KeyError``."""
    dates = cohort.dates(lab)
    limit = cohort.policy.attempts if dates.attempts is None else dates.attempts
    if limit == 0:
        return None
    more = [one.attempts for one in extensions if (one.user, one.lab) == (user, lab)]
    return max(1, limit + (more[-1] if more else 0))


def attempts_used(attempts: Iterable[Scored]) -> int:
    """Return how many attempts count against the limit: all but those that we failed to grade."""
    return sum(not attempt.internal for attempt in attempts)


def attempts_left(
    cohort: Cohort, lab: str, user: str, attempts: Iterable[Scored], extensions: Iterable[Extension] = ()
) -> int | None:
    """Return how many more attempts are graded, None for no limit. Raises ``KeyError``."""
    limit = attempt_limit(cohort, lab, user, extensions)
    return None if limit is None else max(0, limit - attempts_used(attempts))


def counted(
    attempts: Sequence[Scored], due: datetime, policy: Policy, zone: ZoneInfo, *, free_left: int = 0
) -> tuple[Scored, Lateness] | None:
    """Return the attempt that is the grade with its lateness, None while none is graded.

    By ``Counts.BEST`` the one worth most after lateness, of equal ones that which spends fewest free days, then the
    first; by ``Counts.LATEST`` the newest graded one.
    """
    graded = [(one, lateness(one.received_at, due, policy, zone, free_left=free_left)) for one in attempts]
    graded = [(one, late) for one, late in graded if one.score is not None]
    if not graded:
        return None
    if policy.counts is Counts.LATEST:
        return max(graded, key=lambda pair: pair[0].number)
    return max(graded, key=lambda pair: ((pair[0].score or 0.0) * pair[1].factor, -pair[1].free, -pair[0].number))


def standing(
    cohort: Cohort,
    user: str,
    lab: str,
    attempts: Sequence[Scored],
    extensions: Sequence[Extension] = (),
    *,
    now: datetime,
    free_left: int | None = None,
    override: float | None = None,
    seen: datetime | None = None,
) -> Standing:
    """Return how ``user`` stands at ``lab``.

    ``free_left`` is what earlier labs left of the free late days (None: all of them); ``override`` is a grade that
    staff gave in place of the rules'; ``seen`` is when the student opened the worked solution: later attempts do not
    count. Raises ``KeyError`` when the cohort does not take the lab.
    """
    policy, dates = cohort.policy, cohort.dates(lab)
    due = deadline(cohort, lab, user, extensions)
    free = policy.free_days if free_left is None else free_left
    honest = [one for one in attempts if seen is None or one.received_at <= seen]
    grade = counted(honest, due, policy, cohort.zone, free_left=free)
    limit = attempt_limit(cohort, lab, user, extensions)
    used = attempts_used(attempts) if limit is None else min(limit, attempts_used(attempts))  # a surplus one is held
    attempt, late = grade or (None, Lateness())
    raw = None if attempt is None else attempt.score
    score = override if override is not None else None if raw is None else raw * late.factor
    maximum = max((one.max_score for one in attempts), default=0.0)
    return Standing(
        lab=lab,
        state=_state(dates, due, bool(attempts), raw is not None and 0.0 < maximum <= raw, now),
        opens=dates.opens,
        due=due,
        extended=due != dates.due,
        used=used,
        left=None if limit is None else limit - used,
        counted=None if attempt is None else attempt.number,
        raw=raw,
        score=score,
        max_score=maximum,
        lateness=late if raw else Lateness(days=late.days, factor=late.factor),  # nothing earned, nothing spent
        overridden=override is not None,
        solution=solution_shown(policy, dates, due, used, now),
    )


def standings(
    cohort: Cohort,
    user: str,
    attempts: Mapping[str, Sequence[Scored]],
    extensions: Sequence[Extension] = (),
    *,
    now: datetime,
    overrides: Mapping[str, float] | None = None,
    seen: Mapping[str, datetime] | None = None,
) -> dict[str, Standing]:
    """Return how ``user`` stands at each of the cohort's labs, in its order.

    Free late days are spent by the labs in the order of the cohort's due dates: an earlier lab takes what its grade
    needs, a later one what is left.
    """
    mine = [one for one in extensions if one.user == user]
    free = cohort.policy.free_days
    found: dict[str, Standing] = {}
    for dates in sorted(cohort.labs, key=lambda dates: dates.due.astimezone(UTC)):
        found[dates.lab] = standing(
            cohort,
            user,
            dates.lab,
            attempts.get(dates.lab, ()),
            mine,
            now=now,
            free_left=free,
            override=(overrides or {}).get(dates.lab),
            seen=(seen or {}).get(dates.lab),
        )
        free -= found[dates.lab].lateness.free
    return {dates.lab: found[dates.lab] for dates in cohort.labs}


def solution_shown(policy: Policy, dates: LabDates, due: datetime, used: int, now: datetime) -> bool:
    """Return whether the worked solution may be shown: past the date and its grace, or after so many attempts."""
    if now < dates.opens:
        return False
    return now > due + policy.grace or 0 < policy.solution_after <= used


def _state(dates: LabDates, due: datetime, tried: bool, complete: bool, now: datetime) -> LabState:
    if complete:
        return LabState.COMPLETE
    if now < dates.opens:
        return LabState.UPCOMING
    if now <= due:
        return LabState.STARTED if tried else LabState.OPEN
    return LabState.CLOSED if tried else LabState.LATE
