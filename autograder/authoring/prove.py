"""A lab is proved: its tests give the solution everything, the untouched release nothing, and catch wrong answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.authoring.finding import Finding, finding
from autograder.authoring.make_bundle import visible_only
from autograder.authoring.parts import Grader
from autograder.authoring.release import Notebooks
from autograder.authoring.samples import RELEASE, SOLUTION, Sample, both_ends, read_samples
from autograder.course.bundle import Bundle
from autograder.course.model import Course, Lab
from autograder.course.result import GradedAttempt, QuestionResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of proving a lab. ``caught`` maps a question to the wrong answers that its hidden test alone caught."""

    findings: tuple[Finding, ...]
    graded: dict[str, GradedAttempt]  # by the sample's name, "solution" and "release" among them
    caught: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """A sample, its grade, and for a wrong answer its grade by the visible part of each test alone."""

    sample: Sample
    attempt: GradedAttempt
    by_visible: GradedAttempt | None

    def caught_by_hidden(self, question: str) -> bool:
        """Return whether the visible test is content with what the whole test is not."""
        if self.by_visible is None:
            return False
        whole = _result(self.attempt, question)
        visible = _result(self.by_visible, question)
        return whole.verdict in (Verdict.FAILED, Verdict.PARTIAL) and visible.verdict is Verdict.PASSED


def prove(
    course: Course,
    lab: Lab,
    notebooks: Notebooks,
    bundle: Bundle,
    grader: Grader,
    engine: Executor,
    *,
    done: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Grade the solution, the release and every sample, and say what is not as it must be. Lint is not part of it.

    ``engine`` decides how many are graded at once; ``done`` is told the name of each that is. Raises
    ``AuthoringError`` when the file of samples cannot be read.
    """
    file = course.samples(lab)
    samples = [*both_ends(notebooks, bundle), *read_samples(file, notebooks, bundle)]
    trials = list(engine.map(partial(_try, bundle, grader, done), samples))
    caught = {
        question.id: tuple(trial.sample.name for trial in trials if trial.caught_by_hidden(question.id))
        for question in bundle.questions
        if not question.manual
    }
    findings = [problem for trial in trials for problem in _problems(trial, notebooks.path, file)]
    findings += [finding("unproved", notebooks.path, id) for id, names in caught.items() if not names]
    return Proof(
        findings=tuple(findings),
        graded={trial.sample.name: trial.attempt for trial in trials},
        caught=caught,
    )


def _try(bundle: Bundle, grader: Grader, done: Callable[[str], None], sample: Sample) -> _Trial:
    attempt = grader.grade(bundle, sample.content)
    by_visible = None
    if sample.wrong_answer and not attempt.internal:
        by_visible = grader.grade_again(visible_only(bundle), sample.content, attempt)
    done(sample.name)
    return _Trial(sample=sample, attempt=attempt, by_visible=by_visible)


def _problems(trial: _Trial, source: Path, samples: Path) -> Iterator[Finding]:
    for result in trial.attempt.questions:
        if result.verdict is Verdict.INTERNAL:
            yield finding("graded_internal", samples, trial.sample.name, says=result.message)
            return
    if trial.sample.name == SOLUTION:
        yield from _solution(trial, source)
    elif trial.sample.name == RELEASE:
        yield from _release(trial, source)
    else:
        yield from _sample(trial, samples)


def _solution(trial: _Trial, source: Path) -> Iterator[Finding]:
    for result in trial.attempt.questions:
        want = trial.sample.expect[result.id]
        if result.verdict is not want:
            says = result.message or "—"
            yield finding("solution_verdict", source, result.id, got=result.verdict.value, want=want.value, says=says)


def _release(trial: _Trial, source: Path) -> Iterator[Finding]:
    for result in trial.attempt.questions:
        if result.score or result.verdict in (Verdict.PASSED, Verdict.PARTIAL):
            yield finding("release_scores", source, result.id, got=result.score or 0.0, verdict=result.verdict.value)


def _sample(trial: _Trial, file: Path) -> Iterator[Finding]:
    sample, attempt = trial.sample, trial.attempt
    for result in attempt.questions:
        want = sample.expect[result.id]
        if result.verdict is not want:
            yield finding(
                "sample_got",
                file,
                sample.name,
                name=result.id,
                got=result.verdict.value,
                want=want.value,
                says=result.message or "—",
            )
        if (words := sample.says.get(result.id)) is not None and words not in result.message:
            yield finding("sample_says", file, sample.name, name=result.id, got=result.message, want=words)
    if sample.score is not None and abs(attempt.score - sample.score) > 1e-6:
        yield finding("sample_score", file, sample.name, got=attempt.score, want=sample.score)
    if sample.wrong_answer and _earns_all(attempt):
        yield finding("sample_right", file, sample.name)


def _earns_all(attempt: GradedAttempt) -> bool:
    return all(result.verdict in (Verdict.PASSED, Verdict.MANUAL) for result in attempt.questions)


def _result(attempt: GradedAttempt, question: str) -> QuestionResult:
    return next(result for result in attempt.questions if result.id == question)
