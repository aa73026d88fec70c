"""The page of an attempt: its receipt, where it is while it moves, and what it earned."""

from __future__ import annotations

import json
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from autograder.exchange.queue import Job, JobState
from autograder.web.attempt import AttemptPage, feedback_page
from autograder.web.bulletin import Bulletin
from autograder.web.headers import set_headers

WATCHERS = 500
"""Browsers that may watch at once; those beyond look again by themselves every few seconds."""


class Shown(AttemptPage):
    """``/attempts/LAB/N`` and ``/attempts/USER/LAB/N``."""

    here = "route"
    frames = True

    async def get(self, user: str | None, lab: str, number: str) -> None:
        """Show it."""
        owner, seen = await self.see(user, lab, number)
        titles = {one.id: one.title for one in self.services.course.labs}
        base = ("attempts", user, lab) if user else ("attempts", lab)
        self.render_page(
            "attempt.html",
            owner=owner,
            seen=seen,
            attempt=seen.attempt,
            lab_title=titles.get(lab, lab),
            late=seen.attempt.received_at > self.services.reception.allowance(owner.user, lab).late_after,
            at=lambda *more: self.url(*base, *more),
            mine=owner.user == self.who.user,
        )


class Feedback(AttemptPage):
    """``…/feedback``: the feedback alone. A browser runs nothing of it and lets it speak to nobody."""

    def set_default_headers(self) -> None:
        """Only our own pages may frame it."""
        set_headers(self)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", FEEDBACK_POLICY)

    async def get(self, user: str | None, lab: str, number: str) -> None:
        """Show it."""
        owner, seen = await self.see(user, lab, number)
        try:
            page = await self.work(feedback_page, self.services, owner, seen, self.language, self.zone)
        except KeyError:
            raise HTTPError(404) from None
        self.finish(page)


FEEDBACK_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""``allow-same-origin`` lets the page around it learn its height; without ``allow-scripts`` nothing in it runs. The
feedback itself narrows the style, by a hash."""


class Notebook(AttemptPage):
    """``…/notebook``: the bytes as they were handed in."""

    async def get(self, user: str | None, lab: str, number: str) -> None:
        """Send them, as a file."""
        owner, seen = await self.see(user, lab, number)
        self.set_header("Content-Type", "application/x-ipynb+json")
        name = f"{lab}-{owner.user}-{seen.attempt.number}.ipynb"
        self.set_header("Content-Disposition", f'attachment; filename="{_ascii(name)}"')
        self.finish(await self.work(self.services.gradebook.submission, seen.attempt))


class Events(AttemptPage):
    """``…/events``: where the attempt is, told as it changes (server-sent events).

    A proxy that keeps an answer until it is whole would let nothing through, and hold one of its few connections while
    it waits. Behind a proxy that is not known to stream, the state is told once, with the time after which a browser
    asks again by itself.
    """

    speaks_json = True
    left = False

    def on_connection_close(self) -> None:
        """Stop telling."""
        self.left = True

    async def get(self, user: str | None, lab: str, number: str) -> None:
        """Tell until it has ended, or the browser has left."""
        _, seen = await self.see(user, lab, number)
        bulletin: Bulletin = self.settings["bulletin"]
        if self.streams and bulletin.watching >= WATCHERS:
            raise HTTPError(503)
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        try:
            async for job in bulletin.follow(seen.attempt.id, lambda: self.left):
                told = json.dumps(self._told(job), ensure_ascii=False)
                self.write(f"retry: {_patience(job)}\ndata: {told}\n\n")
                if not self.streams:
                    return
                await self.flush()
        except StreamClosedError:
            return

    def _told(self, job: Job) -> dict[str, Any]:
        moving = job.state in (JobState.QUEUED, JobState.RUNNING)
        state = job.state.value if moving else "graded"
        says = self.say(f"web.attempt.state.{state}", position=job.position)
        return {"state": state, "position": job.position, "says": says, "over": not moving}


def _patience(job: Job) -> int:
    """Return after how many milliseconds to ask again: longer for those who are far behind in the queue."""
    return min(15_000, 1_500 + 400 * job.position)


def _ascii(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)


_WHICH = r"attempts/(?:([^/]+)/)?([^/]+)/([1-9]\d{0,5})"
ROUTES = [
    (_WHICH, Shown),
    (f"{_WHICH}/feedback", Feedback),
    (f"{_WHICH}/notebook", Notebook),
    (f"{_WHICH}/events", Events),
]
