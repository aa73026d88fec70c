"""Signing in by the course list: a password, slowed down for whoever guesses, or an invitation to choose one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyterhub.auth import Authenticator

from autograder.devices.accounts import Accounts

WINDOW_SECONDS = 300.0
FREE_TRIES = {"name": 5, "address": 50}
"""Wrong passwords that cost nothing. A whole class may sit behind one address."""

_MOST_KEYS = 10_000


@dataclass(slots=True)
class Tries:
    """Counts wrong passwords by "name:…" and "address:…". After ``FREE_TRIES`` in five minutes, each costs a wait."""

    clock: Callable[[], float] = time.monotonic
    _wrong: dict[str, list[float]] = field(default_factory=dict)

    def wait_seconds(self, *keys: str) -> float:
        """Return how long one of these has to wait; 0: not at all."""
        return max((self._wait(key) for key in keys), default=0.0)

    def failed(self, *keys: str) -> None:
        """Remember a wrong password."""
        now = self.clock()
        for key in keys:
            if len(self._wrong) >= _MOST_KEYS:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong[key] = [*self._recent(key), now]

    def succeeded(self, key: str) -> None:
        """Forget a name's wrong passwords. An address's stay: it may be guessing at others."""
        self._wrong.pop(key, None)

    def _wait(self, key: str) -> float:
        recent = self._recent(key)
        surplus = len(recent) - FREE_TRIES[key.partition(":")[0]]
        if surplus < 0:
            return 0.0
        pause = min(WINDOW_SECONDS, 5.0 * 2.0**surplus)
        return max(0.0, recent[-1] + pause - self.clock())

    def _recent(self, key: str) -> list[float]:
        since = self.clock() - WINDOW_SECONDS
        return [moment for moment in self._wrong.get(key, []) if moment > since]


class CourseAuthenticator(Authenticator):  # type: ignore[misc]
    """Names and passwords of the course list. Groups are the roster's to add."""

    accounts: Accounts
    tries: Tries

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the name when the password is right."""
        user = self.normalize_username(data.get("username", "").strip())
        keys = (f"name:{user}", f"address:{handler.request.remote_ip}")
        if self.tries.wait_seconds(*keys) > 0:
            self.log.warning("Sign-in of %r refused: too many wrong passwords", user)
            return None
        account = await asyncio.to_thread(self.accounts.check, user, data.get("password", ""))
        if account is None:
            self.tries.failed(*keys)
            return None
        self.tries.succeeded(keys[0])
        return account.user
