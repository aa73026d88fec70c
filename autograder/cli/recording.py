"""What ``--record`` does: attempts and grades into the gradebook, and through its one door into nbgrader's."""

from __future__ import annotations

from datetime import UTC, datetime
from types import TracebackType

import click

from autograder.cli.place import Place
from autograder.course.bundle import Bundle
from autograder.course.result import GradedAttempt
from autograder.gradebook import Gradebook
from autograder.gradebook.nbgrader_door import NbgraderDoor
from autograder.gradebook.nbgrader_files import NameRefused
from autograder.grading.executed import executed_notebook
from autograder.grading.submission import Submission
from autograder.messages import say


class Records:
    """Both gradebooks, opened when the first grade is written; with ``enabled`` false, nothing is."""

    def __init__(self, place: Place, bundle: Bundle, *, enabled: bool) -> None:
        self._place, self._bundle, self._enabled = place, bundle, enabled
        self._book: Gradebook | None = None
        self._door: NbgraderDoor | None = None

    def __enter__(self) -> Records:
        if self._enabled:
            self._book = Gradebook.open(self._place.home)
            self._door = NbgraderDoor.open(self._place.course.root)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._book is not None:
            self._book.close()

    def record(self, submission: Submission, graded: GradedAttempt) -> None:
        """Write an attempt and its grade. A student's name that cannot be a folder's is said and left to our tables."""
        if self._book is None or self._door is None:
            return
        received = datetime.now(UTC)
        attempt = self._book.receive(submission.student, self._bundle.lab, submission.content, received)
        self._book.record(attempt, graded, received)
        try:
            self._door.write(
                self._bundle,
                graded,
                student=submission.student,
                received_at=attempt.received_at,
                notebook=executed_notebook(self._bundle, submission.content, graded),
                submission=submission.content,
            )
        except NameRefused as refused:
            click.echo(say("cli.name_refused", why=str(refused)), err=True)
