"""What to say of an attempt as a whole, and what to do next: pure choices among sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.bundle import Question
from autograder.course.result import GradedAttempt, QuestionResult, Verdict

MOST_STEPS = 3

# What to look at first: a cell that stops may be what keeps the others from passing.
_ORDER = (
    Verdict.ERROR,
    Verdict.TIMED_OUT,
    Verdict.OUT_OF_MEMORY,
    Verdict.FAILED,
    Verdict.PARTIAL,
    Verdict.NOT_ATTEMPTED,
)
_ADVICE = {
    name: name
    for name in (
        "NameError",
        "TypeError",
        "ValueError",
        "AttributeError",
        "IndexError",
        "KeyError",
        "SyntaxError",
        "NotImplementedError",
        "ModuleNotFoundError",
        "FileNotFoundError",
        "MemoryError",
        "ZeroDivisionError",
        "InvalidArgumentError",
        "RecursionError",
        "AssertionError",
    )
} | {"IndentationError": "SyntaxError", "ImportError": "ModuleNotFoundError", "CheckFailed": "AssertionError"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: the message to say, and the question it is about."""

    message: str
    question: Question | None = None
    count: int = 0


def headline(graded: GradedAttempt) -> str:
    """Return the id of the sentence that sums the attempt up."""
    if graded.internal:
        return "feedback.headline.internal"
    settled = [question for question in graded.questions if question.verdict is not Verdict.MANUAL]
    right = sum(question.verdict is Verdict.PASSED for question in settled)
    if settled and right == len(settled):
        return "feedback.headline.all" if len(settled) == len(graded.questions) else "feedback.headline.all_but_manual"
    if all(question.verdict is Verdict.NOT_ATTEMPTED for question in settled):
        return "feedback.headline.untouched"
    share = graded.score / (sum(question.points for question in settled) or 1.0)
    return f"feedback.headline.{'most' if share >= 0.75 else 'some' if share >= 0.3 else 'few'}"


def next_steps(graded: GradedAttempt, questions: Sequence[Question]) -> list[Step]:
    """Return up to three questions to work on, worst first, and how to go on after them."""
    known = {question.id: question for question in questions}
    open_ = [one for one in graded.questions if one.verdict in _ORDER and one.id in known]
    open_.sort(key=lambda one: _ORDER.index(one.verdict))
    steps = [_step(one, known[one.id]) for one in open_[:MOST_STEPS]]
    if len(open_) > MOST_STEPS:
        steps.append(Step(message="feedback.next.more", count=len(open_) - MOST_STEPS))
    if open_:
        steps.append(Step(message="feedback.next.submit"))
    elif graded.internal:
        steps.append(Step(message="feedback.next.internal"))
    elif any(one.verdict is Verdict.MANUAL for one in graded.questions):
        steps.append(Step(message="feedback.next.manual"))
    else:
        steps.append(Step(message="feedback.next.done"))
    return steps


def error_advice(error: str) -> str | None:
    """Return the id of what to look at for an error that reads "NameError: …", or None for one that is rare."""
    name = error.partition(":")[0].strip().rpartition(".")[2]
    return f"feedback.error.{_ADVICE[name]}" if name in _ADVICE else None


def _step(result: QuestionResult, question: Question) -> Step:
    return Step(message=f"feedback.next.{result.verdict.value.replace(' ', '_')}", question=question)
