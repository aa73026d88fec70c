"""How a question goes wrong: its most frequent wrong verdicts, each with examples from which names are taken out.

One query whatever the cohort's size; the examples' notebooks come from the object store, a few of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from autograder.course.bundle import Question
from autograder.course.cohort import Person
from autograder.course.result import Verdict
from autograder.insights.facts import AttemptFact, LabFacts
from autograder.insights.questions import is_right
from autograder.state.attempt_tables import AttemptRow, LabRow, QuestionRow, RunRow

BLOT = "▇▇▇"
MOST_MISTAKES = 6
MOST_EXAMPLES = 2
MOST_LINES, MOST_LETTERS = 40, 2400
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An answer as somebody gave it, without names. ``text`` may be cut: then it ends in "…"."""

    text: str
    attempt: tuple[str, int]  # whose and which: for a link that only staff can follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One way of being wrong. ``message`` is one of them as it was said; its numbers may differ between students."""

    verdict: Verdict
    message: str
    attempts: int
    students: int
    now: int  # students whose newest attempt still says so
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    student: str
    attempt: int
    submission: str
    newest: bool
    message: str


def mistakes(
    engine: Engine, facts: LabFacts, question: str, students: Iterable[str], most: int = MOST_MISTAKES
) -> tuple[tuple[Mistake, tuple[tuple[str, int, str], ...]], ...]:
    """Return the most frequent mistakes by students, each with (student, attempt, submission) of some."""
    wrong: defaultdict[tuple[Verdict, str], list[_Wrong]] = defaultdict(list)
    runs: dict[int, tuple[AttemptFact, Verdict, bool]] = {}
    for student in students:
        told = [(one, result) for one in facts.of(student) if one.run and (result := one.run.question(question))]
        for attempt, result in told:
            if attempt.run and is_right(result) is False:
                runs[attempt.run.id] = (attempt, result.verdict, attempt is told[-1][0])
    for run, message in _messages(engine, facts.lab, runs, question):
        attempt, verdict, newest = runs[run]
        wrong[verdict, pattern(message)].append(
            _Wrong(
                student=attempt.student,
                attempt=attempt.number,
                submission=attempt.submission,
                newest=newest,
                message=message,
            )
        )
    found = [(_mistake(verdict, group), _sources(group)) for (verdict, _), group in wrong.items()]
    return tuple(sorted(found, key=lambda pair: (-pair[0].students, -pair[0].attempts, pair[0].message))[:most])


def pattern(message: str) -> str:
    """Return a message with its numbers blotted out, so that the same mistake with another number is the same."""
    return _NUMBER.sub("#", message)


def _messages(engine: Engine, lab: str, runs: Container[int], question: str) -> Iterable[tuple[int, str]]:
    """Read what those runs of a lab said of the question. One query, whatever their number."""
    query = (
        select(QuestionRow.run_id, QuestionRow.message)
        .join(RunRow, RunRow.id == QuestionRow.run_id)
        .join(AttemptRow, AttemptRow.id == RunRow.attempt_id)
        .join(LabRow, LabRow.id == AttemptRow.lab_id)
        .where(LabRow.name == lab, QuestionRow.question == question, QuestionRow.verdict != Verdict.PASSED.value)
        .order_by(QuestionRow.run_id)
    )
    with engine.connect() as connection:
        for run, message in connection.execute(query):
            if run in runs:
                yield run, message


def _mistake(verdict: Verdict, group: Sequence[_Wrong]) -> Mistake:
    return Mistake(
        verdict=verdict,
        message=group[-1].message,
        attempts=len(group),
        students=len({one.student for one in group}),
        now=sum(one.newest for one in group),
    )


def _sources(group: Sequence[_Wrong]) -> tuple[tuple[str, int, str], ...]:
    """Return the newest attempts of different students."""
    chosen = {one.student: one for one in group}
    return tuple((one.student, one.attempt, one.submission) for one in list(chosen.values())[-4 * MOST_EXAMPLES :])


def examples(
    sources: Sequence[tuple[str, int, str]],
    cells: Sequence[str],
    people: Sequence[Person],
    read: Callable[[str], bytes],
) -> tuple[Example, ...]:
    """Return up to ``MOST_EXAMPLES`` different answers: the source of those cells, without the names of ``people``.

    ``read`` returns a submission by its digest; one that cannot be read, or holds no such cell, is left out.
    """
    hide = nameless(people)
    found: dict[str, Example] = {}
    for student, attempt, submission in reversed(sources):
        try:
            text = answer_source(read(submission), cells)
        except (KeyError, ValueError, RuntimeError, RecursionError):
            continue
        if text.strip():
            shown = _cut(hide(text))
            found.setdefault("".join(shown.split()), Example(text=shown, attempt=(student, attempt)))
        if len(found) == MOST_EXAMPLES:
            break
    return tuple(found.values())


def answer_cells(question: Question) -> tuple[str, ...]:
    """Return the cells in which a question is answered: for one that a person grades, its own."""
    return question.answers or ((question.id,) if question.manual else ())


def answer_source(notebook: bytes, cells: Sequence[str]) -> str:
    """Return the source of the cells with those ``grade_id``s. Raises ``ValueError`` for what is no notebook."""
    raw = json.loads(notebook)
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise ValueError("no notebook")
    sources: dict[str, str] = {}
    for cell in raw["cells"]:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        id = marks.get("grade_id") if isinstance(marks, dict) else None
        source = cell.get("source") if isinstance(cell, dict) else ""
        if isinstance(id, str) and id in cells and id not in sources:
            sources[id] = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return "\n\n".join(sources[id] for id in cells if id in sources)


def nameless(people: Sequence[Person]) -> Callable[[str], str]:
    """Return what blots out users, e-mail addresses, and the words of names, with any accents and in any case.

    Words of three letters ("Ana") only as they are written, capital first, since code is full of short words; shorter
    ones stay ("de", "la"): they tell nobody apart.
    """
    names = {word for person in people for word in re.findall(r"[^\W\d_]{3,}", person.name)}
    words = {word for word in names if len(word) > 3}
    whole = {person.user for person in people if person.user} | {person.email for person in people if person.email}
    patterns = [re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")]
    for some, flags in ((words | whole, re.IGNORECASE), (names - words, re.NOFLAG)):
        if some:
            every = "|".join(map(_loosely, sorted(some, key=len, reverse=True)))
            patterns.append(re.compile(rf"(?<![^\W_])(?:{every})(?![^\W_])", flags))

    def hide(text: str) -> str:
        for found in patterns:
            text = found.sub(BLOT, text)
        return text

    return hide


_ACCENTS = {"a": "aá", "e": "eé", "i": "ií", "o": "oó", "u": "uúü", "n": "nñ"}
_PLAIN = {letter: plain for plain, letters in _ACCENTS.items() for letter in letters}


def _loosely(word: str) -> str:
    """Return a pattern that finds a word with or without its accents."""
    return "".join(
        f"[{_ACCENTS[_PLAIN[letter]]}]" if letter.islower() and letter in _PLAIN else _any_accent(letter)
        for letter in word
    )


def _any_accent(letter: str) -> str:
    """Return a pattern for a capital or for a letter that has no accents."""
    plain = _PLAIN.get(letter.lower())
    return re.escape(letter) if plain is None else f"[{_ACCENTS[plain].upper()}]"


def _cut(text: str) -> str:
    lines = text.strip("\n").splitlines()
    shown = "\n".join(lines[:MOST_LINES])[:MOST_LETTERS].rstrip()
    return shown if len(shown) >= len(text.strip("\n").rstrip()) else f"{shown}\n…"
