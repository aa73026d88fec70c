"""How a template becomes a page: escaped, strict about names, with the words and numbers of the reader's language."""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.feedback.prose import hint, plain, sentence


def environment(folder: Path) -> Environment:
    """Return the environment in which templates are rendered."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "said": sentence, "seen": plain, "hint": hint}
    return made


def number(value: float) -> str:
    """Return a number of points as people write it: 2, 2.5, 0.33."""
    return f"{round(value, 2):.12g}"


def local_time(when: datetime, zone: tzinfo, language: str) -> str:
    """Return a moment as people say it where they live: "jueves, 14 de octubre, 18:00"."""
    local = when.astimezone(zone)
    shown = "EEEE d 'de' MMMM" if language == "es" else "EEEE, d MMMM"
    return f"{format_date(local, shown, locale=language)}, {local:%H:%M}"


def short_time(when: datetime, zone: tzinfo, language: str) -> str:
    """Return a moment for a narrow column: "mié 14 oct, 18:00"."""
    local = when.astimezone(zone)
    return f"{format_date(local, 'EEE d MMM', locale=language)}, {local:%H:%M}"
