"""A month as weeks of days with their events, Monday first. Pure."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from autograder.schedule.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One square. ``inside`` is whether it belongs to the month shown."""

    date: date
    inside: bool
    today: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month with its neighbours, as "2021-10"."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    before: str
    after: str


def month_of(events: Sequence[Event], first: date, zone: ZoneInfo, today: date) -> Month:
    """Return the month that ``first`` lies in, each event on its local day."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.starts.astimezone(zone).date(), []).append(event)
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    return Month(
        first=first.replace(day=1),
        weeks=tuple(
            tuple(
                Day(date=day, inside=day.month == first.month, today=day == today, events=tuple(by_day.get(day, ())))
                for day in week
            )
            for week in weeks
        ),
        before=shift_month(first, -1),
        after=shift_month(first, 1),
    )


def shift_month(first: date, months: int) -> str:
    """Return the month so many months away as "2021-10"."""
    count = first.year * 12 + first.month - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def read_month(text: str, today: date) -> date:
    """Return the first day of "2021-10"; of today's month for what is not a month of 1970 to 2199."""
    year, _, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and 1970 <= int(year) <= 2199 and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return today.replace(day=1)
