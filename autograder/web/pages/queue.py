"""The page *Entregas*: what is being graded, what waits, what failed, live; and a button that tries again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError

from autograder.course.cohort import PersonRole
from autograder.exchange.queue import Job, JobState
from autograder.web.labels import labels_of
from autograder.web.page import Page
from autograder.web.services import Services

LOOK_SECONDS = 1.0
WATCH_SECONDS = 900.0
WATCHERS = 50
AGAIN_MILLISECONDS = 2000  # after which a browser asks again where the answer has ended
SINCE = timedelta(hours=6)
MOST_WAITING, MOST_ENDED = 60, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the page shows. ``waited`` and ``took`` are medians in seconds of what ended lately; None without any."""

    running: tuple[Job, ...]
    waiting: tuple[Job, ...]
    failed: tuple[Job, ...]
    ended: tuple[Job, ...]  # newest first
    held: int
    waited: float | None
    took: float | None


def read_board(services: Services) -> Board:
    """Return the queue as it is. A constant number of queries."""
    now, queue = services.clock(), services.queue
    live, ended = queue.live(), [job for job in queue.ended(now - SINCE) if job.state is JobState.DONE]
    return Board(
        running=tuple(job for job in live if job.state is JobState.RUNNING),
        waiting=tuple(job for job in live if job.state is JobState.QUEUED),
        failed=tuple(queue.given_up()),
        ended=tuple(reversed(ended[-MOST_ENDED:])),
        held=queue.counts()[JobState.HELD],
        waited=_median(job.started_at - job.queued_at for job in ended if job.started_at and job.tries == 1),
        took=_median(job.ended_at - job.started_at for job in ended if job.started_at and job.ended_at),
    )


def _median(lengths: Iterator[timedelta] | Sequence[timedelta]) -> float | None:
    found = sorted(length.total_seconds() for length in lengths)
    return found[len(found) // 2] if found else None


class QueuePage(Page):
    """``/queue``."""

    least = PersonRole.ASSISTANT
    here = "queue"

    async def get(self) -> None:
        """Show it."""
        board = await self.work(read_board, self.services)
        self.render_page(
            "queue.html",
            board=board,
            labels=labels_of(self.services, ()),
            names={person.user: person.name for person in self.cohort.people},
            now=self.services.clock(),
            most_waiting=MOST_WAITING,
            since=SINCE,
        )


class QueueEvents(Page):
    """``/queue/events``: says when the page has changed (server-sent events)."""

    least = PersonRole.ASSISTANT
    speaks_json = True

    async def get(self) -> None:
        """Tell until the browser has left. The page itself is fetched again by whoever is told."""
        with _watching(self.application) as allowed:
            if not allowed:
                raise HTTPError(503)
            self.set_header("Content-Type", "text/event-stream; charset=utf-8")
            self.set_header("X-Accel-Buffering", "no")
            try:
                await self._tell()
            except StreamClosedError:
                return

    async def _tell(self) -> None:
        told: object = None
        until = time.monotonic() + WATCH_SECONDS
        while time.monotonic() < until:
            counts = await self.work(self.services.queue.counts)
            if counts != told:
                told = counts
                named = {state.value: count for state, count in counts.items()}
                self.write(f"retry: {AGAIN_MILLISECONDS}\ndata: {json.dumps(named)}\n\n")
                if not self.streams:
                    return
            else:
                self.write(": still here\n\n")
            await self.flush()
            await asyncio.sleep(LOOK_SECONDS)


@contextmanager
def _watching(application: Application) -> Iterator[bool]:
    """Count who watches; say whether there is room for one more."""
    count = application.settings.setdefault("queue_watchers", 0)
    application.settings["queue_watchers"] = count + 1
    try:
        yield count < WATCHERS
    finally:
        application.settings["queue_watchers"] -= 1


class Retry(Page):
    """``/queue/retry``: grade an attempt again that we failed to grade."""

    least = PersonRole.ASSISTANT

    async def post(self) -> None:
        """Queue it and go back."""
        asked = self.get_body_argument("attempt", "")
        failed = {job.attempt for job in await self.work(self.services.queue.given_up)}
        if not (asked.isascii() and asked.isdigit()) or int(asked) not in failed:
            raise HTTPError(404)
        await self.work(self.services.queue.put, int(asked), self.services.clock())
        self.redirect(self.url("queue"), status=303)


ROUTES = [("queue", QueuePage), ("queue/events", QueueEvents), ("queue/retry", Retry)]
