"""Grades as files: ``/export/grades.csv``, ``/export/grades.json``, ``/export/nbgrader.csv``; ``lab=`` for one lab."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tornado.web import HTTPError

from autograder.course.cohort import PersonRole
from autograder.insights.exports import BOM, grades_csv, grades_json, nbgrader_csv
from autograder.insights.sight import Sight
from autograder.web.page import Page

_CSV, _JSON = "text/csv; charset=utf-8", "application/json; charset=utf-8"
_FILES: dict[str, tuple[Callable[[Sight, Sequence[str]], str], str]] = {
    "grades.csv": (grades_csv, _CSV),
    "grades.json": (grades_json, _JSON),
    "nbgrader.csv": (nbgrader_csv, _CSV),
}


class ExportPage(Page):
    """``/export/FILE?lab=lab2&bom=1``."""

    least = PersonRole.ASSISTANT

    async def get(self, name: str) -> None:
        """Send the file. ``bom=1`` tells Excel that a CSV is UTF-8."""
        if name not in _FILES:
            raise HTTPError(404)
        write, kind = _FILES[name]
        text = await self.work(self._write, write)
        bom = BOM if kind == _CSV and self.get_query_argument("bom", "") == "1" else ""
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{self.cohort.slug}-{name}"')
        self.finish((bom + text).encode())

    def _write(self, write: Callable[[Sight, Sequence[str]], str]) -> str:
        labs = [dates.lab for dates in self.cohort.labs]
        asked = self.get_query_argument("lab", "")
        if asked and asked not in labs:
            raise HTTPError(404)
        return write(self.services.watch.look(self.services.clock()), [asked] if asked else labs)


ROUTES = [(r"export/([^/]+)", ExportPage)]
