"""Which of nbgrader's groups somebody belongs to: what the cohort says of them, else what the course list says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.course.cohort import Cohort, PersonRole
from autograder.devices.accounts import Accounts
from autograder.hub.roles import instructors, students


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Knows what everybody is. The cohort is asked each time: people join and leave while the hub runs."""

    course: str
    cohort: Callable[[], Cohort | None]
    accounts: Accounts

    def role(self, user: str) -> PersonRole | None:
        """Return what somebody is; nothing for who is in neither."""
        cohort = self.cohort()
        if cohort is not None:
            for person in cohort.people:
                if person.user == user:
                    return person.role
        account = self.accounts.find(user)
        return None if account is None or account.closed else account.role

    def groups(self, user: str) -> list[str]:
        """Return somebody's groups at the hub."""
        role = self.role(user)
        if role is None:
            return []
        return [instructors(self.course) if role.staff else students(self.course)]

    def admit(self, model: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return who signed in, with their groups; nobody when the course does not know them."""
        if model is None or self.role(model["name"]) is None:
            return None
        return {**model, "groups": self.groups(model["name"])}
