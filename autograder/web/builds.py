"""Labs that are being built: each in its thread, however long it takes, while whoever asked is answered in time.

A proxy gives up on an answer after some seconds (PyPI's after twenty), and a build may take minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from autograder.web.services import PublishFailed

PATIENCE_SECONDS = 8.0


class Builds:
    """The builds under way and how the last of each lab failed. One for each application, used in its event loop."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, str] = {}

    @property
    def running(self) -> frozenset[str]:
        """The labs that are being built."""
        return frozenset(lab for lab, task in self._running.items() if not task.done())

    def failure(self, lab: str) -> str:
        """Return why the last build of a lab failed, "" where it did not."""
        return self._failed.get(lab, "")

    async def build(self, lab: str, work: Callable[[], object], patience: float = PATIENCE_SECONDS) -> bool:
        """Start building a lab, unless it is being built; return whether it was done within ``patience`` seconds.

        Raises ``PublishFailed`` when it failed within them.
        """
        if lab not in self.running:
            self._failed.pop(lab, None)
            self._running[lab] = asyncio.create_task(self._run(lab, work))
        done, _ = await asyncio.wait({self._running[lab]}, timeout=patience)
        if done and (why := self.failure(lab)):
            raise PublishFailed(why)
        return bool(done)

    async def _run(self, lab: str, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except PublishFailed as failed:
            self._failed[lab] = str(failed)
        except Exception as error:
            self._failed[lab] = repr(error)
            raise
