"""The heat map shows everybody once, finds people as they are typed, and standings are the rules'."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from autograder.cohort.decisions import Decisions
from autograder.insights.facts import Facts
from autograder.insights.matrix import Order, Query, Show, folded, level_of, matrix
from autograder.insights.sight import Sight, see
from autograder.schedule.rules import Extension, LabState
from benchmarks.crowd import Crowd
from tests.insights.conftest import NOW, Town, make_town


def everybody(sight: Sight, query: Query) -> list[str]:
    first = matrix(sight, query)
    pages = [matrix(sight, Query(lab=query.lab, order=query.order, page=page)) for page in range(1, first.pages + 1)]
    return [row.person.user for page in pages for row in page.rows]


def test_every_student_is_on_one_page(tmp_path: Path) -> None:
    for town in make_town(tmp_path, Crowd(students=130, labs=("lab1",))):
        users = everybody(town.sight, Query(lab="lab1"))
        assert sorted(users) == sorted(person.user for person in town.cohort.students)
        assert matrix(town.sight, Query(page=99)).page == 3


@pytest.mark.parametrize(("typed", "name"), [("nunez", "Núñez"), ("HUAMAN", "Huamán"), ("íñ", "Íñigo")])
def test_people_are_found_without_accents_and_case(town: Town, typed: str, name: str) -> None:
    found = matrix(town.sight, Query(search=typed))
    assert found.rows
    assert all(folded(name) in folded(row.person.name) for row in found.rows)
    assert not matrix(town.sight, Query(search="nobody at all")).rows


def test_filters_show_what_they_say(town: Town) -> None:
    for row in matrix(town.sight, Query(lab="lab1", show=Show.STUCK)).rows:
        assert row.stuck > 0
    for row in matrix(town.sight, Query(lab="lab1", show=Show.LATE)).rows:
        assert row.late_days > 0
    for row in matrix(town.sight, Query(lab="lab1", show=Show.MISSING)).rows:
        assert row.attempts == 0
    assert {row.person.group for row in matrix(town.sight, Query(group="A")).rows} == {"A"}


@pytest.mark.parametrize("order", list(Order))
def test_sorting_goes_both_ways(town: Town, order: Order) -> None:
    up = matrix(town.sight, Query(lab="lab2", order=order)).rows
    down = matrix(town.sight, Query(lab="lab2", order=order, down=True)).rows
    assert [row.person.user for row in down] == [row.person.user for row in reversed(up)]
    if order is Order.SCORE:
        assert [row.score or -1 for row in up] == sorted(row.score or -1 for row in up)


@pytest.mark.parametrize(
    ("score", "points", "level"),
    [(None, 2, None), (0, 2, 0), (0.5, 2, 1), (1, 2, 2), (1.9, 2, 3), (2, 2, 4), (0, 0, None)],
)
def test_levels_keep_nothing_and_everything_apart(score: float | None, points: float, level: int | None) -> None:
    assert level_of(score, points) == level


def test_an_extension_moves_one_students_standing_and_nobody_elses(town: Town) -> None:
    late = next(row.person.user for row in matrix(town.sight, Query(lab="lab1", show=Show.LATE)).rows)
    due = town.cohort.dates("lab1").due + timedelta(days=5)
    granted = Decisions(mark=(1,), extensions=(Extension(user=late, lab="lab1", due=due),))
    before = town.sight
    after = see(town.cohort, before.facts, granted, NOW, before)
    assert after.standing[late]["lab1"].lateness.days == 0
    assert after.standing[late]["lab1"].extended
    others = [user for user in before.standing if user != late]
    assert all(after.standing[user] == before.standing[user] for user in others)


def test_a_sight_holds_until_something_is_new_or_a_date_passes(town: Town) -> None:
    sight = town.sight
    assert see(town.cohort, sight.facts, sight.decisions, NOW + timedelta(minutes=1), sight) is sight
    due = town.cohort.dates("lab3").due
    later = see(town.cohort, sight.facts, sight.decisions, due + timedelta(hours=1), sight)
    assert later is not sight
    assert any(one["lab3"].state in (LabState.CLOSED, LabState.LATE) for one in later.standing.values())


def test_an_earlier_moment_is_as_it_was(town: Town) -> None:
    moment = town.cohort.sessions[0].starts
    earlier = town.watch.look_back(moment, NOW)
    whole = see(town.cohort, town.sight.facts.until(moment), Decisions(), moment)
    assert earlier.standing == whole.standing
    assert town.watch.look_back(moment, NOW) is earlier
    assert earlier.facts.lab("lab3") != town.sight.facts.lab("lab3")


def test_a_cohort_of_which_nobody_has_handed_in_anything(town: Town) -> None:
    empty = see(town.cohort, Facts(), Decisions(), NOW)
    rows = matrix(empty, Query()).rows
    assert len(rows) == 40
    assert all(cell.kind == "none" for row in rows for cell in row.cells)
    assert matrix(empty, Query(lab="lab1")).columns == ()
