"""A list of students as spreadsheets write it becomes people; each mistake is told with its line and what to do.

Columns are known by their names, in Spanish or English, in any order, with or without accents: user, name (or surnames
and given names apart), group, email. Separated by commas, semicolons or tabs; UTF-8, with or without a BOM.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from autograder.cohort.errors import CohortError
from autograder.cohort.schema import PersonTable
from autograder.course.cohort import Cohort, Person
from autograder.messages import say

COLUMNS = {
    "user": ("usuario", "user", "username", "login", "codigo", "code"),
    "name": (
        "nombre completo",
        "apellidos y nombres",
        "nombre",
        "estudiante",
        "alumno",
        "name",
        "full name",
        "student",
    ),
    "last": ("apellidos", "apellido", "last name", "surname", "lastname"),
    "first": ("nombres", "first name", "given name", "firstname"),
    "group": ("grupo", "seccion", "group", "section"),
    "email": ("correo", "correo electronico", "email", "e-mail", "mail"),
}
"""What a column may be called, folded to lower case without accents."""

MOST_ROWS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What a list holds: people in its order, and every mistake."""

    people: tuple[Person, ...]
    errors: tuple[CohortError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What importing a list does to a cohort. Nobody is ever removed: ``absent`` are only told."""

    people: tuple[Person, ...]  # everybody, staff first as they were
    added: tuple[Person, ...]
    changed: tuple[Person, ...]
    same: int
    absent: tuple[Person, ...]  # students of the cohort who are not in the list


def read_roster(path: Path, content: bytes) -> Roster:
    """Read a list; ``path`` is what errors name."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Roster(people=(), errors=(_error(path, line, "encoding"),))
    rows = list(_rows(text))
    if not rows:
        return Roster(people=(), errors=(_error(path, 0, "empty"),))
    header_line, header = rows[0]
    places = _columns(header)
    if "user" not in places or not {"name", "last", "first"} & places.keys():
        return Roster(people=(), errors=(_error(path, header_line, "columns", found=", ".join(header)),))
    people: dict[str, Person] = {}
    lines: dict[str, int] = {}
    errors: list[CohortError] = []
    for line, cells in rows[1:]:
        found = _read_row(path, line, cells, header, places)
        if isinstance(found, CohortError):
            errors.append(found)
        elif (key := found.user.casefold()) in people:
            errors.append(_error(path, line, "twice", user=found.user, first=lines[key]))
        else:
            people[key], lines[key] = found, line
    if len(rows) - 1 > MOST_ROWS:
        errors.append(_error(path, 0, "too_many", most=MOST_ROWS))
    return Roster(people=tuple(people.values()), errors=tuple(errors))


def merge(cohort: Cohort, roster: Sequence[Person]) -> Merge:
    """Return what importing ``roster`` does. Staff of the cohort keep their role; an empty cell changes nothing."""
    known = {person.user.casefold(): person for person in cohort.people}
    added, changed, same = [], [], 0
    after = dict(known)
    for person in roster:
        key = person.user.casefold()
        before = known.get(key)
        if before is None:
            added.append(person)
            after[key] = person
            continue
        now = replace(before, name=person.name, group=person.group or before.group, email=person.email or before.email)
        after[key] = now
        if now == before:
            same += 1
        else:
            changed.append(now)
    listed = {person.user.casefold() for person in roster}
    return Merge(
        people=tuple(after.values()),
        added=tuple(added),
        changed=tuple(changed),
        same=same,
        absent=tuple(person for person in cohort.students if person.user.casefold() not in listed),
    )


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold something, each with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    before = 0
    for cells in reader:
        trimmed = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
        if any(trimmed):
            yield before + 1, trimmed
        before = reader.line_num


def _delimiter(text: str) -> str:
    """Return what separates the header's columns: what it has most of."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return where each column is. "Nombres" beside "Apellidos" is the given names; a lone "nombres" is the name."""
    folded = [_folded(name) for name in header]
    places = {
        key: next(place for place, name in enumerate(folded) if name in names)
        for key, names in COLUMNS.items()
        if any(name in names for name in folded)
    }
    if "last" in places and "name" in places and "first" not in places:
        places["first"] = places.pop("name")  # "apellidos", "nombre"
    return places


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _read_row(
    path: Path, line: int, cells: Sequence[str], header: Sequence[str], places: Mapping[str, int]
) -> Person | CohortError:
    if len(cells) > len(header):
        return _error(path, line, "too_many_cells", found=len(cells), wanted=len(header))
    cell = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
    name = cell.get("name") or ", ".join(part for part in (cell.get("last"), cell.get("first")) if part)
    if not cell["user"]:
        return _error(path, line, "no_user", name=name or "—")
    if not name:
        return _error(path, line, "no_name", user=cell["user"])
    values = {"user": cell["user"], "name": name, "group": cell.get("group", ""), "email": cell.get("email", "")}
    try:
        return Person(**PersonTable.model_validate(values).model_dump())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        return _error(path, line, "cell", value=str(values.get(key, ""))[:60], column=header[_place(places, key)])


def _place(places: Mapping[str, int], key: str) -> int:
    return places.get(key, places.get("last", places.get("first", 0)))


def _error(path: Path, line: int, kind: str, **values: object) -> CohortError:
    kind = f"roster_{kind}"
    problem, remedy = say(f"cohort.problem.{kind}", **values), say(f"cohort.remedy.{kind}", **values)
    return CohortError(path, line, "", problem, remedy)
