"""The shape of a cohort's file, for pydantic: every key it may have, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from autograder.course.cohort import Counts, PersonRole, SessionKind
from autograder.course.schema import Name, Table, Title
from autograder.course.units import TIMES, parse_seconds


def _length(value: Any) -> timedelta:
    try:
        return timedelta(0) if value in ("0", "0 s", "0 min") else timedelta(seconds=parse_seconds(value))
    except (TypeError, ValueError) as error:
        raise PydanticCustomError("time", "not a time", {"value": repr(value), "units": ", ".join(TIMES)}) from error


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("zone", "not a zone", {"value": value})
    return value


def _word(value: str) -> str:
    """Keep a hub name to one word that can also be a folder's name."""
    if value in (".", "..") or value != value.strip() or not value.isprintable() or set(value) & set("/\\<>\"'"):
        raise PydanticCustomError("user", "not a user name", {"value": value})
    return value


Length = Annotated[timedelta, BeforeValidator(_length)]
Zone = Annotated[str, AfterValidator(_zone)]
User = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_word)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1, strict=False)]
Amount = Annotated[int, Field(ge=0, le=1000)]


def _choice(kind: type[Counts] | type[PersonRole] | type[SessionKind]) -> BeforeValidator:
    """Read a word of an enumeration. Strict pydantic takes only its members, TOML only has strings."""

    def read(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError as error:
            choices = ", ".join(repr(member.value) for member in kind)
            raise PydanticCustomError("literal_error", "not a choice", {"expected": choices}) from error

    return BeforeValidator(read)


class PolicyTable(Table):
    attempts: Amount = 0
    grace: Length = timedelta(minutes=15)
    per_day: Share = 0.10
    floor: Share = 0.50
    free_days: Amount = 0
    counts: Annotated[Counts, _choice(Counts)] = Counts.BEST
    solution_after: Amount = 0


class DatesTable(Table):
    id: Name
    opens: datetime
    due: datetime
    attempts: Amount | None = None


class SessionTable(Table):
    id: Name
    kind: Annotated[SessionKind, _choice(SessionKind)]
    title: Title
    starts: datetime
    length: Length = timedelta(minutes=90)
    place: Text = ""
    expects: list[Name] = Field(default_factory=list)


class PersonTable(Table):
    user: User
    name: Title
    role: Annotated[PersonRole, _choice(PersonRole)] = PersonRole.STUDENT
    group: Text = ""
    email: Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+)?$", max_length=200)] = ""


class CohortTable(Table):
    slug: Name
    title: Title
    zone: Zone
    policy: PolicyTable = PolicyTable()
    lab: list[DatesTable] = Field(default_factory=list)
    session: list[SessionTable] = Field(default_factory=list)
    person: list[PersonTable] = Field(default_factory=list)

    @property
    def zone_info(self) -> ZoneInfo:
        """Return the zone in which the file's times are written."""
        return ZoneInfo(self.zone)
