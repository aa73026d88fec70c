"""A failed check is a sentence; the first failure of all is an answer that is still empty."""

from __future__ import annotations

from autograder.messages import say
from autograder.messages.failure import CheckFailed

__all__ = ["CheckFailed", "given", "is_ours", "type_name"]


def given(name: str, value: object) -> None:
    """Fail when ``value`` is still ``None`` or ``...``, which is how the labs leave an answer to be written."""
    if value is None or value is ...:
        raise CheckFailed(say("checks.failure.empty", name=name))


def type_name(value: object) -> str:
    """Return the class name a student knows the value by; a mirror says which class it stands for."""
    claimed = getattr(value, "class_name", None)
    return claimed if isinstance(claimed, str) else type(value).__name__


def is_ours(error: BaseException) -> bool:
    """Whether an error was raised by this platform, a mirror for example, and so already speaks for itself."""
    return isinstance(error, CheckFailed) or type(error).__module__.partition(".")[0] == "autograder"
