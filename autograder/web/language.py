"""In which language a page speaks: the one chosen, else the one the browser asks for, else the course's."""

from __future__ import annotations

from autograder.messages import LANGUAGES

COOKIE = "autograder-language"


def choose(chosen: str | None, accepted: str, otherwise: str) -> str:
    """Return a language of ``LANGUAGES``; ``accepted`` is the header Accept-Language."""
    if chosen in LANGUAGES:
        return chosen
    for wanted in sorted((_wish(part) for part in accepted.split(",")), key=lambda wish: -wish[0]):
        if wanted[0] > 0 and wanted[1] in LANGUAGES:
            return wanted[1]
    return otherwise if otherwise in LANGUAGES else LANGUAGES[0]


def _wish(part: str) -> tuple[float, str]:
    tag, _, parameters = part.strip().partition(";")
    try:
        weight = float(parameters.partition("q=")[2] or 1)
    except ValueError:
        weight = 0.0
    return weight, tag[:2].lower()
