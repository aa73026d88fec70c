"""To whom a message goes: everybody, a group, one student, or those of whom something is true."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.cohort import Person
from autograder.insights.attention import silence
from autograder.insights.sight import Sight
from autograder.schedule.rules import LabState


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to choose: ``id`` is what the form sends; ``says`` and ``value`` make its label."""

    id: str
    says: str  # message id
    value: str = ""


def choices(sight: Sight) -> list[Choice]:
    """Return the ways to choose, but for single students."""
    groups = sorted({person.group for person in sight.cohort.students if person.group})
    found = [Choice(id="all", says="actions.to.all")]
    found += [Choice(id=f"group:{group}", says="actions.to.group", value=group) for group in groups]
    for dates in sight.cohort.labs:
        if dates.opens <= sight.asof:
            found.append(Choice(id=f"missing:{dates.lab}", says="actions.to.missing", value=dates.lab))
            found.append(Choice(id=f"stuck:{dates.lab}", says="actions.to.stuck", value=dates.lab))
    return [*found, Choice(id="silent", says="actions.to.silent")]


def chosen(sight: Sight, id: str) -> list[Person]:
    """Return the students that a choice means, by name; none for one that is not there."""
    kind, _, value = id.partition(":")
    people = sorted(sight.cohort.students, key=lambda person: person.name.casefold())
    if kind == "all":
        return people
    if kind == "group":
        return [person for person in people if person.group == value]
    if kind == "user":
        return [person for person in people if person.user == value]
    if kind == "missing":
        return [person for person in people if _missing(sight, person.user, value)]
    if kind == "stuck":
        stuck = {one.student for one in sight.stuck(value)}
        return [person for person in people if person.user in stuck]
    if kind == "silent":
        return [person for person in people if _silent(sight, person.user)]
    return []


def _missing(sight: Sight, user: str, lab: str) -> bool:
    standing = sight.standing[user].get(lab)
    return standing is not None and standing.state in (LabState.OPEN, LabState.LATE)


def _silent(sight: Sight, user: str) -> bool:
    attempts = [attempt for dates in sight.cohort.labs for attempt in sight.facts.lab(dates.lab).of(user)]
    return silence(user, attempts, sight.standing[user].values(), sight.asof) is not None
