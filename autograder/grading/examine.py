"""Questions, one after another, against a run: each gets a verdict, points and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.checks.exhibits import collecting
from autograder.course.bundle import Bundle, Question
from autograder.course.result import Exhibit, QuestionResult, Verdict
from autograder.grading.cell_test import CellTest, Ended, run_test
from autograder.grading.join import Plan
from autograder.grading.transcript import CellRun, Stop
from autograder.grading.world import FarSideLost, World
from autograder.messages import say
from autograder.mirrors import MirrorError, mirror
from autograder.mirrors.arrays import npy
from autograder.mirrors.record import Record

_EARNED = (Verdict.PASSED, Verdict.PARTIAL, Verdict.MANUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run left behind, beside the values: its cells and where it stopped."""

    cells: dict[str, CellRun]
    stop: Stop | None


def examine(
    bundle: Bundle, plan: Plan, run: Run, world: World
) -> tuple[tuple[QuestionResult, ...], tuple[Exhibit, ...]]:
    """Return a result for each question and what its tests asked to be drawn.

    Raises ``NotRecorded`` (a replay lacks something) and ``FarSideLost`` (our failure); nothing for a student's value.
    """
    results: dict[str, QuestionResult] = {}
    exhibits: list[Exhibit] = []
    sources = {cell.id: cell for cell in bundle.cells}
    for question in bundle.questions:
        ended = _without_test(question, plan, results)
        if ended is None:
            values = world.captured(question.id)
            if values is None:
                ended = _unreached(run.stop, question)
            else:
                cell = sources[question.id]
                test = CellTest(
                    source=cell.source,
                    visible=cell.visible,
                    imports=question.imports,
                    points=question.points,
                    seconds=bundle.limits.test_seconds,
                )
                with collecting() as found:
                    ended = _blame(_test(test, values, world), question, plan, run)
                exhibits.extend(
                    Exhibit(
                        question=question.id,
                        kind=item.kind,
                        data=item.data,
                        images=tuple(npy(image) for image in item.images),
                    )
                    for item in found
                )
        results[question.id] = QuestionResult(
            id=question.id,
            points=question.points,
            score=None if ended.verdict is Verdict.MANUAL else ended.score,
            verdict=ended.verdict,
            message=ended.message,
        )
    return tuple(results.values()), tuple(exhibits)


def _nothing(verdict: Verdict, message: str) -> Ended:
    return Ended(verdict=verdict, score=0.0, message=message)


def _without_test(question: Question, plan: Plan, results: dict[str, QuestionResult]) -> Ended | None:
    """Return the end of a question whose test need not run."""
    answers = question.answers or ((question.id,) if question.manual else ())
    if answers and plan.untouched.issuperset(answers):
        return _nothing(Verdict.NOT_ATTEMPTED, say("grading.not_attempted"))
    if question.manual:
        return _nothing(Verdict.MANUAL, say("grading.manual"))
    missing = [name for name in question.requires if name in results and results[name].verdict not in _EARNED]
    if missing:
        return _nothing(Verdict.SKIPPED, say("grading.skipped", question=missing[0]))
    return None


def _unreached(stop: Stop | None, question: Question) -> Ended:
    if stop is None:
        raise FarSideLost(f"the run has no values for {question.id} and no reason why")
    if stop.cell in (*question.answers, question.id):
        return _nothing(stop.verdict, stop.sentence)
    return _nothing(Verdict.SKIPPED, say("grading.unreached", why=stop.sentence))


def _test(test: CellTest, records: dict[str, Record], world: World) -> Ended:
    values: dict[str, object] = {}
    for name, value in records.items():
        try:
            values[name] = mirror(value, world)
        except MirrorError as error:
            return _nothing(Verdict.FAILED, say("grading.test.unreadable", name=name, why=str(error)))
    return run_test(test, values)


def _blame(ended: Ended, question: Question, plan: Plan, run: Run) -> Ended:
    """Return the end of a failed test told by its cause, when an answer cell of the question raised or is untouched."""
    if ended.verdict is not Verdict.FAILED:
        return ended
    for answer in question.answers:
        cell = run.cells.get(answer)
        if cell is None or not cell.error:
            continue
        if answer in plan.untouched:  # its placeholder raised: that is no error of the student's
            return _nothing(Verdict.NOT_ATTEMPTED, say("grading.awaits", cell=answer))
        if cell.error == "CellTimeout":
            return _nothing(Verdict.TIMED_OUT, say("grading.stopped.wall", cell=answer))
        if cell.error in ("MemoryError", "ResourceExhaustedError"):
            return _nothing(Verdict.OUT_OF_MEMORY, say("grading.stopped.memory", cell=answer))
        return _nothing(Verdict.ERROR, say("grading.error", cell=answer, error=cell.error, message=cell.message[:300]))
    return ended
