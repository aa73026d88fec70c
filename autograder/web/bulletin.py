"""Where each attempt is, for everybody who watches: one look at the queue serves all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from autograder.exchange.queue import Job, JobState, Queue

LOOK_SECONDS = 0.5
WATCH_SECONDS = 900.0
"""A browser that still watches after this asks again by itself."""


class Bulletin:
    """Follows attempts through the queue. It looks only while somebody watches."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._live: dict[int, Job] = {}
        self._looked = float("-inf")
        self._looking = asyncio.Lock()
        self.watching = 0

    async def follow(self, attempt: int, left: Callable[[], bool] = lambda: False) -> AsyncIterator[Job]:
        """Yield an attempt's job now and whenever its state or place changes; end when it has, or who watched left."""
        told: tuple[JobState, int] | None = None
        until = time.monotonic() + WATCH_SECONDS
        self.watching += 1
        try:
            while time.monotonic() < until and not left():
                job = await self._find(attempt)
                if job is None:
                    return
                if told != (job.state, job.position):
                    told = job.state, job.position
                    yield job
                if job.state not in (JobState.QUEUED, JobState.RUNNING):
                    return
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.watching -= 1

    async def _find(self, attempt: int) -> Job | None:
        async with self._looking:
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                self._live = {job.attempt: job for job in await asyncio.to_thread(self._queue.live)}
                self._looked = time.monotonic()
        return self._live.get(attempt) or await asyncio.to_thread(self._queue.find, attempt)
