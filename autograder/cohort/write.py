"""A ``Cohort`` as the text of its file, and new people into a file that stays as its author wrote it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, PersonRole, Policy


def cohort_toml(cohort: Cohort) -> str:
    """Return the file that ``read_cohort`` reads as ``cohort``; times are local, without a zone."""
    parts = [
        _pairs({"slug": cohort.slug, "title": cohort.title, "zone": cohort.zone.key}),
        "\n[policy]\n" + _policy(cohort.policy),
        *("\n[[lab]]\n" + _lab(dates) for dates in cohort.labs),
        *("\n[[session]]\n" + _session(session) for session in cohort.sessions),
        *map(_person, cohort.people),
    ]
    return "".join(parts)


def with_people(text: str, people: Iterable[Person]) -> str:
    """Return a cohort's text with ``people`` in place of its ``[[person]]`` tables; all the rest stays as it is."""
    kept = "".join(_without_people(text.splitlines(keepends=True))).rstrip("\n")
    return kept + "\n" + "".join(map(_person, people))


def write_file(path: Path, text: str) -> None:
    """Write a file that a reader meets whole or not at all, as the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _without_people(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.lstrip().startswith("["):
            inside = line.replace(" ", "").startswith("[[person]]")
        if not inside:
            yield line


def _pairs(values: dict[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: object) -> str:
    match value:
        case datetime():
            return value.replace(tzinfo=None).isoformat(timespec="seconds")
        case timedelta():
            return _value(_length(value))
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            return str(value)


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    if seconds and seconds % 3600 == 0:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:g} min" if seconds % 60 == 0 else f"{seconds:.15g} s"


def _policy(policy: Policy) -> str:
    return _pairs(
        {
            "attempts": policy.attempts,
            "grace": policy.grace,
            "per_day": policy.per_day,
            "floor": policy.floor,
            "free_days": policy.free_days,
            "counts": policy.counts.value,
            "solution_after": policy.solution_after,
        }
    )


def _lab(dates: LabDates) -> str:
    own = {} if dates.attempts is None else {"attempts": dates.attempts}
    return _pairs({"id": dates.lab, "opens": dates.opens, "due": dates.due, **own})


def _session(session: CohortSession) -> str:
    place = {"place": session.place} if session.place else {}
    expects = {"expects": session.expects} if session.expects else {}
    return _pairs(
        {
            "id": session.id,
            "kind": session.kind.value,
            "title": session.title,
            "starts": session.starts,
            "length": session.length,
            **place,
            **expects,
        }
    )


def _person(person: Person) -> str:
    values = {"user": person.user, "name": person.name}
    if person.role is not PersonRole.STUDENT:
        values["role"] = person.role.value
    values |= {key: value for key, value in (("group", person.group), ("email", person.email)) if value}
    return "\n[[person]]\n" + _pairs(dict(values))
