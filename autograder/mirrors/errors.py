"""A value that cannot be read, as a sentence for the student."""

from __future__ import annotations

from autograder.messages import say
from autograder.messages.failure import CheckFailed


class MirrorError(CheckFailed):
    """A value could not cross the trust boundary, or a test asked of a mirror what it does not hold."""


def malformed(kind: str) -> MirrorError:
    """Return the error for data that does not describe a value of its kind."""
    return MirrorError(say("mirrors.malformed", kind=kind))
