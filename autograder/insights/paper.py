"""A progress report as a PDF: A4, selectable text, DejaVu Sans inside it so that any name can be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF

from autograder.cohort.reviews import NoteKind, ReviewNote
from autograder.course.cohort import Cohort
from autograder.insights.progress import LabProgress, Report, StudentProgress
from autograder.insights.words import Names, Say, day, moment_says, reasons, topic_says
from autograder.messages import say_in

_FONT = "DejaVu"
_INK, _SOFT, _RULE, _TINT = (32, 37, 44), (86, 94, 105), (214, 209, 198), (243, 240, 232)
_ROW = 6.0
_ROOM = 24.0
"""Millimetres left on a page under which a heading goes to the next."""


class _Paper(FPDF):
    """A page with our margins, fonts and foot."""

    def __init__(self, foot: str, language: str, title: str) -> None:
        super().__init__(format="A4")
        fonts = font_folder()
        self.add_font(_FONT, "", fonts / "DejaVuSans.ttf")
        self.add_font(_FONT, "B", fonts / "DejaVuSans-Bold.ttf")
        self._foot = foot
        self.set_lang(language)
        self.set_title(title)
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(True, margin=18)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font(_FONT, size=7.5)
        self.set_text_color(*_SOFT)
        self.cell(0, 5, self._foot)
        self.set_x(self.l_margin)
        self.cell(0, 5, str(self.page_no()), align="R")

    def opening(self, over: str, text: str, under: str) -> None:
        """Write what the paper is."""
        self.line_of(over, 8.5, _SOFT)
        self.line_of(text, 19, _INK, bold=True)
        self.line_of(under, 9, _SOFT)
        self.ln(2)

    def heading(self, text: str) -> None:
        """Begin a part, not at the foot of a page."""
        if self.h - self.b_margin - self.get_y() < _ROOM:
            self.add_page()
        self.ln(4)
        self.line_of(text, 12.5, _INK, bold=True)
        self.ln(1)

    def line_of(self, text: str, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        """Write a paragraph."""
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")

    def bullets(self, lines: Iterable[str]) -> None:
        """Write a list."""
        self.set_font(_FONT, size=9.5)
        self.set_text_color(*_INK)
        for line in lines:
            self.cell(5, 5.2, "•")
            self.multi_cell(0, 5.2, line, new_x="LMARGIN", new_y="NEXT", align="L")
            self.ln(0.6)

    def rows(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], first: int = 1) -> None:
        """Write a table whose head is repeated on every page; its ``first`` columns are set left, the others right.

        A row is a line: what does not fit is cut. (fpdf2's own table measures every cell twice: 8 s for 600 rows.)
        """
        self.set_draw_color(*_RULE)
        self._head(head, widths, first)
        for row in rows:
            if self.will_page_break(_ROW):
                self.add_page()
                self._head(head, widths, first)
            self._row(row, widths, first, fill=False)

    def _head(self, head: Sequence[str], widths: Sequence[float], first: int) -> None:
        self.set_font(_FONT, "B", 7.5)
        self.set_text_color(*_SOFT)
        self.set_fill_color(*_TINT)
        self._row(head, widths, first, fill=True)
        self.set_font(_FONT, size=8)
        self.set_text_color(*_INK)

    def _row(self, row: Sequence[str], widths: Sequence[float], first: int, *, fill: bool) -> None:
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            align = "L" if place < first else "R"
            self.cell(width, _ROW, self._fitting(text, width - 2), border="B", align=align, fill=fill)
        self.ln(_ROW)

    def _fitting(self, text: str, width: float) -> str:
        if len(text) < width / 2 or self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text}…"


def font_folder() -> Path:
    """Return where DejaVu is: matplotlib brings it along. Finding it imports nothing."""
    found = find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("matplotlib is not installed, and DejaVu Sans comes with it: pip install matplotlib")
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


def cohort_paper(cohort: Cohort, report: Report, notes: Sequence[ReviewNote], names: Names, language: str) -> bytes:
    """Return the report of the cohort: what to talk about, each lab, whom to talk to, everybody, notes."""
    say, when = partial(say_in, language), partial(moment_says, zone=cohort.zone, language=language)
    paper = _paper(cohort, report, language, say, when(report.session.starts))
    paper.opening(cohort.title, report.session.title, _under(report, say, when))
    if report.topics:
        paper.heading(say("insights.topics.title"))
        paper.bullets(topic_says(topic, names, say) for topic in report.topics)
    _agreements(paper, [note for note in notes if not note.user], report, say)
    paper.heading(say("insights.avance.labs"))
    _labs(paper, report.labs, names, say)
    helped = report.needing_help
    if helped:
        paper.heading(say("insights.avance.help"))
        paper.bullets(
            f"{one.person.name}. {' '.join(reasons(one, names, say, cohort.zone, language))}" for one in helped[:60]
        )
        if len(helped) > 60:
            paper.line_of(say("insights.more", count=len(helped) - 60), 9, _SOFT)
    paper.heading(say("insights.avance.everybody"))
    _students(paper, report, cohort, language, say)
    return bytes(paper.output())


def student_paper(
    cohort: Cohort, report: Report, student: StudentProgress, notes: Sequence[ReviewNote], names: Names, language: str
) -> bytes:
    """Return the report of one student, to be talked about together: no other student is named."""
    say, when = partial(say_in, language), partial(moment_says, zone=cohort.zone, language=language)
    paper = _paper(cohort, report, language, say, when(report.session.starts))
    paper.opening(f"{cohort.title} · {report.session.title}", student.person.name, _under(report, say, when))
    paper.line_of(
        say("insights.student.summary", score=student.score, max=student.max_score, attempts=student.attempts), 10, _INK
    )
    paper.line_of(say("insights.student.since", count=student.since, gained=student.gained), 10, _INK)
    why = reasons(student, names, say, cohort.zone, language)
    if why:
        paper.heading(say("insights.topics.title"))
        paper.bullets(why)
    _agreements(paper, [note for note in notes if note.user == student.person.user], report, say)
    paper.heading(say("insights.avance.labs"))
    head = [say(f"insights.column.{key}") for key in ("lab", "state", "score", "attempts", "late")]
    rows = [
        [
            names.lab(one.lab),
            say(f"insights.state.{one.state.value}"),
            "—" if one.score is None else f"{one.score:.4g} / {one.max_score:.4g}",
            str(one.used),
            str(one.lateness.days or ""),
        ]
        for one in student.standings
    ]
    paper.rows(head, rows, (70, 38, 26, 20, 20), first=2)
    return bytes(paper.output())


def _paper(cohort: Cohort, report: Report, language: str, say: Say, when: str) -> _Paper:
    title = f"{report.session.title} · {cohort.title}"
    return _Paper(say("insights.paper.foot", title=title, when=when), language, title)


def _under(report: Report, say: Say, when: Say) -> str:
    place = f" · {report.session.place}" if report.session.place else ""
    return f"{when(report.session.starts)}{place}\n{say('insights.asof', when=when(report.asof))}"


def _agreements(paper: _Paper, notes: Sequence[ReviewNote], report: Report, say: Say) -> None:
    open_ones = [note for note in notes if note.kind is NoteKind.AGREEMENT and note.done_at is None]
    own = [note for note in notes if note.session == report.session.id and note.kind is NoteKind.NOTE]
    if open_ones:
        paper.heading(say("insights.agreements.open"))
        paper.bullets(note.text for note in open_ones)
    if own:
        paper.heading(say("insights.notes.title"))
        paper.bullets(note.text for note in own)


def _labs(paper: _Paper, labs: Sequence[LabProgress], names: Names, say: Say) -> None:
    head = [say(f"insights.column.{key}") for key in ("lab", "submitted", "complete", "late", "median", "since")]
    rows = [
        [
            names.lab(one.lab),
            f"{one.submitted} / {one.students}",
            str(one.complete),
            str(one.late),
            "—" if one.median is None else say("insights.percent", value=round(100 * one.median)),
            str(one.since),
        ]
        for one in labs
    ]
    paper.rows(head, rows, (60, 24, 22, 18, 20, 30))


def _students(paper: _Paper, report: Report, cohort: Cohort, language: str, say: Say) -> None:
    head = [say(f"insights.column.{key}") for key in ("student", "score", "gained", "attempts", "last", "missing")]
    rows = [
        [
            one.person.name,
            f"{one.score:.4g} / {one.max_score:.4g}",
            f"{one.gained:+.4g}" if one.gained else "",
            str(one.attempts),
            _day(one.last, cohort, language),
            str(len(one.missing) or ""),
        ]
        for one in sorted(report.students, key=lambda one: one.person.name)
    ]
    paper.rows(head, rows, (72, 26, 16, 18, 26, 16))


def _day(moment: datetime | None, cohort: Cohort, language: str) -> str:
    return "—" if moment is None else day(moment, cohort.zone, language)
