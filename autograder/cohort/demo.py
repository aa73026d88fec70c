"""A cohort to try things with: ``demo.toml`` says who hands in what; its dates lie around today. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, PersonRole, Policy, SessionKind
from autograder.messages import say

SLUG = "demo"

_MORNING, _NOON, _LAST = time(10), time(12), time(23, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One submission: which work, and when."""

    user: str
    lab: str
    work: str  # "start", "half", "most", "all", "wrong-3"
    received_at: datetime


@cache
def script() -> dict[str, Any]:
    """Return ``demo.toml``."""
    return tomllib.loads(files(__package__).joinpath("demo.toml").read_text(encoding="utf-8"))


def demo_cohort(labs: Sequence[str], now: datetime) -> Cohort:
    """Return the cohort as it would be in the week before its fourth feedback session.

    The first lab fell due last Saturday or before, the second is open; others open after the end.
    """
    told = script()
    zone = ZoneInfo(told["zone"])
    sunday = _next_sunday(now.astimezone(zone).date())

    def at(days: int, hour: time) -> datetime:
        return datetime.combine(sunday + timedelta(days=days), hour, zone)

    windows = [(at(-21, _NOON), at(-8, _LAST)), (at(-10, _NOON), at(6, _LAST))]
    windows += [(at(8 + 7 * n, _NOON), at(14 + 7 * n, _LAST)) for n in range(max(0, len(labs) - 2))]
    first, second = tuple(labs[:1]), tuple(labs[1:2])
    sessions = [
        ("feedback-3", SessionKind.FEEDBACK, -14, first),
        ("avance-2", SessionKind.AVANCE, -7, first),
        ("feedback-4", SessionKind.FEEDBACK, 0, second),
        ("avance-3", SessionKind.AVANCE, 7, (*first, *second)),
        ("cierre-2", SessionKind.CIERRE, 14, (*first, *second)),
    ]
    return Cohort(
        slug=SLUG,
        title=told["title"],
        zone=zone,
        policy=Policy(attempts=5, free_days=2),
        people=tuple(_person(row) for row in (*told["staff"], *told["student"])),
        labs=tuple(LabDates(lab=lab, opens=opens, due=due) for lab, (opens, due) in zip(labs, windows, strict=False)),
        sessions=tuple(
            CohortSession(
                id=id,
                kind=kind,
                title=say(f"cohort.demo.{id.replace('-', '_')}"),
                starts=at(days, _MORNING),
                place=say("cohort.demo.place"),
                expects=expects,
            )
            for id, kind, days, expects in sessions
        ),
    )


def demo_steps(cohort: Cohort, now: datetime) -> list[Step]:
    """Return what the students hand in up to ``now``, in the order in which it comes in."""
    found = []
    for place, key in enumerate(("first", "second")):
        if place >= len(cohort.labs):
            continue
        dates = cohort.labs[place]
        end = dates.due if place == 0 else min(now, dates.due)
        for row in script()["student"]:
            for told in row[key]:
                work, share = told.split()
                received = dates.opens + float(share) * (end - dates.opens)
                found.append(Step(user=row["user"], lab=dates.lab, work=work, received_at=received))
    return sorted((step for step in found if step.received_at <= now), key=lambda step: step.received_at)


def _next_sunday(today: date) -> date:
    return today + timedelta(days=7 - today.isoweekday() % 7)


def _person(row: dict[str, Any]) -> Person:
    return Person(
        user=row["user"],
        name=row["name"],
        role=PersonRole(row.get("role", PersonRole.STUDENT)),
        group=row.get("group", ""),
        email=row.get("email", ""),
    )
