"""The live cohort: its file as it is now, with what was changed since, read again only when either moved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from autograder.cohort.changes import changes_mark, with_changes
from autograder.cohort.desk import Desk
from autograder.cohort.read import read_cohort
from autograder.course.cohort import Cohort


class LiveCohort:
    """Answers "which cohort, by which rules" at every call. Safe to use from several threads.

    A file that an editor left broken for a moment does not take the pages down: what it said before holds until it can
    be read again.
    """

    def __init__(self, file: Path, desk: Desk, broken: Callable[[Exception], None] = lambda _: None) -> None:
        self._file, self._desk, self._broken = file, desk, broken
        self._lock = Lock()
        self._written = read_cohort(file)
        self._stamp = _stamp(file)
        self._mark = 0
        self._cohort = self._written

    def __call__(self) -> Cohort:
        """Return the cohort; the very same object as long as nothing changed."""
        with self._lock:
            moved = self._read_again()
            with self._desk.reading() as session:
                mark = changes_mark(session, self._written.slug)
                if moved or mark != self._mark:
                    self._cohort = with_changes(session, self._written)
                    self._mark = mark
            return self._cohort

    def _read_again(self) -> bool:
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self._written = read_cohort(self._file)
        except Exception as error:  # told, and the cohort of before goes on
            self._broken(error)
            return False
        return True


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
