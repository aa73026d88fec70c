"""An error that is a sentence for a student: what a failed check raises, on either side of the trust boundary."""

from __future__ import annotations

LONGEST = 1000  # characters: a sentence quotes names and values that a student chose


class CheckFailed(AssertionError):
    """A check found the student's work wanting; ``sentence`` says how, in the reader's language.

    It lives on the lowest floor so that a mirror can raise it too. In a notebook it is shown as its sentence alone,
    without a traceback of our code.
    """

    def __init__(self, sentence: str) -> None:
        clipped = sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"
        super().__init__(clipped)
        self.sentence = clipped

    def _render_traceback_(self) -> list[str]:
        """Tell IPython what to show (its documented hook for custom tracebacks)."""
        return [f"✗ {self.sentence}"]
