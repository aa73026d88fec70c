"""Grades as a table in a terminal: a row a student, a column a question."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course.bundle import Bundle
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.grading.pool import Task
from autograder.messages import say

FLAGS = "⚑"

SIGNS = {
    Verdict.PASSED: ("✓", "green"),
    Verdict.PARTIAL: ("◐", "yellow"),
    Verdict.FAILED: ("✗", "red"),
    Verdict.NOT_ATTEMPTED: ("·", "dim"),
    Verdict.SKIPPED: ("↷", "dim"),
    Verdict.ERROR: ("!", "red"),
    Verdict.TIMED_OUT: ("⏱", "red"),
    Verdict.OUT_OF_MEMORY: ("▲", "red"),
    Verdict.MANUAL: ("✎", "cyan"),
    Verdict.INTERNAL: ("?", "magenta"),
}


def print_grades(bundle: Bundle, results: Sequence[tuple[Task, GradedAttempt]]) -> None:
    """Print a lab's grades and, below, what its columns and signs mean. Fits 80 columns for a dozen questions."""
    table = Table(title=bundle.title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(say("cli.table.student"), overflow="fold", min_width=16)
    for number in range(1, len(bundle.questions) + 1):
        table.add_column(str(number), justify="center", no_wrap=True)
    table.add_column(say("cli.table.score"), justify="right", no_wrap=True)
    table.add_column(FLAGS, justify="right", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    for task, graded in results:
        table.add_row(
            escape(task.submission.student),
            *(_sign(question) for question in graded.questions),
            f"{graded.score:g}/{graded.max_score:g}",
            str(len(graded.flags) or ""),
            f"{graded.seconds.get('total', 0):.1f}",
        )
    console = Console()
    console.print(table)
    numbered = (f"{number} {question.id}" for number, question in enumerate(bundle.questions, start=1))
    console.print("   ".join(numbered), style="dim", highlight=False)
    seen = {question.verdict for _, graded in results for question in graded.questions}
    signs = [f"[{color}]{sign}[/] {said(verdict)}" for verdict, (sign, color) in SIGNS.items() if verdict in seen]
    console.print("   ".join([*signs, f"{FLAGS} {say('cli.table.flags')}"]), highlight=False)


def _sign(question: QuestionResult) -> str:
    sign, color = SIGNS[question.verdict]
    partial = f"{question.score:g}" if question.verdict is Verdict.PARTIAL else ""
    return f"[{color}]{sign}{partial}[/]"


def said(verdict: Verdict) -> str:
    """Return a verdict in a word or two."""
    return {
        Verdict.PASSED: say("cli.verdict.passed"),
        Verdict.PARTIAL: say("cli.verdict.partial"),
        Verdict.FAILED: say("cli.verdict.failed"),
        Verdict.NOT_ATTEMPTED: say("cli.verdict.not_attempted"),
        Verdict.SKIPPED: say("cli.verdict.skipped"),
        Verdict.ERROR: say("cli.verdict.error"),
        Verdict.TIMED_OUT: say("cli.verdict.timed_out"),
        Verdict.OUT_OF_MEMORY: say("cli.verdict.out_of_memory"),
        Verdict.MANUAL: say("cli.verdict.manual"),
        Verdict.INTERNAL: say("cli.verdict.internal"),
    }[verdict]
