"""Who may try a course that has no accounts yet: two students and an instructor, with passwords that are shown."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course.cohort import PersonRole
from autograder.devices.accounts import Accounts

PEOPLE = {
    "wapaza": PersonRole.STUDENT,
    "jbarrientos": PersonRole.STUDENT,
    "rflores": PersonRole.INSTRUCTOR,
}
_WORDS = "alpaca cobre cumbre faro lago luna mango nube quinua ruta sierra valle viento zorro".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody of the demo; no password where they chose another."""

    user: str
    role: PersonRole
    password: str | None


def demo_accounts(accounts: Accounts, file: Path, now: datetime) -> tuple[DemoAccount, ...]:
    """Make the demo's accounts where they are missing; return them. ``file`` keeps their passwords, for us alone."""
    kept = _read(file)
    for user, role in PEOPLE.items():
        if accounts.find(user) is None:
            kept[user] = _password()
            accounts.add(user, role, now)
            accounts.set_password(user, kept[user])
    _write(file, kept)
    return tuple(_shown(accounts, user, kept) for user in PEOPLE)


def _shown(accounts: Accounts, user: str, kept: dict[str, str]) -> DemoAccount:
    password = kept.get(user)
    right = password is not None and accounts.check(user, password) is not None
    return DemoAccount(user=user, role=PEOPLE[user], password=password if right else None)


def wanted(accounts: Accounts, live: bool, file: Path) -> bool:
    """Whether this is a demo: its cohort is the live one, or it was one before, or nobody has an account."""
    return live or file.exists() or not _others(account.user for account in accounts.all())


def _others(users: Iterable[str]) -> set[str]:
    return set(users) - set(PEOPLE)


def _password() -> str:
    return "-".join([*(secrets.choice(_WORDS) for _ in range(3)), f"{secrets.randbelow(9000) + 1000}"])


def _read(file: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        return {str(user): str(password) for user, password in json.loads(file.read_text()).items()}
    return {}


def _write(file: Path, kept: dict[str, str]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as out:
        json.dump(kept, out)
