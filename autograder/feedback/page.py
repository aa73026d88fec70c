"""The page of a graded attempt: one HTML file that needs nothing else, and runs nothing.

Its Content-Security-Policy allows its own style, by hash, and pictures inside it; everything else is refused by the
browser, whatever a student may have written. All text is escaped on its way in.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.course.bundle import Bundle, Question
from autograder.course.result import GradedAttempt
from autograder.feedback.advice import Step, error_advice, headline, next_steps
from autograder.feedback.prose import hint, plain, sentence
from autograder.feedback.view import TONES, QuestionView, question_views, stray_errors
from autograder.messages import say_in

_FOLDER = Path(__file__).parent
_BAR, _GAP = 1000.0, 6.0  # of the progress bar's own units
_PLACE = "\ue000"  # stands for a link in a sentence until the sentence is escaped
_COUNTED = {"good": "passed", "part": "partial", "fix": "fix", "todo": "todo", "wait": "wait", "ours": "ours"}

Say = Callable[..., Markup]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of the progress bar, in the bar's own units."""

    tone: str
    x: float
    width: float
    filled: float


def render(
    graded: GradedAttempt,
    bundle: Bundle,
    student: str,
    *,
    attempt: int | None = None,
    received_at: datetime | None = None,
    zone: tzinfo = UTC,
    language: str | None = None,
) -> str:
    """Return the page as HTML, to be written as UTF-8.

    ``attempt`` is its number and ``received_at`` an aware time, shown in ``zone``. ``language`` ("es" or "en") is the
    bundle's where it is not given; sentences of the verdicts are in the language in which they were graded.
    """
    speech = language or bundle.language
    views = question_views(graded, bundle, speech)
    return (
        _environment()
        .get_template("page.html")
        .render(
            say=_say(speech),
            language=speech,
            bundle=bundle,
            graded=graded,
            student=student,
            attempt=attempt,
            received=_local_time(received_at, zone, speech),
            style=_style(),
            policy=_policy(),
            headline=headline(graded),
            questions=views,
            segments=_segments(views),
            counts=_counts(views),
            steps=[_step_text(step, views, speech) for step in next_steps(graded, bundle.questions)],
            strays=stray_errors(graded, bundle),
            pending=any(view.result.score is None for view in views),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    environment.filters |= {"number": number, "sentence": sentence, "hint": hint, "error_advice": error_advice}
    return environment


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup((_FOLDER / "page.css").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(str(_style()).encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _say(language: str) -> Say:
    def say(id: str, /, **values: object) -> Markup:
        return sentence(say_in(language, id, **values))

    return say


def number(value: float) -> str:
    """Return a number of points as people write it: 2, 2.5, 0.33."""
    return f"{round(value, 2):.12g}"


def _local_time(when: datetime | None, zone: tzinfo, language: str) -> str:
    if when is None:
        return ""
    local = when.astimezone(zone)
    return f"{format_date(local, 'long', locale=language)}, {local:%H:%M}"


def _segments(views: list[QuestionView]) -> list[Segment]:
    """Return the progress bar: a piece for each question, as long as its points, filled as far as its score."""
    weight = sum(view.result.points for view in views)
    if not weight:
        return []
    room, at, pieces = _BAR - _GAP * (len(views) - 1), 0.0, []
    for view in views:
        points, score = view.result.points, view.result.score or 0.0
        width = room * points / weight
        filled = width * min(1.0, max(0.0, score / points)) if points else 0.0
        pieces.append(Segment(tone=view.tone, x=round(at, 1), width=round(width, 1), filled=round(filled, 1)))
        at += width + _GAP
    return pieces


def _counts(views: list[QuestionView]) -> list[tuple[str, str, int]]:
    """Return (tone, last part of the message's id, how many) for each tone that occurs."""
    found = Counter(view.tone for view in views)
    return [(tone, _COUNTED[tone], found[tone]) for tone in dict.fromkeys(TONES.values()) if found[tone]]


def _step_text(step: Step, views: list[QuestionView], language: str) -> Markup:
    """Return one thing to do, with a link to its question."""
    text = sentence(say_in(language, step.message, question=_PLACE, count=step.count))
    link = _link(step.question, views)
    return Markup(link.join(text.split(_PLACE)))


def _link(question: Question | None, views: list[QuestionView]) -> Markup:
    for view in views:
        if question is not None and view.question.id == question.id:
            return Markup('<a href="#{}">{}</a>').format(view.anchor, sentence(view.question.title))
    return Markup("")
