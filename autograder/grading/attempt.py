"""One attempt, from the bytes handed in to verdicts: run once, or examined again from what an earlier run left."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

from autograder.course.bundle import Bundle
from autograder.course.result import CellOutput, Flag, GradedAttempt, QuestionResult, Verdict
from autograder.grading.examine import Run, examine
from autograder.grading.join import Plan, join
from autograder.grading.live import Live
from autograder.grading.notebook import NotebookRefused, read_notebook
from autograder.grading.replay import Replay, keep, load
from autograder.grading.spawn import Spawner
from autograder.grading.submission import Submission
from autograder.grading.transcript import CellRun, Transcript
from autograder.grading.world import Objects, World
from autograder.messages import say


def grade(bundle: Bundle, submission: Submission, spawner: Spawner, objects: Objects) -> GradedAttempt:
    """Run a submission in jails and return its grade.

    Raises ``FarSideLost`` when our side failed; a submission that cannot be read gets verdicts like any other.
    """
    began = time.perf_counter()
    try:
        plan, flags = _plan(bundle, submission)
    except NotebookRefused as refused:
        return refuse(bundle, submission, str(refused))
    names = {question.id: question.names for question in bundle.questions}
    with Live(spawner, steps=plan.steps, names=names, public=bundle.public, limits=bundle.limits) as live:
        live.run()
        ran = time.perf_counter()
        graded = _examined(bundle, submission, plan, flags, live.transcript, live)
        examined = time.perf_counter()
    return replace(
        graded,
        transcript=keep(live.transcript, objects),
        peak_memory_bytes=live.transcript.peak_memory_bytes,  # known when the jails have ended
        seconds={"run": ran - began, "examine": examined - ran},
    )


def run_only(bundle: Bundle, submission: Submission, spawner: Spawner) -> tuple[CellOutput, ...]:
    """Run a notebook as grading would and return what its cells showed, without examining it.

    Raises ``NotebookRefused`` and ``FarSideLost``.
    """
    plan, _ = _plan(bundle, submission)
    public, limits = bundle.public, bundle.limits
    with Live(spawner, steps=plan.steps, names={}, public=public, limits=limits, all_pictures=True) as live:
        live.run()
        return tuple(_output(cell) for cell in live.transcript.cells)


def regrade(bundle: Bundle, submission: Submission, transcript: str, objects: Objects) -> GradedAttempt:
    """Examine an attempt again from its transcript, running nobody's notebook.

    Raises ``NotRecorded`` when a test asks for something the run was never asked: grade it anew then.
    """
    began = time.perf_counter()
    try:
        plan, flags = _plan(bundle, submission)
    except NotebookRefused as refused:
        return refuse(bundle, submission, str(refused))
    recorded = load(transcript, objects)
    graded = _examined(bundle, submission, plan, flags, recorded, Replay(recorded))
    return replace(graded, transcript=transcript, seconds={"examine": time.perf_counter() - began})


def refuse(bundle: Bundle, submission: Submission, sentence: str) -> GradedAttempt:
    """Return the grade of a submission in which there is nothing to grade: 0, and the sentence that says why."""
    flag = Flag(id="refused", cell=None, message=sentence)
    return _alike(bundle, submission, Verdict.NOT_ATTEMPTED, 0.0, sentence, (*submission.flags, flag))


def internal(bundle: Bundle, submission: Submission) -> GradedAttempt:
    """Return what is said of an attempt that we failed to grade: no score, and that it is being looked at."""
    return _alike(bundle, submission, Verdict.INTERNAL, None, say("grading.internal"), submission.flags)


def _alike(
    bundle: Bundle,
    submission: Submission,
    verdict: Verdict,
    score: float | None,
    sentence: str,
    flags: tuple[Flag, ...],
) -> GradedAttempt:
    """Return an attempt in which every question ended alike."""
    return GradedAttempt(
        lab=bundle.lab,
        bundle=bundle.digest(),
        submission=digest_of(submission),
        questions=tuple(
            QuestionResult(id=question.id, points=question.points, score=score, verdict=verdict, message=sentence)
            for question in bundle.questions
        ),
        flags=flags,
    )


def _plan(bundle: Bundle, submission: Submission) -> tuple[Plan, tuple[Flag, ...]]:
    if submission.refusal is not None:
        raise NotebookRefused(submission.refusal)
    notebook = read_notebook(submission.content)
    plan = join(bundle, notebook.cells)
    return plan, (*submission.flags, *notebook.flags, *plan.flags)


def _examined(
    bundle: Bundle, submission: Submission, plan: Plan, flags: tuple[Flag, ...], transcript: Transcript, world: World
) -> GradedAttempt:
    run = Run(cells={cell.cell: cell for cell in transcript.cells}, stop=transcript.stop)
    questions, exhibits = examine(bundle, plan, run, world)
    return GradedAttempt(
        lab=bundle.lab,
        bundle=bundle.digest(),
        submission=digest_of(submission),
        questions=questions,
        flags=flags,
        exhibits=exhibits,
        outputs=tuple(_output(cell) for cell in transcript.cells),
        layers=transcript.layers,
        peak_memory_bytes=transcript.peak_memory_bytes,
    )


def digest_of(submission: Submission) -> str:
    """Return the sha256 (hex) of the bytes that were handed in."""
    return hashlib.sha256(submission.content).hexdigest()


def _output(cell: CellRun) -> CellOutput:
    texts = [cell.text, *(shown.text for shown in cell.shown if shown.mime == "text/plain")]
    return CellOutput(
        cell=cell.cell,
        text="\n".join(text for text in texts if text),
        error=f"{cell.error}: {cell.message}" if cell.error else "",
        png=tuple(shown.png for shown in cell.shown if shown.png),
    )
