"""nbgrader's exchange over HTTP: what its commands, its Assignment List and formgrader call to move files.

Whose files they are the hub's token says; when they came, the service's clock; what they are called, we. Set them with
``c.ExchangeFactory.submit = ExchangeSubmit`` and so on; nothing else of nbgrader changes.
"""

from __future__ import annotations

import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc
from traitlets import Bool

from autograder.exchange.archive import fill_in, unpack
from autograder.exchange.client import ServiceClient, ServiceError
from autograder.messages import say

MARK = ".feedback"
"""In a folder of fetched feedback: which version of it that is."""


class Exchange(abc.Exchange):  # type: ignore[misc]  # nbgrader has no types
    """What all of them share: the service, and which lab and folder are meant."""

    path_includes_course = Bool(False, help="Whether a lab's folder lies in one named after the course.").tag(
        config=True
    )

    @property
    def lab(self) -> str:
        """The lab. The Assignment List shows "lab1 · vence …" as its name and sends that back."""
        return str(self.coursedir.assignment_id or "").partition(" ")[0]

    @property
    def folder(self) -> Path:
        """Where the lab lies, or would, beside the student's other work."""
        return self.folder_of(self.lab)

    def folder_of(self, lab: str) -> Path:
        """Return where a lab lies. Raises ``ExchangeError`` for a name that is no folder's."""
        if not lab or lab in (".", "..") or "/" in lab or "\\" in lab or "\0" in lab:
            self.fail(say("exchange.no_lab_named"))
        root = Path(self.assignment_dir).absolute()
        return root / str(self.coursedir.course_id) / lab if self.path_includes_course else root / lab

    def ask(self, call: str, *arguments: Any) -> Any:
        """Ask the service. Raises ``ExchangeError`` with what it said."""
        try:
            return getattr(ServiceClient.from_environment(), call)(*arguments)
        except ServiceError as error:
            self.fail(str(error))

    def listed(self) -> list[dict[str, Any]]:
        """Return the course's labs that are asked for: all when no lab is named, none for another course."""
        answer = self.ask("labs")
        self.course = str(answer["course"])
        if self.coursedir is not None and self.coursedir.course_id not in ("", "*", self.course):
            return []
        wanted = self.lab if self.coursedir is not None else ""
        return [lab for lab in answer["labs"] if wanted in ("", "*", lab["lab"])]

    def init_src(self) -> None:
        """Nothing to prepare."""

    def init_dest(self) -> None:
        """Nothing to prepare."""

    def copy_files(self) -> None:
        """Nothing to copy."""


