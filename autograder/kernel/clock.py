"""A time limit from inside: an exception in the main thread. Code that swallows it is killed from outside."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

AGAIN_SECONDS = 0.5


class CellTimeout(BaseException):
    """A cell took longer than it may. Not an ``Exception``: ``except Exception`` in a cell does not stop it."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ``CellTimeout`` in the block after ``seconds``, and again until the block ends. Main thread only: in
    another one there is no limit. Ctrl-C interrupts the block, too, and nothing outside of one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGALRM, _late)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _late(_number: int, _frame: FrameType | None) -> None:
    raise CellTimeout
