"""One test cell, run in the grader against mirrors: how many points, or a sentence that says why not."""

from __future__ import annotations

import ast
import contextlib
import io
import signal
import traceback
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from autograder.checks import CheckFailed, Credit
from autograder.course.result import Verdict
from autograder.grading.world import NotRecorded, StudentCodeStopped
from autograder.messages import say
from autograder.mirrors import MirrorError

FILE = "<test>"


class TooSlow(BaseException):
    """The test, with its calls into the student's code, took too long. No ``except Exception`` stops it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTest:
    """A test ready to run: its source, the part of it that students see, and the points it is worth."""

    source: str
    visible: str
    imports: tuple[str, ...]
    points: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a test ended."""

    verdict: Verdict
    score: float
    message: str


def run_test(test: CellTest, values: Mapping[str, object]) -> Ended:
    """Run a test with ``values`` as the student's names. Whatever it raises for a student's value is a verdict.

    As in nbgrader, a last expression that is a number is the points it gives. Raises ``NotRecorded`` in a replay.
    """
    try:
        with _quiet(), _at_most(test.seconds):
            result = _execute(test, values)
    except NotRecorded:
        raise
    except StudentCodeStopped as stopped:
        return Ended(verdict=stopped.verdict, score=0.0, message=stopped.sentence)
    except TooSlow:
        return Ended(verdict=Verdict.TIMED_OUT, score=0.0, message=say("grading.test.too_slow"))
    except Exception as error:
        return Ended(verdict=Verdict.FAILED, score=0.0, message=_sentence(error, test, values))
    return _credit(result, test.points)


def _execute(test: CellTest, values: Mapping[str, object]) -> object:
    """Execute a test cell and return the value of its last expression, None when it ends in a statement."""
    body, last = _compile(test.source)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for statement in test.imports:
        exec(compile(statement, "<import>", "exec"), namespace)
    namespace.update(values)
    exec(body, namespace)
    return None if last is None else eval(last, namespace)


def _compile(source: str) -> tuple[CodeType, CodeType | None]:
    tree = ast.parse(_plain_python(source), FILE)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), FILE, "eval")  # type: ignore[attr-defined]
    return compile(tree, FILE, "exec"), last


def _plain_python(source: str) -> str:
    """Return the source with its magics commented out: a test is Python, and where it runs there is no notebook."""
    lines = source.splitlines(keepends=True)
    return "".join("#" + line if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _credit(result: object, points: float) -> Ended:
    if isinstance(result, bool) or not isinstance(result, int | float):
        return Ended(verdict=Verdict.PASSED, score=points, message="")
    score = min(max(float(result), 0.0), points) if result == result else 0.0  # NaN gives nothing
    message = result.message if isinstance(result, Credit) else ""
    if score >= points:
        return Ended(verdict=Verdict.PASSED, score=points, message=message)
    if score > 0:
        return Ended(verdict=Verdict.PARTIAL, score=score, message=message or say("grading.test.partial"))
    return Ended(verdict=Verdict.FAILED, score=0.0, message=message or say("grading.test.hidden"))


def _sentence(error: Exception, test: CellTest, values: Mapping[str, object]) -> str:
    """Return what a student is told of a test that raised: never a hidden input, an expected value or a traceback."""
    if isinstance(error, CheckFailed | MirrorError):
        return str(error)
    if isinstance(error, NameError) and error.name not in (None, *values):
        return say("grading.test.missing_name", name=error.name)
    line, own = _where(error, test.source)
    if isinstance(error, AssertionError) and own and error.args:
        return str(error.args[0])
    if line and line in test.visible:
        return say("grading.test.visible", line=line)
    if isinstance(error, AssertionError):
        return say("grading.test.hidden")
    return say("grading.test.raised", error=type(error).__name__)


def _where(error: Exception, source: str) -> tuple[str, bool]:
    """Return the line of the test that raised, and whether the test itself raised rather than what it called."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename == FILE]
    if not ours:
        return "", False
    lines = source.splitlines()
    number = ours[-1].lineno or 0
    return (lines[number - 1].strip() if 0 < number <= len(lines) else ""), frames[-1].filename == FILE


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` in the main thread after ``seconds`` of wall-clock time."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
