"""What a person's calendar holds: meetings, openings and due dates, with their extensions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from autograder.course.cohort import Cohort, CohortSession, LabDates, SessionKind
from autograder.messages import say_in
from autograder.schedule.rules import Extension, deadline

_BEFORE_DUE = (timedelta(days=1), timedelta(hours=3))
_BEFORE_SESSION = (timedelta(days=1), timedelta(minutes=30))


class EventKind(StrEnum):
    """What happens."""

    FEEDBACK = "feedback"
    AVANCE = "avance"
    CIERRE = "cierre"
    OPENS = "opens"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry. ``uid`` never changes, whatever is moved; ``modified`` is when anything of it last did."""

    uid: str
    kind: EventKind
    title: str
    starts: datetime
    ends: datetime
    detail: str = ""
    place: str = ""
    lab: str = ""
    session: str = ""
    extended: bool = False
    reminders: tuple[timedelta, ...] = ()
    modified: datetime = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """When dates were last moved: the cohort's file, and of some labs, something of their own."""

    file: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    labs: Mapping[str, datetime] = field(default_factory=dict)


def events_of(
    cohort: Cohort,
    user: str,
    extensions: Sequence[Extension],
    titles: Mapping[str, str],
    language: str,
    moves: Moves | None = None,
) -> list[Event]:
    """Return a person's entries in their order. ``titles`` names labs; one without a title is called by its id."""
    moves = moves or Moves()
    found = [_session(cohort, session, titles, language, moves) for session in cohort.sessions]
    for dates in cohort.labs:
        due = deadline(cohort, dates.lab, user, extensions)
        found += _lab(cohort, dates, due, titles.get(dates.lab, dates.lab), language, moves)
    return sorted(found, key=lambda event: (event.starts.astimezone(UTC), event.uid))


def _session(cohort: Cohort, session: CohortSession, titles: Mapping[str, str], language: str, moves: Moves) -> Event:
    labs = ", ".join(titles.get(lab, lab) for lab in session.expects)
    return Event(
        uid=_uid(cohort, "session", session.id),
        kind=EventKind(session.kind.value),
        title=session.title,
        starts=session.starts,
        ends=session.starts + session.length,
        detail=_expects(session.kind, labs, language),
        place=session.place,
        session=session.id,
        reminders=_BEFORE_SESSION,
        modified=moves.file,
    )


def _expects(kind: SessionKind, labs: str, language: str) -> str:
    if not labs:
        return ""
    if kind is SessionKind.FEEDBACK:
        return say_in(language, "schedule.expects.feedback", labs=labs)
    if kind is SessionKind.AVANCE:
        return say_in(language, "schedule.expects.avance", labs=labs)
    return say_in(language, "schedule.expects.cierre", labs=labs)


def _lab(
    cohort: Cohort, dates: LabDates, due: datetime, title: str, language: str, moves: Moves
) -> tuple[Event, Event]:
    modified = max(moves.file, moves.labs.get(dates.lab, moves.file))
    extended = due != dates.due
    opens = Event(
        uid=_uid(cohort, "opens", dates.lab),
        kind=EventKind.OPENS,
        title=say_in(language, "schedule.opens", lab=title),
        starts=dates.opens,
        ends=dates.opens,
        lab=dates.lab,
        modified=modified,
    )
    closes = Event(
        uid=_uid(cohort, "due", dates.lab),
        kind=EventKind.DUE,
        title=say_in(language, "schedule.due", lab=title),
        starts=due,
        ends=due,
        detail=say_in(language, "schedule.extended") if extended else "",
        lab=dates.lab,
        extended=extended,
        reminders=_BEFORE_DUE,
        modified=modified,
    )
    return opens, closes


def _uid(cohort: Cohort, kind: str, id: str) -> str:
    return f"{kind}-{id}.{cohort.slug}@autograder"
