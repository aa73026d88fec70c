"""A cohort's file becomes a ``Cohort``; whatever is wrong in it becomes a sentence with file, line, key and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from autograder.cohort.errors import CohortError, line_of
from autograder.cohort.schema import CohortTable
from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, Policy
from autograder.course.errors import complaint
from autograder.messages import say

_OURS = ("zone", "user")
"""Kinds of complaint that only a cohort's file knows."""


def read_cohort(path: Path) -> Cohort:
    """Read the cohort's file at ``path``. Raises ``CohortError`` for anything wrong in it."""
    return parse_cohort(_text(path), path)


def parse_cohort(text: str, path: Path) -> Cohort:
    """Read a cohort from the text of its file, ``path`` being what errors name. Raises ``CohortError``."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:  # its message names line and column
        raise CohortError(path, 0, "", say("cohort.problem.toml", why=str(error)), say("cohort.remedy.toml")) from error
    try:
        table = CohortTable.model_validate(raw)
    except ValidationError as error:
        raise _explain(path, text, raw, error.errors(include_url=False)[0]) from error
    for loc, kind, values in _faults(table):
        raise _fault(path, text, loc, kind, values)
    return _cohort(table)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CohortError(path, 0, "", say("cohort.problem.no_file"), say("cohort.remedy.no_file")) from error
    except (OSError, UnicodeDecodeError) as error:
        problem = say("cohort.problem.unreadable", why=getattr(error, "strerror", "") or "UTF-8")
        raise CohortError(path, 0, "", problem, say("cohort.remedy.unreadable")) from error


def _explain(path: Path, text: str, raw: dict[str, Any], error: Any) -> CohortError:
    loc = error["loc"]
    if error["type"] in _OURS:
        return _fault(path, text, loc, error["type"], error.get("ctx", {}))
    key, problem, remedy = complaint(CohortTable, raw, error)
    return CohortError(path, line_of(text, loc), key, problem, remedy)


Fault = tuple[tuple[Any, ...], str, dict[str, object]]
"""Where in the file, which kind, and what its sentence needs."""


def _fault(path: Path, text: str, loc: tuple[Any, ...], kind: str, values: dict[str, object]) -> CohortError:
    key = ".".join(str(part) for part in loc if isinstance(part, str))
    problem, remedy = say(f"cohort.problem.{kind}", **values), say(f"cohort.remedy.{kind}", **values)
    return CohortError(path, line_of(text, loc), key, problem, remedy)


def _faults(table: CohortTable) -> Iterator[Fault]:
    """Yield what no single key shows."""
    yield from _repeated("lab", "id", [lab.id for lab in table.lab])
    yield from _repeated("session", "id", [session.id for session in table.session])
    yield from _repeated("person", "user", [person.user.casefold() for person in table.person])
    labs = [lab.id for lab in table.lab]
    zone = table.zone_info
    for place, lab in enumerate(table.lab):
        yield from _missing_hour(("lab", place, "opens"), lab.opens, zone)
        yield from _missing_hour(("lab", place, "due"), lab.due, zone)
        if _aware(lab.due, zone) <= _aware(lab.opens, zone):
            yield ("lab", place, "due"), "due_before_opens", {"lab": lab.id, "opens": lab.opens.isoformat(" ")}
    for place, session in enumerate(table.session):
        yield from _missing_hour(("session", place, "starts"), session.starts, zone)
        for lab_id in session.expects:
            if lab_id not in labs:
                yield ("session", place, "expects"), "no_lab", {"lab": lab_id, "known": ", ".join(labs) or "—"}


def _repeated(table: str, key: str, values: Sequence[str]) -> Iterator[Fault]:
    for place, value in enumerate(values):
        if value in values[:place]:
            yield (table, place, key), "repeated", {"value": value}


def _missing_hour(loc: tuple[Any, ...], moment: datetime, zone: ZoneInfo) -> Iterator[Fault]:
    """Yield a time that clocks skip when they go forward."""
    if moment.tzinfo is None and _aware(moment, zone).astimezone(zone).replace(tzinfo=None) != moment:
        yield loc, "no_such_hour", {"value": moment.isoformat(" "), "zone": zone.key}


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC, so that times compare by when they are; one without a zone is in the cohort's."""
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


def _cohort(table: CohortTable) -> Cohort:
    zone = table.zone_info

    def local(moment: datetime) -> datetime:
        return _aware(moment, zone).astimezone(zone)

    return Cohort(
        slug=table.slug,
        title=table.title,
        zone=zone,
        policy=Policy(**table.policy.model_dump()),
        people=tuple(Person(**person.model_dump()) for person in table.person),
        labs=tuple(
            LabDates(lab=lab.id, opens=local(lab.opens), due=local(lab.due), attempts=lab.attempts) for lab in table.lab
        ),
        sessions=tuple(
            CohortSession(
                id=session.id,
                kind=session.kind,
                title=session.title,
                starts=local(session.starts),
                length=session.length,
                place=session.place,
                expects=tuple(session.expects),
            )
            for session in table.session
        ),
    )
