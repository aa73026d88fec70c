"""A cohort as plain values: who takes part, when each lab is due, when people meet, and by which rules. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class PersonRole(StrEnum):
    """What a person may do. An assistant sees and grades; only an instructor changes rules, dates and releases."""

    STUDENT = "student"
    ASSISTANT = "assistant"
    INSTRUCTOR = "instructor"

    @property
    def staff(self) -> bool:
        """Whether this person sees the whole cohort."""
        return self is not PersonRole.STUDENT


class SessionKind(StrEnum):
    """What a date of the calendar is for."""

    FEEDBACK = "feedback"  # sesión de feedback
    AVANCE = "avance"  # progress review
    CIERRE = "cierre"  # the course ends


class Counts(StrEnum):
    """Which of several attempts is the grade."""

    BEST = "best"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the cohort. ``user`` is the name at the hub, and the student's id everywhere in our state."""

    user: str
    name: str  # "Quispe Mamani, José"
    role: PersonRole = PersonRole.STUDENT
    group: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How lateness and repetition count. Times are lengths; ``per_day`` and ``floor`` are shares of the score."""

    attempts: int = 0  # received attempts that are graded, a lab; 0: no limit
    grace: timedelta = timedelta(minutes=15)
    per_day: float = 0.10
    floor: float = 0.50
    free_days: int = 0  # late days that cost nothing, for each student over the whole cohort
    counts: Counts = Counts.BEST
    solution_after: int = 0  # attempts after which a worked solution is shown; 0: only after the deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LabDates:
    """When a lab opens and when it is due, as aware times, and what differs from the cohort's policy."""

    lab: str
    opens: datetime
    due: datetime
    attempts: int | None = None  # None: the policy's


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSession:
    """One date at which people meet. ``id`` is stable: "avance-2"; calendars know it by that."""

    id: str
    kind: SessionKind
    title: str
    starts: datetime
    length: timedelta = timedelta(minutes=90)
    place: str = ""  # a room or an address
    expects: tuple[str, ...] = ()  # ids of the labs that are talked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A course held once. Every time is aware, in ``zone`` as written."""

    slug: str
    title: str
    zone: ZoneInfo
    policy: Policy = field(default_factory=Policy)
    people: tuple[Person, ...] = ()
    labs: tuple[LabDates, ...] = ()
    sessions: tuple[CohortSession, ...] = ()

    def person(self, user: str) -> Person:
        """Return the person of that hub name. Raises ``KeyError`` when there is none."""
        for person in self.people:
            if person.user == user:
                return person
        raise KeyError(user)

    def dates(self, lab: str) -> LabDates:
        """Return the dates of a lab. Raises ``KeyError`` when the cohort does not take it."""
        for dates in self.labs:
            if dates.lab == lab:
                return dates
        raise KeyError(lab)

    @property
    def students(self) -> tuple[Person, ...]:
        """Those who are graded."""
        return tuple(person for person in self.people if person.role is PersonRole.STUDENT)
