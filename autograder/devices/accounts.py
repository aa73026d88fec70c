"""The course list: who may sign in, by a password that is never kept, or once by an invitation to choose one."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from autograder.course.cohort import PersonRole
from autograder.messages import say
from autograder.state.device_tables import AccountRow

INVITATION_DAYS = timedelta(days=14)
SHORTEST = 10
LONGEST = 256
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,31}")


class AccountError(ValueError):
    """Something about an account cannot be done; the sentence says why and what next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A name of the course list."""

    user: str
    role: PersonRole
    has_password: bool
    closed: bool


class Accounts:
    """The course list in our database. Safe for several processes."""

    def __init__(self, engine: Engine, hasher: PasswordHasher | None = None) -> None:
        self._read = sessionmaker(engine)
        self._write = sessionmaker(engine.execution_options(writes=True))
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))  # so that an unknown name takes as long as a known one

    def add(self, user: str, role: PersonRole, now: datetime) -> None:
        """Put a name on the list, or give one that is there this role. Raises ``AccountError`` for an odd name."""
        if not _NAME.fullmatch(user):
            raise AccountError(say("devices.account.name", user=user))
        with self._write.begin() as session:
            row = session.get(AccountRow, user)
            if row is None:
                session.add(AccountRow(user=user, role=role.value, created_at=now, closed=False))
            else:
                row.role, row.closed = role.value, False

    def find(self, user: str) -> Account | None:
        """Return an account, or nothing."""
        with self._read() as session:
            row = session.get(AccountRow, user)
            return None if row is None else _account(row)

    def all(self) -> tuple[Account, ...]:
        """Return the whole list, by name."""
        with self._read() as session:
            return tuple(_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.user)))

    def set_password(self, user: str, password: str) -> None:
        """Give a name a password; its invitation is void. Raises ``AccountError``."""
        hashed = self._hash(user, password)
        with self._write.begin() as session:
            row = _known(session, user)
            row.password, row.invitation, row.invited_until = hashed, None, None

    def check(self, user: str, password: str) -> Account | None:
        """Return the account when the password is right. Slow on purpose, and as slow when there is no such name."""
        with self._read() as session:
            row = session.get(AccountRow, user)
            known = row is not None and row.password is not None and not row.closed
            hashed = row.password if row is not None and row.password is not None else self._nobody
            right = self._right(hashed, password[:LONGEST])
            return _account(row) if row is not None and known and right else None

    def invite(self, user: str, now: datetime) -> str:
        """Return a secret with which ``user`` may choose a password once. An earlier one is void."""
        secret = secrets.token_urlsafe(24)
        with self._write.begin() as session:
            row = _known(session, user)
            row.invitation, row.invited_until = _digest(secret), now + INVITATION_DAYS
        return secret

    def invited(self, secret: str, now: datetime) -> str | None:
        """Return whose invitation this is, while it holds."""
        with self._read() as session:
            row = _invited(session, secret, now)
            return None if row is None else row.user

    def accept(self, secret: str, password: str, now: datetime) -> Account:
        """Use an invitation up: set the password. Raises ``AccountError``."""
        user = self.invited(secret, now)
        hashed = self._hash(user or "", password)
        with self._write.begin() as session:
            row = _invited(session, secret, now)
            if row is None:
                raise AccountError(say("devices.account.invitation"))
            row.password, row.invitation, row.invited_until = hashed, None, None
            return _account(row)

    def close(self, user: str) -> None:
        """Let a name sign in no more; what is theirs stays. Raises ``AccountError``."""
        with self._write.begin() as session:
            row = _known(session, user)
            row.closed, row.password, row.invitation = True, None, None

    def _hash(self, user: str, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST or password.lower() == user.lower():
            raise AccountError(say("devices.account.password", shortest=SHORTEST))
        return self._hasher.hash(password)

    def _right(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _account(row: AccountRow) -> Account:
    return Account(user=row.user, role=PersonRole(row.role), has_password=row.password is not None, closed=row.closed)


def _known(session: Session, user: str) -> AccountRow:
    row = session.get(AccountRow, user)
    if row is None:
        raise AccountError(say("devices.account.unknown", user=user))
    return row


def _invited(session: Session, secret: str, now: datetime) -> AccountRow | None:
    row = session.scalar(select(AccountRow).where(AccountRow.invitation == _digest(secret)))
    return row if row is not None and not row.closed and row.invited_until and row.invited_until > now else None


def _digest(secret: str) -> str:
    """Return what is kept of a secret. It is long and random, so a plain hash does."""
    return hashlib.sha256(secret.encode()).hexdigest()
