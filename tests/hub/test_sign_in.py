"""Who gets in: guessing is slowed down, strangers are turned away, and what the cohort says wins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher

from autograder.course.cohort import Cohort, Person, PersonRole
from autograder.devices.accounts import Accounts
from autograder.hub.demo_people import PEOPLE, demo_accounts, wanted
from autograder.hub.groups import Roster
from autograder.hub.sign_in import FREE_TRIES, WINDOW_SECONDS, Tries
from autograder.state.database import open_database, sqlite_url

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    engine = open_database(sqlite_url(tmp_path / "autograder.db"))
    yield Accounts(engine, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    engine.dispose()


def test_a_few_wrong_passwords_are_free_and_then_each_costs_more() -> None:
    clock = Clock()
    tries = Tries(clock)
    waits = []
    free = FREE_TRIES["name"]
    for _ in range(free + 3):
        tries.failed("name:ana")
        waits.append(tries.wait_seconds("name:ana"))
    assert waits[: free - 1] == [0.0] * (free - 1)
    assert waits[free - 1 :] == [5.0, 10.0, 20.0, 40.0]
    clock.now += WINDOW_SECONDS + 1
    assert tries.wait_seconds("name:ana") == 0.0


def test_an_address_that_guesses_at_many_names_waits_too() -> None:
    tries = Tries(Clock())
    for number in range(FREE_TRIES["address"]):
        tries.failed(f"name:{number}", "address:10.0.0.1")
    assert tries.wait_seconds("name:z", "address:10.0.0.1") > 0
    assert tries.wait_seconds("name:z", "address:10.0.0.2") == 0


def test_the_right_password_forgives_a_name_and_no_address() -> None:
    tries = Tries(Clock())
    for _ in range(FREE_TRIES["address"]):
        tries.failed("name:ana", "address:10.0.0.1")
    tries.succeeded("name:ana")
    assert tries.wait_seconds("name:ana") == 0
    assert tries.wait_seconds("address:10.0.0.1") > 0


def test_the_cohort_says_what_somebody_is_and_the_list_where_it_is_silent(accounts: Accounts) -> None:
    people = (Person(user="ana", name="Ana"), Person(user="profe", name="Profe", role=PersonRole.INSTRUCTOR))
    cohort = Cohort(slug="2026-1", title="2026-1", zone=ZoneInfo("America/Lima"), people=people)
    accounts.add("ana", PersonRole.INSTRUCTOR, NOW)
    accounts.add("ayudante", PersonRole.ASSISTANT, NOW)
    roster = Roster(course="vision", cohort=lambda: cohort, accounts=accounts)
    assert roster.groups("ana") == ["nbgrader-vision"]
    assert roster.groups("profe") == roster.groups("ayudante") == ["formgrade-vision"]
    assert roster.groups("desconocida") == []


def test_whom_the_course_does_not_know_is_turned_away_however_they_signed_in(accounts: Accounts) -> None:
    accounts.add("ana", PersonRole.STUDENT, NOW)
    accounts.add("ex", PersonRole.STUDENT, NOW)
    accounts.close("ex")
    roster = Roster(course="vision", cohort=lambda: None, accounts=accounts)
    assert roster.admit({"name": "ana"}) == {"name": "ana", "groups": ["nbgrader-vision"]}
    assert roster.admit({"name": "mallory"}) is None
    assert roster.admit({"name": "ex"}) is None
    assert roster.admit(None) is None


def test_the_demos_passwords_are_shown_again_until_somebody_changes_theirs(accounts: Accounts, tmp_path: Path) -> None:
    file = tmp_path / "hub" / "demo.json"
    first = demo_accounts(accounts, file, NOW)
    assert demo_accounts(accounts, file, NOW) == first
    assert all(person.password and accounts.check(person.user, person.password) for person in first)
    assert file.stat().st_mode & 0o777 == 0o600
    accounts.set_password("wapaza", "una clave de verdad")
    changed = {person.user: person.password for person in demo_accounts(accounts, file, NOW)}
    assert changed["wapaza"] is None
    assert changed["rflores"]


def test_a_course_with_people_of_its_own_is_no_demo(accounts: Accounts, tmp_path: Path) -> None:
    assert wanted(accounts, False, tmp_path / "demo.json")
    accounts.add("ana", PersonRole.STUDENT, NOW)
    assert not wanted(accounts, False, tmp_path / "demo.json")
    assert set(PEOPLE.values()) == {PersonRole.STUDENT, PersonRole.INSTRUCTOR}
