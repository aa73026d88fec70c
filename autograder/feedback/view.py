"""What the page shows, question by question, as plain values: nothing here knows HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from autograder.course.bundle import Bundle, Question, Role
from autograder.course.result import CellOutput, Exhibit, GradedAttempt, QuestionResult, Verdict
from autograder.feedback import confusion, curves, pictures
from autograder.feedback.prose import plain
from autograder.messages import say_in

MOST_PICTURES = 24  # of one question
MOST_TEXT = 4000  # characters of what a cell printed
_QUIET = (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.INTERNAL)  # their cells' errors would only distract
TONES = {
    Verdict.PASSED: "good",
    Verdict.PARTIAL: "part",
    Verdict.FAILED: "fix",
    Verdict.NOT_ATTEMPTED: "todo",
    Verdict.SKIPPED: "todo",
    Verdict.ERROR: "fix",
    Verdict.TIMED_OUT: "fix",
    Verdict.OUT_OF_MEMORY: "fix",
    Verdict.MANUAL: "wait",
    Verdict.INTERNAL: "ours",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a test, or the student's own cell, has drawn. ``lost`` counts what could not be shown."""

    charts: tuple[curves.Chart, ...] = ()
    matrices: tuple[confusion.Matrix, ...] = ()
    drawn: tuple[pictures.Picture, ...] = ()
    own: tuple[pictures.Picture, ...] = ()
    lost: int = 0

    def __bool__(self) -> bool:
        return bool(self.charts or self.matrices or self.drawn or self.own or self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question of the page. ``error`` is "ValueError: …" where one of its cells raised it."""

    anchor: str
    number: int
    result: QuestionResult
    question: Question
    figures: Figures
    error: str = ""
    printed: str = ""

    @property
    def tone(self) -> str:
        """The name of its colour."""
        return TONES[self.result.verdict]

    @property
    def word(self) -> str:
        """The last part of the id of its verdict's word."""
        return self.result.verdict.value.replace(" ", "_")

    @property
    def hint(self) -> str:
        """The hint, while it can still be of use."""
        wanted = self.result.verdict not in (Verdict.PASSED, Verdict.INTERNAL)
        return self.question.hint if wanted else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayError:
    """An error in a cell that belongs to no question: one of the student's own, or one of the lab's."""

    cell: str
    own: bool
    error: str


def question_views(graded: GradedAttempt, bundle: Bundle, language: str) -> list[QuestionView]:
    """Return the questions in the lab's order. One that the lab no longer has is shown by its id."""
    known = {question.id: question for question in bundle.questions}
    outputs = _outputs(graded, bundle)
    views = []
    for number, result in enumerate(graded.questions, start=1):
        question = known.get(result.id) or Question(id=result.id, title=result.id, points=result.points)
        cells = [outputs.pop(cell) for cell in question.answers if cell in outputs]  # each is shown once
        exhibits = [exhibit for exhibit in graded.exhibits if exhibit.question == result.id]
        title = plain(question.title)
        loud = result.verdict not in _QUIET
        views.append(
            QuestionView(
                anchor=f"q{number}",
                number=number,
                result=result,
                question=replace(question, title=title),
                figures=_figures(exhibits, cells, say_in(language, "feedback.figure.alt", title=title)),
                error=next((plain(cell.error) for cell in cells if cell.error), "") if loud else "",
                printed=_printed(cells) if loud else "",
            )
        )
    return views


def stray_errors(graded: GradedAttempt, bundle: Bundle) -> list[StrayError]:
    """Return the errors of cells that are no question's answer."""
    answers = {cell for question in bundle.questions for cell in question.answers}
    lab = {cell.id for cell in bundle.cells}
    return [
        StrayError(cell=cell, own=cell not in lab, error=plain(output.error))
        for cell, output in _outputs(graded, bundle).items()
        if output.error and cell not in answers
    ]


def _outputs(graded: GradedAttempt, bundle: Bundle) -> dict[str, CellOutput]:
    """Return what cells showed. A test's output would be ours, and could tell what is hidden: it is left out."""
    tests = {cell.id for cell in bundle.cells if cell.role is Role.TEST}
    return {output.cell: output for output in graded.outputs if output.cell not in tests}


def _printed(cells: list[CellOutput]) -> str:
    text = plain("\n".join(cell.text.strip("\n") for cell in cells if cell.text.strip()))
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT].rstrip()}\n…"


def _figures(exhibits: list[Exhibit], cells: list[CellOutput], alt: str) -> Figures:
    """Return what can be drawn; the rest is counted, so that the page can say so."""
    found = Figures()
    for exhibit in exhibits:
        try:
            if exhibit.kind == "curves":
                found = replace(found, charts=(*found.charts, *curves.charts(exhibit.data)))
            elif exhibit.kind == "confusion":
                found = replace(found, matrices=(*found.matrices, confusion.matrix(exhibit.data)))
            elif exhibit.kind == "pictures":
                found = _with_pictures(found, exhibit)
            else:
                found = replace(found, lost=found.lost + 1)
        except (curves.CurvesRefused, confusion.ConfusionRefused):
            found = replace(found, lost=found.lost + 1)
    return _with_own(found, (png for cell in cells for png in cell.png), alt)


def _with_pictures(found: Figures, exhibit: Exhibit) -> Figures:
    captions = exhibit.data.get("captions")
    texts = [plain(str(caption or "")) for caption in captions] if isinstance(captions, list) else []
    for number, image in enumerate(exhibit.images[:MOST_PICTURES]):
        try:
            picture = pictures.from_array(image, texts[number] if number < len(texts) else "")
            found = replace(found, drawn=(*found.drawn, picture))
        except pictures.PictureRefused:
            found = replace(found, lost=found.lost + 1)
    return found


def _with_own(found: Figures, images: Iterable[bytes], alt: str) -> Figures:
    for image in list(images)[:MOST_PICTURES]:
        try:
            found = replace(found, own=(*found.own, pictures.from_png(image, alt)))
        except pictures.PictureRefused:
            found = replace(found, lost=found.lost + 1)
    return found