class ExchangeList(Exchange, abc.ExchangeList):  # type: ignore[misc]
    """Lists what is released, with its date and the attempts left, and what was handed in, with its state."""

    def list_files(self) -> list[dict[str, Any]]:
        """Return what nbgrader's own lister would, of this service."""
        labs = self.listed()
        if self.inbound or self.cached:
            found = [self._handed_in(lab) for lab in labs if lab["attempts"]]
            for one in found:
                for submission in one["submissions"]:
                    self.log.info("%s %s %s", self.course, one["assignment_id"], submission["timestamp"])
            return found
        released = [self._released(lab) for lab in labs if lab["released"]]
        for one in released:
            self.log.info("%s %s (%s)", self.course, one["assignment_id"], one["status"])
        return released

    def remove_files(self) -> list[dict[str, Any]]:
        """Hold released labs back again."""
        found = self.list_files()
        if self.inbound or self.cached:
            self.fail(say("exchange.never_removed"))
        for one in found:
            self.ask("hold", str(one["assignment_id"]).partition(" ")[0])
        return [one | {"status": "removed"} for one in found]

    def _released(self, lab: dict[str, Any]) -> dict[str, Any]:
        folder = self.folder_of(lab["lab"])
        fetched = folder.is_dir()
        paths = sorted(folder.glob("*.ipynb")) if fetched else []
        return {
            "course_id": self.course,
            "assignment_id": f"{lab['lab']} · {lab['label']}" if lab["label"] else lab["lab"],
            "status": "fetched" if fetched else "released",
            "path": str(folder),
            "notebooks": [{"notebook_id": path.stem, "path": str(path)} for path in paths],
        }

    def _handed_in(self, lab: dict[str, Any]) -> dict[str, Any]:
        return {
            "course_id": self.course,
            "student_id": str(self.coursedir.student_id),
            "assignment_id": lab["lab"],
            "status": "submitted",
            "submissions": [self._submission(lab, attempt) for attempt in lab["attempts"]],
        }

    def _submission(self, lab: dict[str, Any], attempt: dict[str, Any]) -> dict[str, Any]:
        folder = feedback_folder(self.folder_of(lab["lab"]), attempt["number"])
        page = folder / f"{lab['lab']}.html"
        local, ready = page.is_file(), attempt["feedback"] is not None
        state = {
            "has_local_feedback": local,
            "has_exchange_feedback": ready,
            "feedback_updated": local and ready and _mark(folder) != attempt["feedback"],
        }
        notebook = {
            "notebook_id": lab["lab"],
            "path": lab["notebook"],
            "local_feedback_path": str(page) if local else None,
        }
        return {
            "course_id": self.course,
            "student_id": str(self.coursedir.student_id),
            "assignment_id": lab["lab"],
            "timestamp": attempt["label"],
            "status": "submitted",
            "path": str(folder),
            "notebooks": [notebook | state],
            "local_feedback_path": str(folder) if local else None,
        } | state


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):  # type: ignore[misc]
    """Fetches a lab into the student's folder."""

    def copy_files(self) -> None:
        """Write it whole; with ``replace_missing_files``, only what is not there."""
        if self.folder.exists() and not self.replace_missing_files:
            self.fail(say("exchange.already_fetched", folder=self.folder))
        archive = self.ask("archive", self.lab)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent, prefix=".") as partial:
            fresh = Path(partial) / "lab"
            try:
                unpack(archive, fresh)
            except zipfile.BadZipFile:
                self.fail(say("exchange.bad_archive"))
            if not self.folder.exists():
                fresh.rename(self.folder)
            else:
                fill_in(fresh, self.folder)
        self.log.info(say("exchange.fetched", lab=self.lab, folder=self.folder))


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):  # type: ignore[misc]
    """Hands a lab's notebook in. What is said is the service's receipt."""

    def copy_files(self) -> None:
        """Send it. The same notebook again is the same attempt."""
        lab = next((one for one in self.listed() if one["lab"] == self.lab), None)
        if lab is None:
            self.fail(say("exchange.no_such_lab", lab=self.lab))
            return
        notebook = self._notebook(str(lab["notebook"]))
        receipt = self.ask("submit", self.lab, notebook.read_bytes())
        self.log.info("%s %s", receipt["says"], receipt["received_at"])

    def _notebook(self, name: str) -> Path:
        """Return the notebook to send: the one of the lab's name, else the only one."""
        found = sorted(self.folder.glob("*.ipynb")) if self.folder.is_dir() else []
        named = [path for path in found if path.name == name]
        if not named and (len(found) != 1 or self.strict):
            self.fail(say("exchange.no_notebook", name=name, folder=self.folder))
        chosen = named[0] if named else found[0]
        for extra in found:
            if extra != chosen:
                self.log.warning(say("exchange.extra_notebook", name=extra.name))
        return chosen


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """Fetches the feedback of every attempt that has some."""

    def copy_files(self) -> None:
        """Write each page into ``LAB/feedback/NUMBER/LAB.html``, anew where it changed."""
        for lab in self.listed():
            for attempt in lab["attempts"]:
                folder = feedback_folder(self.folder_of(lab["lab"]), attempt["number"])
                if attempt["feedback"] is not None and _mark(folder) != attempt["feedback"]:
                    page = self.ask("feedback", lab["lab"], attempt["number"])
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / f"{lab['lab']}.html").write_bytes(page)
                    (folder / MARK).write_text(attempt["feedback"])
                    self.log.info(say("exchange.feedback_fetched", folder=folder))


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):  # type: ignore[misc]
    """Has the service build a lab, publish it and open it."""

    def copy_files(self) -> None:
        """Ask for it and wait."""
        self.folder_of(self.lab)  # a lab must be named
        edition = self.ask("release", self.lab)
        self.log.info(say("exchange.released", lab=self.lab, digest=str(edition["bundle"])[:12]))


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):  # type: ignore[misc]
    """Has the service take over what was graded by hand, and show it."""

    def copy_files(self) -> None:
        """Ask for it."""
        self.folder_of(self.lab)
        done = self.ask("release_feedback", self.lab)
        self.log.info(say("exchange.feedback_released", lab=self.lab, count=int(done["taken"])))


class ExchangeCollect(Exchange, abc.ExchangeCollect):  # type: ignore[misc]
    """Brings what was handed in into the course's folder of submissions, the newest of each student."""

    def copy_files(self) -> None:
        """Write those that are not there; with ``update``, also newer ones."""
        lab = next((one for one in self.listed() if one["lab"] == self.lab), None)
        if lab is None:
            self.fail(say("exchange.no_such_lab", lab=self.lab))
            return
        due = datetime.fromisoformat(lab["due"])
        for attempt in _newest(self.ask("submissions", self.lab), due if self.before_duedate else None):
            self._collect(attempt)

    def _collect(self, attempt: dict[str, Any]) -> None:
        student = str(attempt["student"])
        folder = Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, self.lab))
        stamp = datetime.fromisoformat(attempt["received_at"]).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        known = folder / "timestamp.txt"
        if known.is_file() and (known.read_text().strip() == stamp or not self.update):
            return
        content = self.ask("submission", student, self.lab, attempt["number"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.lab}.ipynb").write_bytes(content)
        known.write_text(stamp)
        self.log.info(say("exchange.collected", student=student, lab=self.lab, number=attempt["number"]))


def feedback_folder(lab: Path, number: int) -> Path:
    """Return where the feedback of an attempt is kept."""
    return lab / "feedback" / str(number)


def _mark(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text()
    except OSError:
        return None


def _newest(attempts: list[dict[str, Any]], due: datetime | None) -> list[dict[str, Any]]:
    """Return each student's newest attempt; with ``due``, the newest before it, if there is one."""
    chosen: dict[str, dict[str, Any]] = {}
    for attempt in attempts:
        before = chosen.get(attempt["student"])
        in_time = due is None or datetime.fromisoformat(attempt["received_at"]) <= due
        if before is None or in_time:
            chosen[attempt["student"]] = attempt
    return list(chosen.values())
