"""Events as an iCalendar feed (RFC 5545, RFC 7986) that Google, Outlook, Apple and Moodle subscribe to.

The same events are the same bytes: a calendar that asks with the ETag it knows is told that nothing changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Timezone
from icalendar import Event as Entry

from autograder.schedule.events import Event, EventKind

REFRESH = timedelta(hours=1)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def feed(events: Sequence[Event], *, name: str, zone: ZoneInfo, url: str = "") -> bytes:
    """Return the feed. Times are in ``zone`` with its VTIMEZONE; ``url`` is the page each entry leads to."""
    calendar = Calendar()
    calendar.add("prodid", "-//autograder//cohort calendar//ES")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if events:
        years = [event.starts.astimezone(zone).year for event in events]
        calendar.add_component(_zone(zone.key, min(years), max(years)))
    for event in events:
        calendar.add_component(_entry(event, zone, url))
    content: bytes = calendar.to_ical()
    return content


@lru_cache(maxsize=32)
def _zone(key: str, first: int, last: int) -> Timezone:
    """Return a VTIMEZONE that holds for those years; finding its changes takes long, so it is done once."""
    return Timezone.from_tzid(key, first_date=date(first, 1, 1), last_date=date(last + 1, 12, 31))


def sequence(modified: datetime) -> int:
    """Return an entry's SEQUENCE: it grows whenever the entry is moved, without a counter to keep."""
    return max(0, int((modified - _EPOCH).total_seconds()) // 60)


def _entry(event: Event, zone: ZoneInfo, url: str) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("summary", event.title)
    entry.add("dtstart", event.starts.astimezone(zone))
    if event.ends > event.starts:
        entry.add("dtend", event.ends.astimezone(zone))
    entry.add("dtstamp", event.modified.replace(microsecond=0))
    entry.add("last-modified", event.modified.replace(microsecond=0))
    entry.add("sequence", sequence(event.modified))
    entry.add("status", "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if event.kind in (EventKind.OPENS, EventKind.DUE) else "OPAQUE")
    entry.add("categories", [event.kind.value.upper()])
    for name, value in (("description", event.detail), ("location", event.place), ("url", url)):
        if value:
            entry.add(name, value)
    for before in event.reminders:
        entry.add_component(_alarm(before, event.title))
    return entry


def _alarm(before: timedelta, title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", title)
    return alarm
