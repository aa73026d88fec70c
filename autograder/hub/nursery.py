"""The zygote that servers are forked from: started in the background, mended when it dies, shared by all spawners."""

from __future__ import annotations

import threading

from autograder.jail import Jail, JailUnavailable, Job, Zygote

PROGRAM = "autograder.hub.server:main"
PRELOAD = ("numpy", "tensorflow", "autograder.hub.server")
"""What a server needs, and what a kernel of its would spend four seconds on."""

ENVIRONMENT = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # as in grading: the same mistake shows the same error


class Nursery:
    """Forks servers. Starting takes seconds, so it begins when it is made; who comes earlier waits."""

    def __init__(self) -> None:
        self._zygote = Zygote(preload=PRELOAD, environment=ENVIRONMENT)
        self._lock = threading.Lock()
        self._started = False

    def warm(self) -> None:
        """Begin to start, without waiting. A failure shows when the first server is wanted."""
        threading.Thread(target=self._try, daemon=True, name="nursery").start()

    def spawn(self, job: Job) -> Jail:
        """Start a server in a jail. Blocks: call it from a thread. Raises ``JailUnavailable``, ``OSError``."""
        with self._lock:
            self._start()
            if not self._zygote.alive:
                self._zygote.restart()
        return self._zygote.spawn(job)

    def close(self) -> None:
        """End the zygote. Servers go on."""
        with self._lock:
            self._zygote.close()
            self._started = False

    def _start(self) -> None:
        if not self._started:
            self._zygote.start()
            self._started = True

    def _try(self) -> None:
        try:
            with self._lock:
                self._start()
        except JailUnavailable:
            return
