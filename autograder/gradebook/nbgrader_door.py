"""The one door to nbgrader's tables: each grade goes where ``nbgrader`` and formgrader look for it.

Scores that a person gave stay theirs: nothing here writes a manual score, extra credit or a manual comment. Writing the
same attempt twice changes nothing. nbgrader takes three seconds to import, so it is imported when the door is opened.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, create_engine, inspect
from sqlalchemy.exc import SAWarning

from autograder.course.bundle import Bundle
from autograder.course.result import GradedAttempt
from autograder.gradebook.nbgrader_files import place_files, safe_name
from autograder.gradebook.nbgrader_lab import GRADED, Kinds, kinds_of, write_lab
from autograder.gradebook.shown_notebook import harmless
from autograder.messages import say_in

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

_NAME_LIMIT = 128  # of nbgrader's columns


class NbgraderDoor:
    """A course's nbgrader database and folders. Open one, write many attempts through it, one at a time."""

    def __init__(self, folders: CourseDirectory) -> None:
        self._folders = folders
        self._known: set[tuple[str, Kinds]] = set()  # labs whose cells are written already

    @classmethod
    def open(cls, root: Path) -> NbgraderDoor:
        """Open the door of the course in ``root`` as its ``nbgrader_config.py`` describes it, if it has one."""
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config, PyFileConfigLoader

        config = Config()
        config.CourseDirectory.root = str(root.resolve())
        if (root / "nbgrader_config.py").exists():
            config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(root.resolve())).load_config())
        return cls(CourseDirectory(config=config))

    def write(
        self,
        bundle: Bundle,
        graded: GradedAttempt,
        *,
        student: str,
        received_at: datetime,
        notebook: bytes,
        submission: bytes | None = None,
    ) -> None:
        """Write one graded attempt: the lab's cells, the student, scores, and the files that formgrader shows.

        ``notebook`` is what formgrader is to show, and is made ``harmless`` first; ``submission``, if given, is kept as
        nbgrader's submitted notebook. A question that waits for a person is marked so; one that we failed to grade
        keeps the score it had. Raises ``NameRefused`` when the student's name cannot be the name of a folder.
        """
        safe_name(student, limit=_NAME_LIMIT)
        when = received_at.astimezone(UTC).replace(tzinfo=None)
        place_files(self._folders, bundle.lab, student, when, harmless(bundle, notebook), submission)
        kinds = kinds_of(bundle, notebook)
        with self._gradebook() as book:
            if (bundle.digest(), kinds) not in self._known:
                write_lab(book, bundle, kinds)
                self._known.add((bundle.digest(), kinds))
            _write_student(book, student)
            fresh = _write_submission(book, bundle.lab, student, when)
            _write_grades(book, bundle, graded, student, kinds, fresh=fresh)

    def manual_scores(self, lab: str, student: str) -> dict[str, float]:
        """Return the points that a person gave in formgrader, extra credit included, by question."""
        from nbgrader.api import MissingEntry

        with self._gradebook() as book:
            try:
                notebook = book.find_submission_notebook(lab, lab, student)
            except MissingEntry:
                return {}
            given = [grade for grade in notebook.grades if grade.manual_score is not None]
            return {str(grade.name): float(grade.score) for grade in given}

    def all_manual_scores(self, lab: str) -> dict[str, dict[str, float]]:
        """Return what ``manual_scores`` would, of every student who has some."""
        from nbgrader.api import MissingEntry

        with self._gradebook() as book:
            try:
                notebooks = book.notebook_submissions(lab, lab)
            except MissingEntry:
                return {}
            return {
                str(notebook.student.id): {
                    str(grade.name): float(grade.score) for grade in notebook.grades if grade.manual_score is not None
                }
                for notebook in notebooks
            }

    @contextmanager
    def _gradebook(self) -> Iterator[Any]:
        from nbgrader.api import Gradebook

        _make_database(self._folders.db_url)
        with Gradebook(self._folders.db_url, self._folders.course_id) as book:
            yield book


def _make_database(url: str) -> None:
    """Mark a new database with nbgrader's newest schema, so that nbgrader does not look for ``alembic`` on the PATH."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                version = Column("version_num", String(32), nullable=False)
                table = Table("alembic_version", MetaData(), version)
                table.create(connection)
                connection.execute(table.insert().values(version_num=ScriptDirectory(ALEMBIC_DIR).get_current_head()))
    finally:
        engine.dispose()


def _write_student(book: Any, student: str) -> None:
    """Add the student. "Quispe Mamani, José" is also a last and a first name; names already there are left alone."""
    from nbgrader.api import MissingEntry

    try:
        book.find_student(student)
    except MissingEntry:
        last, comma, first = student.partition(", ")
        book.add_student(student, **({"last_name": last, "first_name": first} if comma else {}))


def _write_submission(book: Any, lab: str, student: str, when: datetime) -> bool:
    """Write that the student submitted at ``when``; return whether nbgrader did not have that submission."""
    from nbgrader.api import MissingEntry

    try:
        fresh = bool(book.find_submission(lab, student).timestamp != when)
    except MissingEntry:
        fresh = True
    if fresh:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader builds the rows before it adds them
            book.update_or_create_submission(lab, student, timestamp=when)
    return fresh


def _write_grades(book: Any, bundle: Bundle, graded: GradedAttempt, student: str, kinds: Kinds, *, fresh: bool) -> None:
    results = {question.id: question for question in graded.questions}
    notebook = book.find_submission_notebook(bundle.lab, bundle.lab, student)
    for cell, kind in kinds:
        if kind in GRADED:
            result = results.get(cell)
            score = None if result is None else result.score
            if fresh or score is not None:
                _write_grade(_row(book, notebook, cell, kind), score, fresh=fresh)
        elif kind == "solution":
            untouched = cell in results and results[cell].score == 0.0
            comment = _row(book, notebook, cell, kind)
            comment.auto_comment = say_in(bundle.language, "gradebook.no_answer") if untouched else None
    book.db.commit()


def _write_grade(grade: Any, score: float | None, *, fresh: bool) -> None:
    """Write the automatic score. A person looks again where they had given points to something else."""
    changed = fresh or grade.auto_score != score
    grade.auto_score = score
    if changed:
        grade.needs_manual_grade = score is None or grade.manual_score is not None


def _row(book: Any, notebook: Any, cell: str, kind: str) -> Any:
    """Return the grade or comment of a submitted notebook's cell, new when the cell is newer than the submission."""
    from nbgrader.api import Comment, Grade

    of = notebook.notebook
    cells = {"grade": of.grade_cells, "task": of.task_cells, "solution": of.solution_cells}[kind]
    master = next(one for one in cells if one.name == cell)
    rows, make = (notebook.comments, Comment) if kind == "solution" else (notebook.grades, Grade)
    for row in rows:
        if row.cell_id == master.id:
            return row
    row = make(cell_id=master.id, notebook=notebook)
    book.db.add(row)
    return row
