"""The rules as laws that hold for every date, zone and policy, and as a table of what a student would be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.cohort import Cohort, Counts, LabDates, Policy
from autograder.schedule.rules import (
    Extension,
    LabState,
    Scored,
    attempt_limit,
    attempts_left,
    counted,
    days_late,
    deadline,
    late_factor,
    lateness,
    standing,
    standings,
)

LIMA = ZoneInfo("America/Lima")
ZONES = [ZoneInfo(name) for name in ("America/Lima", "America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "UTC")]
DEFAULT = Policy()
DUE = datetime(2021, 10, 9, 23, 59, tzinfo=LIMA)

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(0), timedelta(days=60))
policies = st.builds(
    Policy,
    grace=st.timedeltas(timedelta(0), timedelta(hours=6)),
    per_day=st.floats(0, 1),
    floor=st.floats(0, 1),
    free_days=st.integers(0, 5),
    attempts=st.integers(0, 5),
    counts=st.sampled_from(Counts),
)


def cohort(policy: Policy = DEFAULT, due: datetime = DUE, zone: ZoneInfo = LIMA) -> Cohort:
    opens = due - timedelta(days=7)
    labs = (LabDates(lab="lab1", opens=opens, due=due), LabDates(lab="lab2", opens=opens, due=due + timedelta(days=7)))
    return Cohort(slug="c", title="C", zone=zone, policy=policy, labs=labs)


def attempt(number: int = 1, late: timedelta = timedelta(0), score: float | None = 10.0, **more) -> Scored:
    return Scored(number=number, received_at=DUE + late, score=score, max_score=20.0, **more)


# ── Lateness ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("overrun", "days", "factor"),
    [
        (timedelta(days=-3), 0, 1.0),
        (timedelta(minutes=15), 0, 1.0),
        (timedelta(minutes=15, seconds=1), 1, 0.9),
        (timedelta(days=1, minutes=15), 1, 0.9),
        (timedelta(days=1, minutes=16), 2, 0.8),
        (timedelta(days=30), 30, 0.5),
    ],
    ids=["early", "within_grace", "first_day", "first_day_ends", "second_day", "floor"],
)
def test_each_day_begun_after_the_grace_costs_a_tenth(overrun, days, factor):
    late = lateness(DUE + overrun, DUE, Policy(), LIMA)
    assert (late.days, late.factor) == (days, pytest.approx(factor))


@given(moments, spans, spans, policies, zones)
def test_later_is_never_better(due, one, other, policy, zone):
    sooner, later = sorted((one, other))
    assert days_late(due + sooner, due, policy, zone) <= days_late(due + later, due, policy, zone)


@given(moments, spans, policies, zones, zones)
def test_the_zone_in_which_a_time_is_written_changes_nothing(due, span, policy, zone, written):
    received = due + span
    assert days_late(received.astimezone(written), due.astimezone(written), policy, zone) == days_late(
        received, due, policy, zone
    )


@given(moments, st.integers(1, 30), policies, zones)
def test_a_late_day_ends_at_the_local_hour_at_which_it_began_whatever_clocks_do(due, days, policy, zone):
    end = (due + policy.grace).astimezone(zone) + timedelta(days=days)
    assert days_late(end, due, policy, zone) == days
    assert days_late(end.astimezone(UTC) + timedelta(seconds=1), due, policy, zone) == days + 1


@given(st.integers(0, 400), policies)
def test_a_factor_stays_between_floor_and_one(days, policy):
    assert min(policy.floor, 1.0) <= late_factor(days, policy) <= 1.0
    assert late_factor(days + 1, policy) <= late_factor(days, policy)


@given(spans, policies, st.integers(0, 5))
def test_a_free_day_never_costs(span, policy, free):
    with_free = lateness(DUE + span, DUE, policy, LIMA, free_left=free)
    assert with_free.factor >= lateness(DUE + span, DUE, policy, LIMA).factor
    assert 0 <= with_free.free <= min(free, with_free.days)


def test_lima_keeps_its_hour_and_madrid_loses_one_in_march():
    madrid = ZoneInfo("Europe/Madrid")
    due = datetime(2022, 3, 26, 23, 59, tzinfo=madrid)  # clocks go forward on the 27th
    received = datetime(2022, 3, 28, 0, 14, tzinfo=madrid)  # 23 h 15 min later: still the first day
    assert days_late(received, due, Policy(), madrid) == 1
    assert days_late(received + timedelta(minutes=1), due, Policy(), madrid) == 2


# ── Extensions ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(spans | st.just(-timedelta(days=2)), max_size=4))
def test_the_last_extension_counts_and_none_takes_time_away(moved):
    extensions = [Extension(user="ana", lab="lab1", due=DUE + span) for span in moved]
    due = deadline(cohort(), "lab1", "ana", extensions)
    assert due == (max(DUE, DUE + moved[-1]) if moved else DUE)
    assert deadline(cohort(), "lab1", "luis", extensions) == DUE
    assert deadline(cohort(), "lab2", "ana", extensions) == DUE + timedelta(days=7)


@given(spans, spans, policies)
def test_an_extension_never_lowers_a_grade(late, more, policy):
    held = cohort(policy)
    alone = standing(held, "ana", "lab1", [attempt(late=late)], now=DUE)
    with_time = standing(
        held, "ana", "lab1", [attempt(late=late)], [Extension(user="ana", lab="lab1", due=DUE + more)], now=DUE
    )
    assert with_time.score >= alone.score


def test_a_lab_that_the_cohort_does_not_take_is_a_key_error():
    with pytest.raises(KeyError):
        deadline(cohort(), "lab9", "ana")


# ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(policies, st.lists(st.booleans(), max_size=9), st.integers(-3, 3))
def test_attempts_left_never_fall_below_zero_and_our_failures_cost_none(policy, internal, more):
    held = cohort(policy)
    attempts = [attempt(n, internal=one) for n, one in enumerate(internal, 1)]
    extra = [Extension(user="ana", lab="lab1", attempts=more)]
    left = attempts_left(held, "lab1", "ana", attempts, extra)
    limit = attempt_limit(held, "lab1", "ana", extra)
    assert (left is None) == (policy.attempts == 0) == (limit is None)
    if left is not None:
        assert left == max(0, limit - internal.count(False))


def test_an_attempt_beyond_the_limit_is_not_told_as_used():
    stands = standing(cohort(Policy(attempts=2)), "ana", "lab1", [attempt(n) for n in (1, 2, 3)], now=DUE)
    assert (stands.used, stands.left) == (2, 0)


def test_a_lab_may_have_a_limit_of_its_own():
    held = cohort(Policy(attempts=3))
    held = replace(held, labs=(replace(held.labs[0], attempts=0), held.labs[1]))
    assert attempt_limit(held, "lab1", "ana") is None
    assert attempt_limit(held, "lab2", "ana") == 3


# ── Which attempt counts ─────────────────────────────────────────────────────────────────────────────────────────────

tries = st.lists(st.tuples(spans, st.none() | st.floats(0, 20)), max_size=6).map(
    lambda raw: [attempt(n, late, score) for n, (late, score) in enumerate(raw, 1)]
)


@given(tries, policies, st.integers(0, 3))
def test_best_is_worth_at_least_every_other_and_latest_is_the_newest(attempts, policy, free):
    grade = counted(attempts, DUE, policy, LIMA, free_left=free)
    graded = [one for one in attempts if one.score is not None]
    assert (grade is None) == (not graded)
    if grade is None:
        return
    if policy.counts is Counts.LATEST:
        assert grade[0].number == graded[-1].number
    else:
        worth = [one.score * lateness(one.received_at, DUE, policy, LIMA, free_left=free).factor for one in graded]
        assert grade[0].score * grade[1].factor == max(worth)


@given(tries, tries, policies)
def test_free_days_are_spent_once_over_all_labs(first, second, policy):
    found = standings(cohort(policy), "ana", {"lab1": first, "lab2": second}, now=DUE)
    assert sum(one.lateness.free for one in found.values()) <= policy.free_days
    assert all(one.score is None or one.score <= one.raw for one in found.values())


def test_an_earlier_lab_takes_the_free_days_first():
    held = cohort(Policy(free_days=2, per_day=0.1))
    week = timedelta(days=7)
    attempts = {"lab1": [attempt(late=timedelta(hours=5))], "lab2": [attempt(late=week + timedelta(days=2))]}
    found = standings(held, "ana", attempts, now=DUE + 3 * week)
    assert [(one.lateness.days, one.lateness.free, one.score) for one in found.values()] == [
        (1, 1, 10.0),
        (2, 1, pytest.approx(9.0)),
    ]


def test_an_override_is_the_grade_and_an_attempt_after_the_solution_was_seen_is_not():
    attempts = [attempt(1, score=5.0), attempt(2, timedelta(days=1), 20.0)]
    seen = standing(cohort(), "ana", "lab1", attempts, now=DUE, seen=DUE + timedelta(hours=1))
    assert (seen.counted, seen.score) == (1, 5.0)
    given_by_hand = standing(cohort(), "ana", "lab1", attempts, now=DUE, override=12.5)
    assert (given_by_hand.score, given_by_hand.overridden) == (12.5, True)


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "attempts", "state"),
    [
        (timedelta(days=-8), [], LabState.UPCOMING),
        (timedelta(days=-1), [], LabState.OPEN),
        (timedelta(days=-1), [attempt()], LabState.STARTED),
        (timedelta(days=-1), [attempt(score=20.0)], LabState.COMPLETE),
        (timedelta(days=1), [], LabState.LATE),
        (timedelta(days=1), [attempt()], LabState.CLOSED),
    ],
)
def test_where_a_student_stands(now, attempts, state):
    assert standing(cohort(), "ana", "lab1", attempts, now=DUE + now).state is state


@pytest.mark.parametrize(
    ("after", "used", "now", "shown"),
    [
        (0, 9, timedelta(minutes=15), False),
        (0, 0, timedelta(minutes=16), True),
        (3, 2, timedelta(days=-1), False),
        (3, 3, timedelta(days=-1), True),
        (3, 3, timedelta(days=-9), False),
    ],
)
def test_when_the_worked_solution_may_be_shown(after, used, now, shown):
    attempts = [attempt(n) for n in range(1, used + 1)]
    assert standing(cohort(Policy(solution_after=after)), "ana", "lab1", attempts, now=DUE + now).solution is shown


@given(tries, tries, policies)
def test_what_is_handed_in_for_a_later_lab_never_lowers_an_earlier_grade(first, second, policy):
    held = cohort(policy)
    alone = standings(held, "ana", {"lab1": first}, now=DUE)["lab1"]
    both = standings(held, "ana", {"lab1": first, "lab2": second}, now=DUE)["lab1"]
    assert both == alone


@given(tries, spans, st.floats(0, 20), policies)
def test_one_more_attempt_never_lowers_a_grade_by_which_the_best_counts(attempts, late, score, policy):
    held = cohort(replace(policy, counts=Counts.BEST))
    more = [*attempts, attempt(len(attempts) + 1, late, score)]
    before, after = (standing(held, "ana", "lab1", some, now=DUE).score for some in (attempts, more))
    assert before is None or after >= before
