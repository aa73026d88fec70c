"""An answer in words must at least be written; what it is worth, a person says."""

from __future__ import annotations

from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say


def written(name: str, text: object, at_least_words: int = 20) -> None:
    """Fail unless ``text`` is a string of that many words (runs of letters or digits between spaces)."""
    given(name, text)
    if not isinstance(text, str):
        raise CheckFailed(say("checks.text.not_text", name=name, type=type_name(text)))
    words = sum(any(sign.isalnum() for sign in word) for word in text.split())
    if words < at_least_words:
        raise CheckFailed(say("checks.text.short", name=name, count=words, want=at_least_words))
