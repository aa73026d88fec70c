"""The feed as a calendar program reads it: stable names, moved dates, reminders, time zones, and equal bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from autograder.course.cohort import Cohort, CohortSession, LabDates, SessionKind
from autograder.schedule.events import EventKind, Moves, events_of
from autograder.schedule.ical import feed, sequence
from autograder.schedule.month import month_of, read_month, shift_month
from autograder.schedule.rules import Extension

MADRID = ZoneInfo("Europe/Madrid")
DUE = datetime(2022, 3, 26, 23, 59, tzinfo=MADRID)  # clocks go forward the night after
TITLES = {"lab1": "Laboratorio 1: «ñandú», auto o camión"}


@pytest.fixture
def cohort():
    return Cohort(
        slug="c",
        title="C",
        zone=MADRID,
        labs=(LabDates(lab="lab1", opens=DUE - timedelta(days=9), due=DUE),),
        sessions=(
            CohortSession(
                id="avance-2",
                kind=SessionKind.AVANCE,
                title="Segundo avance",
                starts=datetime(2022, 3, 27, 10, tzinfo=MADRID),
                place="Aula 3",
                expects=("lab1",),
            ),
        ),
    )


def entries(content: bytes) -> dict[str, object]:
    return {str(entry["uid"]): entry for entry in Calendar.from_ical(content).walk("VEVENT")}


def made(cohort, extensions=(), moves=None):
    events = events_of(cohort, "ana", extensions, TITLES, "es", moves)
    return feed(events, name="Visión", zone=MADRID, url="https://hub.example.org/")


def test_it_holds_what_a_calendar_program_needs(cohort):
    calendar = Calendar.from_ical(made(cohort))
    assert calendar["method"] == "PUBLISH"
    assert calendar["x-wr-calname"] == calendar["name"] == "Visión"
    assert calendar["refresh-interval"].dt == timedelta(hours=1)
    assert str(calendar["x-published-ttl"]) == "PT1H"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Madrid"]
    found = entries(made(cohort))
    assert sorted(found) == ["due-lab1.c@autograder", "opens-lab1.c@autograder", "session-avance-2.c@autograder"]
    avance = found["session-avance-2.c@autograder"]
    assert avance["dtstart"].dt == datetime(2022, 3, 27, 10, tzinfo=MADRID)
    assert avance["dtend"].dt - avance["dtstart"].dt == timedelta(minutes=90)
    assert (avance["location"], str(avance["summary"])) == ("Aula 3", "Segundo avance")
    assert "ñandú" in avance["description"]
    assert [alarm["trigger"].dt for alarm in avance.walk("VALARM")] == [timedelta(days=-1), timedelta(minutes=-30)]


def test_a_moved_date_keeps_its_name_and_raises_its_sequence(cohort):
    before = entries(made(cohort))["due-lab1.c@autograder"]
    extension = Extension(user="ana", lab="lab1", due=DUE + timedelta(days=3))
    moves = Moves(labs={"lab1": datetime(2022, 3, 20, 12, tzinfo=UTC)})
    after = entries(made(cohort, [extension], moves))["due-lab1.c@autograder"]
    assert after["dtstart"].dt == DUE + timedelta(days=3)
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt == datetime(2022, 3, 20, 12, tzinfo=UTC)
    other = entries(made(cohort, [replace(extension, user="luis")]))["due-lab1.c@autograder"]
    assert other["dtstart"].dt == DUE


def test_the_same_events_are_the_same_bytes(cohort):
    assert made(cohort) == made(cohort)
    assert made(cohort).replace(b"\r\n ", b"").count(b"\r\n") > 40
    assert all(len(line) <= 75 for line in made(cohort).split(b"\r\n"))


def test_a_cohort_without_dates_is_an_empty_calendar():
    assert entries(feed([], name="Visión", zone=MADRID)) == {}
    assert sequence(datetime(2019, 1, 1, tzinfo=UTC)) == 0


def test_events_come_in_their_order_and_say_what_is_expected(cohort):
    found = events_of(cohort, "ana", (), TITLES, "en")
    assert [event.kind for event in found] == [EventKind.OPENS, EventKind.DUE, EventKind.AVANCE]
    assert found[2].detail.startswith("You present your progress in")


def test_a_month_has_whole_weeks_from_monday_with_events_on_their_local_day(cohort):
    events = events_of(cohort, "ana", (), TITLES, "es")
    month = month_of(events, date(2022, 3, 15), MADRID, date(2022, 3, 26))
    assert {len(week) for week in month.weeks} == {7}
    assert month.weeks[0][0].date == date(2022, 2, 28)
    assert not month.weeks[0][0].inside
    days = {day.date: day for week in month.weeks for day in week}
    assert [event.kind for event in days[date(2022, 3, 26)].events] == [EventKind.DUE]
    assert days[date(2022, 3, 26)].today
    assert (month.before, month.after) == ("2022-02", "2022-04")
    lima = month_of(events, date(2022, 3, 15), ZoneInfo("America/Lima"), date(2022, 3, 26))
    assert lima.weeks[3][6].events[0].kind is EventKind.AVANCE  # 10:00 in Madrid is 3 in the morning there


@pytest.mark.parametrize(
    ("text", "first"),
    [("2021-10", date(2021, 10, 1)), ("2021-13", date(2022, 3, 1)), ("", date(2022, 3, 1)), ("x", date(2022, 3, 1))],
)
def test_a_month_is_read_or_it_is_this_one(text, first):
    assert read_month(text, date(2022, 3, 26)) == first


def test_months_go_over_the_year():
    assert shift_month(date(2021, 12, 1), 1) == "2022-01"
    assert shift_month(date(2021, 1, 1), -1) == "2020-12"
