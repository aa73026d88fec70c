"""What a run needs of a jail, and how a jail that did not answer is spoken of."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, Protocol

from autograder.course.bundle import Limits
from autograder.course.result import Verdict
from autograder.grading.world import StudentCodeStopped
from autograder.messages import say
from autograder.mirrors.wire import Wire

LIBRARY_ERRORS = frozenset(
    {"AxisError", "InvalidArgumentError", "LinAlgError", "ResourceExhaustedError", "UnimplementedError"}
)
"""Exceptions of NumPy and TensorFlow that are named to a student as they are."""

Answer = tuple[dict[str, Any], tuple[bytes, ...]]


class RunningJail(Protocol):
    """A jail with a program in it that answers over a wire."""

    @property
    def wire(self) -> Wire: ...

    @property
    def layers(self) -> tuple[str, ...]: ...

    def close(self) -> tuple[str, int]:
        """End it; return the reason ("exit", "wall", "memory", "killed", "signal") and its peak memory in bytes."""


class Spawner(Protocol):
    """Somewhere to get a jail from. Raises ``FarSideLost`` when none can be had."""

    def spawn(self, program: str, public: Mapping[str, str], limits: Limits) -> RunningJail: ...


def exchange(jail: RunningJail, head: dict[str, Any], blobs: tuple[bytes, ...], seconds: float) -> Answer:
    """Ask a jail one thing. Raises what the wire raises when it does not answer within ``seconds``."""
    jail.wire.send(head, blobs)
    answer, received = jail.wire.receive(seconds)
    return answer, tuple(received)


def notebook_stopped(reason: str, cell: str) -> StudentCodeStopped:
    """Return how a notebook that ended its jail for ``reason`` in ``cell`` is told."""
    if reason == "wall":
        return StudentCodeStopped(Verdict.TIMED_OUT, say("grading.stopped.wall", cell=cell))
    if reason == "memory":
        return StudentCodeStopped(Verdict.OUT_OF_MEMORY, say("grading.stopped.memory", cell=cell))
    return StudentCodeStopped(Verdict.ERROR, say("grading.stopped.ended", cell=cell))


def call_stopped(raised: str) -> Exception:
    """Return what a test sees of a call that did not return: the exception itself, when it is one of Python's own.

    Or one of the libraries that labs use. Only its type crosses: its text could carry the hidden inputs, and so could
    a made-up name.
    """
    if raised in ("CellTimeout", "wall"):
        return StudentCodeStopped(Verdict.TIMED_OUT, say("grading.call.timed_out"))
    if raised in ("MemoryError", "memory"):
        return StudentCodeStopped(Verdict.OUT_OF_MEMORY, say("grading.call.out_of_memory"))
    known = getattr(builtins, raised, None)
    if (
        isinstance(known, type)
        and issubclass(known, Exception)
        and not issubclass(known, UnicodeError | BaseExceptionGroup)
    ):
        made: Exception = known()
        return made
    return StudentCodeStopped(Verdict.ERROR, say("grading.call.ended"))


def model_stopped(reason: str) -> StudentCodeStopped:
    """Return how a model that could not be loaded or asked is told."""
    if reason == "wall":
        return StudentCodeStopped(Verdict.TIMED_OUT, say("grading.model.timed_out"))
    if reason == "memory":
        return StudentCodeStopped(Verdict.OUT_OF_MEMORY, say("grading.model.out_of_memory"))
    return StudentCodeStopped(Verdict.FAILED, say("grading.model.refused"))
