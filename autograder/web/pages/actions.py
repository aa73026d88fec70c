"""The page *Acciones*: what stands, what can be done, and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograder.cohort.decisions import Granted, granted
from autograder.cohort.desk import Entry, trail
from autograder.cohort.regrades import Regrade, regrades
from autograder.web.acting import ActionPage
from autograder.web.labels import labels_of

PAGE_LINES = 60


class ActionsPage(ActionPage):
    """``/actions``."""

    async def get(self) -> None:
        """Show it."""
        standing, again, lines = await self.work(self._read)
        self.render_page(
            "actions.html",
            done=self.was_done(),
            extensions=[one for one in standing if one.score is None],
            overrides=[one for one in standing if one.score is not None],
            regrades=again,
            lines=lines,
            did=self.did,
            names=self.names(),
            labels=labels_of(self.services, [dates.lab for dates in self.cohort.labs]),
            minutes=int(self.cohort.policy.grace.total_seconds() // 60),
        )

    def names(self) -> dict[str, str]:
        """Return what people are called, by user."""
        return {person.user: person.name for person in self.cohort.people}

    def did(self, action: str) -> str:
        """Return an action in words; one of another version of ours by its name."""
        return self.say(f"actions.did.{action.replace('.', '_')}") if action in ACTIONS else action

    def _read(self) -> tuple[list[Granted], list[Regrade], list[Entry]]:
        with self.services.desk.reading() as session:
            return granted(session), regrades(session, 5), trail(session, limit=8)


class AuditPage(ActionsPage):
    """``/actions/audit?user=ana&action=extension&before=120``."""

    async def get(self) -> None:
        """Show it, newest lines first."""
        user, action = self.get_query_argument("user", ""), self.get_query_argument("action", "")
        asked = self.get_query_argument("before", "")
        before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
        lines = await self.work(self._trail, user, action if action in KINDS else "", before)
        self.render_page(
            "audit.html",
            lines=lines[:PAGE_LINES],
            older=lines[PAGE_LINES - 1].id if len(lines) > PAGE_LINES else None,
            user=user,
            action=action,
            kinds=KINDS,
            names=self.names(),
            labels=labels_of(self.services, [dates.lab for dates in self.cohort.labs]),
            detail=detail,
            did=self.did,
        )

    def _trail(self, user: str, action: str, before: int | None) -> list[Entry]:
        with self.services.desk.reading() as session:
            return trail(session, user=user, action=action, before=before, limit=PAGE_LINES + 1)


ACTIONS = (
    "extension.grant",
    "extension.revoke",
    "override.set",
    "override.revoke",
    "points.give",
    "policy.change",
    "dates.change",
    "release.open",
    "release.hold",
    "release.publish",
    "regrade.start",
    "message.send",
    "review.note",
    "review.done",
    "solution.open",
    "feed.open",
    "feed.close",
)
"""What the trail tells in words: ``actions.did.ACTION``, with an underscore for the dot."""

KINDS = (
    "extension",
    "override",
    "points",
    "policy",
    "dates",
    "release",
    "regrade",
    "message",
    "review",
    "solution",
    "feed",
)
"""What the trail can be narrowed to: the first part of an action's name."""


def detail(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was set as pairs of key and text, with what was there before behind an arrow."""
    now, before = values.get("now"), values.get("before")
    if isinstance(now, dict) and isinstance(before, dict):
        return [(key, f"{_text(before.get(key))} → {_text(now[key])}") for key in now if now[key] != before.get(key)]
    found = [(key, _text(value)) for key, value in values.items() if key != "before"]
    return [*found, *([] if before is None else [("before", _text(before))])]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return text if len(text) <= 120 else f"{text[:119]}…"


ROUTES = [("actions", ActionsPage), ("actions/audit", AuditPage)]
