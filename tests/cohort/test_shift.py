"""The next cohort keeps weekday and local hour; what is written is read back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cohort.demo import demo_cohort, demo_steps
from autograder.cohort.read import parse_cohort, read_cohort
from autograder.cohort.shift import first_date, next_cohort
from autograder.cohort.write import cohort_toml, with_people, write_file
from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, PersonRole, Policy, SessionKind

REAL = Path(__file__).parents[2] / "cohorts" / "2021-2.toml"
zones = st.sampled_from([ZoneInfo(name) for name in ("America/Lima", "Europe/Madrid", "America/New_York", "UTC")])
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@st.composite
def cohorts(draw):
    zone = draw(zones)
    # hours that exist every day: clocks move between 1 and 3 at night
    days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
    opens = datetime.combine(draw(days), datetime.min.time(), zone) + timedelta(hours=draw(st.integers(4, 23)))
    due = opens + timedelta(days=draw(st.integers(1, 30)))
    starts = opens + timedelta(days=draw(st.integers(0, 30)))
    session = CohortSession(id="a", kind=SessionKind.AVANCE, title=draw(words), starts=starts, expects=("lab1",))
    people = (
        Person(user="rosa", name="Rosa", role=PersonRole.INSTRUCTOR),
        Person(user="ana", name=draw(words) + ', "J\\n"', group=draw(words), email="ana@example.org"),
    )
    policy = Policy(
        grace=timedelta(minutes=draw(st.integers(0, 90))), per_day=draw(st.floats(0, 1)), floor=draw(st.floats(0, 1))
    )
    labs = (LabDates(lab="lab1", opens=opens, due=due, attempts=draw(st.none() | st.integers(0, 9))),)
    title = draw(words)
    return Cohort(slug="c", title=title, zone=zone, policy=policy, people=people, labs=labs, sessions=(session,))


@given(cohorts())
def test_what_is_written_is_read_back_as_it_was(cohort):
    assert parse_cohort(cohort_toml(cohort), Path("c.toml")) == cohort


@given(cohorts(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_dates_move_by_whole_weeks_and_keep_weekday_and_local_hour(cohort, start):
    after = next_cohort(cohort, start)
    assert timedelta(0) <= first_date(after) - start < timedelta(days=7)
    for then, now in zip(cohort.labs, after.labs, strict=True):
        for before, moved in ((then.opens, now.opens), (then.due, now.due)):
            wall = moved.replace(tzinfo=None) - before.replace(tzinfo=None)
            assert wall % timedelta(weeks=1) == timedelta(0)
            assert moved.tzinfo == cohort.zone
    assert [person.user for person in after.people] == ["rosa"]
    assert next_cohort(after, first_date(cohort), slug="c") == replace(
        cohort, people=after.people, title=after.title.replace(after.slug, "c")
    )


def test_the_real_one_held_again_is_on_sundays_and_says_its_half_year():
    after = next_cohort(read_cohort(REAL), date(2022, 4, 1))
    assert (after.slug, after.title) == ("2022-1", "Visión por computadora · 2022-1")
    assert {session.starts.isoweekday() for session in after.sessions} == {7}
    assert {session.starts.hour for session in after.sessions} == {10}


def test_an_hour_that_clocks_skip_that_night_becomes_the_next():
    zone = ZoneInfo("Europe/Madrid")
    opens = datetime(2022, 3, 20, 2, 30, tzinfo=zone)
    labs = (LabDates(lab="lab1", opens=opens, due=opens + timedelta(days=9)),)
    moved = next_cohort(Cohort(slug="c", title="C", zone=zone, labs=labs), date(2022, 3, 27))
    assert moved.labs[0].opens == datetime(2022, 3, 27, 3, 30, tzinfo=zone)
    assert parse_cohort(cohort_toml(moved), Path("c.toml")) == moved


def test_new_people_leave_the_rest_of_the_file_as_its_author_wrote_it():
    text = REAL.read_text("utf-8")
    people = [*read_cohort(REAL).people, Person(user="ana", name="Ñahui, Ana")]
    after = with_people(text, people)
    assert after.startswith(text[: text.index("[[person]]")].rstrip("\n"))
    assert parse_cohort(after, REAL).people == tuple(people)
    assert with_people(after, people) == after


def test_a_file_is_replaced_whole(tmp_path):
    write_file(tmp_path / "cohorts" / "c.toml", "one")
    write_file(tmp_path / "cohorts" / "c.toml", "two")
    assert [(path.name, path.read_text()) for path in (tmp_path / "cohorts").iterdir()] == [("c.toml", "two")]


@pytest.mark.parametrize("day", range(7))
def test_the_demo_cohort_always_has_a_lab_that_fell_due_and_one_that_is_open(day):
    now = datetime(2026, 11, 23, 15, tzinfo=UTC) + timedelta(days=day)
    cohort = demo_cohort(["lab1", "lab2", "lab3"], now)
    first, second, third = cohort.labs
    assert first.due + cohort.policy.grace < now < second.due
    assert second.opens < now - timedelta(days=2)
    assert third.opens > now
    assert {session.starts.isoweekday() for session in cohort.sessions} == {7}
    assert [session.starts > now for session in cohort.sessions] == [False, False, True, True, True]
    assert len(cohort.students) == 24
    steps = demo_steps(cohort, now)
    assert all(step.received_at <= now for step in steps)
    assert 60 <= len(steps) <= 110
    assert len({(step.lab, step.work) for step in steps}) <= 24
    assert parse_cohort(cohort_toml(cohort), Path("demo.toml")) == cohort
