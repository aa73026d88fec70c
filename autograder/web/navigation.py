"""Where a person can go: the entries of the navigation by role."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.cohort import PersonRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry. ``name`` is what a page calls itself in ``Page.here``; ``path`` is below the prefix."""

    name: str
    path: str
    says: str  # message id


ROUTE = Link(name="route", path="", says="web.nav.route")
CALENDAR = Link(name="calendar", path="calendar", says="web.nav.calendar")
COHORT = Link(name="cohort", path="cohort", says="web.nav.cohort")
QUESTIONS = Link(name="questions", path="questions", says="web.nav.questions")
AVANCE = Link(name="avance", path="avance", says="web.nav.avance")
QUEUE = Link(name="queue", path="queue", says="web.nav.queue")
GRADING = Link(name="grading", path="grading", says="web.nav.grading")
MESSAGES = Link(name="messages", path="messages", says="web.nav.messages")
ACTIONS = Link(name="actions", path="actions", says="web.nav.actions")
RELEASES = Link(name="releases", path="releases", says="web.nav.releases")

STUDENT = (ROUTE, CALENDAR)
ASSISTANT = (COHORT, QUESTIONS, AVANCE, GRADING, QUEUE, CALENDAR)
INSTRUCTOR = (*ASSISTANT, MESSAGES, ACTIONS, RELEASES)


def links(role: PersonRole) -> tuple[Link, ...]:
    """Return where a person of that role can go."""
    return {PersonRole.STUDENT: STUDENT, PersonRole.ASSISTANT: ASSISTANT, PersonRole.INSTRUCTOR: INSTRUCTOR}[role]
