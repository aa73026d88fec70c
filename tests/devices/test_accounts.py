"""The course list: passwords that are not kept, invitations that work once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from autograder.course.cohort import PersonRole
from autograder.devices.accounts import INVITATION_DAYS, AccountError, Accounts
from autograder.devices.homes import FIRST_UID, Homes
from autograder.jail.types import JAIL_UIDS
from autograder.state.database import open_database, sqlite_url

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "autograder.db"


@pytest.fixture
def accounts(file: Path) -> Iterator[Accounts]:
    engine = open_database(sqlite_url(file))
    made = Accounts(engine, QUICK)
    made.add("ana", PersonRole.STUDENT, NOW)
    yield made
    engine.dispose()


def test_only_the_right_password_opens(accounts: Accounts) -> None:
    accounts.set_password("ana", "caballo grapa pila")
    account = accounts.check("ana", "caballo grapa pila")
    assert account is not None
    assert account.role is PersonRole.STUDENT
    assert accounts.check("ana", "caballo grapa Pila") is None
    assert accounts.check("nadie", "caballo grapa pila") is None


def test_nothing_that_opens_is_kept(accounts: Accounts, file: Path) -> None:
    accounts.set_password("ana", "caballo grapa pila")
    secret = accounts.invite("ana", NOW)
    kept = b"".join(one.read_bytes() for one in file.parent.iterdir())
    assert b"caballo grapa" not in kept
    assert secret.encode() not in kept
    assert b"$argon2id$" in kept


def test_an_account_without_a_password_cannot_be_opened(accounts: Accounts) -> None:
    assert accounts.check("ana", "") is None
    assert accounts.check("ana", "None") is None


def test_an_invitation_works_once(accounts: Accounts) -> None:
    secret = accounts.invite("ana", NOW)
    assert accounts.invited(secret, NOW) == "ana"
    assert accounts.accept(secret, "caballo grapa pila", NOW).user == "ana"
    assert accounts.check("ana", "caballo grapa pila") is not None
    with pytest.raises(AccountError):
        accounts.accept(secret, "otra clave larga", NOW)


def test_a_newer_invitation_a_date_and_a_closed_account_make_one_void(accounts: Accounts) -> None:
    first = accounts.invite("ana", NOW)
    second = accounts.invite("ana", NOW)
    assert accounts.invited(first, NOW) is None
    assert accounts.invited(second, NOW + INVITATION_DAYS + timedelta(seconds=1)) is None
    accounts.close("ana")
    assert accounts.invited(second, NOW) is None


def test_a_closed_account_does_not_open(accounts: Accounts) -> None:
    accounts.set_password("ana", "caballo grapa pila")
    accounts.close("ana")
    assert accounts.check("ana", "caballo grapa pila") is None


@pytest.mark.parametrize("password", ["corta", "ana", "x" * 257], ids=["short", "own_name", "endless"])
def test_a_poor_password_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(AccountError):
        accounts.set_password("ana", password)


@pytest.mark.parametrize("user", ["", "Ana", "../ana", "ana beto", "a" * 40, "-ana", "ana\n", "ñandú"])
def test_an_odd_name_is_refused(accounts: Accounts, user: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(user, PersonRole.STUDENT, NOW)


def test_everybody_has_a_home_and_an_id_of_their_own_for_good(file: Path, tmp_path: Path) -> None:
    engine = open_database(sqlite_url(file))
    homes = [Homes(engine, tmp_path / "homes").home_of(user) for user in ("ana", "beto", "ana")]
    engine.dispose()
    assert homes[0] == homes[2]
    assert homes[0].folder != homes[1].folder
    assert homes[0].folder.stat().st_mode & 0o777 == 0o700
    assert homes[0].folder.stat().st_uid == homes[0].uid
    assert not set(range(FIRST_UID, FIRST_UID + 2_900)) & set(JAIL_UIDS)


def test_a_link_in_a_homes_place_is_refused(file: Path, tmp_path: Path) -> None:
    engine = open_database(sqlite_url(file))
    (tmp_path / "homes").mkdir()
    (tmp_path / "homes" / "ana").symlink_to(tmp_path)
    with pytest.raises((NotADirectoryError, FileExistsError)):
        Homes(engine, tmp_path / "homes").home_of("ana")
    engine.dispose()
