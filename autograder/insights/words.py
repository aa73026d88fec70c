"""What a report says in sentences, the same on the page and on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Protocol

from babel.dates import format_date

from autograder.insights.attention import Stuck
from autograder.insights.progress import StudentProgress, Topic

Say = Callable[..., str]

MOST_NAMED = 3
"""So many questions of a lab are named in a reason."""


class Names(Protocol):
    """What labs and questions are called."""

    def lab(self, id: str) -> str:
        """Return a lab's title."""

    def short(self, id: str) -> str:
        """Return a lab's short name."""

    def question(self, lab: str, question: str) -> str:
        """Return a question's title."""


def topic_says(topic: Topic, names: Names, say: Say) -> str:
    """Return something to talk about as a sentence."""
    values = {
        "count": topic.count,
        "of": topic.of,
        "lab": names.short(topic.lab) if topic.lab else "",
        "question": names.question(topic.lab, topic.question) if topic.question else "",
    }
    return say(f"insights.topic.{topic.kind}", **values)


def reasons(student: StudentProgress, names: Names, say: Say, zone: tzinfo, language: str) -> list[str]:
    """Return why somebody should talk to a student, each reason a short sentence."""
    found = []
    if student.silent:
        last = student.silent.last
        if last is None:
            found.append(say("insights.reason.never"))
        else:
            found.append(say("insights.reason.silent", day=day(last, zone, language)))
    for lab in student.missing:
        found.append(say("insights.reason.missing", lab=names.short(lab)))
    for lab, stuck in groupby(student.stuck, key=lambda one: one.lab):
        found.append(_stuck_says(lab, list(stuck), names, say))
    return found


def _stuck_says(lab: str, stuck: list[Stuck], names: Names, say: Say) -> str:
    """Return where a student is stuck in a lab: each question, of many only the first."""
    named = [f"«{names.question(lab, one.question)}»" for one in stuck]
    if len(named) > MOST_NAMED:
        more = say("insights.reason.stuck.more", count=len(named) - MOST_NAMED + 1)
        named = [*named[: MOST_NAMED - 1], more]
    return say("insights.reason.stuck", lab=names.short(lab), questions=", ".join(named), count=len(stuck))


def day(moment: datetime, zone: tzinfo, language: str) -> str:
    """Return a date as people say it: "14 oct 2021"."""
    return str(format_date(moment.astimezone(zone), "d MMM y", locale=language))


def moment_says(moment: datetime, zone: tzinfo, language: str) -> str:
    """Return a date and hour: "17 oct 2021, 18:00"."""
    return f"{day(moment, zone, language)}, {moment.astimezone(zone):%H:%M}"
