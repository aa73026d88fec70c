"""What a server is told in /etc/jupyter: one folder for those who take the course, one for those who teach it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.cohort import PersonRole

INSIDE = "/etc/jupyter"
EXCHANGE = {
    "exchange": "Exchange",
    "list": "ExchangeList",
    "fetch_assignment": "ExchangeFetchAssignment",
    "fetch_feedback": "ExchangeFetchFeedback",
    "submit": "ExchangeSubmit",
    "collect": "ExchangeCollect",
    "release_assignment": "ExchangeReleaseAssignment",
    "release_feedback": "ExchangeReleaseFeedback",
}
_STAFF_ONLY = ("@jupyter/nbgrader:formgrader", "@jupyter/nbgrader:create-assignment", "@jupyter/nbgrader:course-list")
_STAFF_ONLY_SERVER = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")
# formgrader reads what is in /etc/jupyter, and must work on the course's own gradebook wherever it was started.
_OF_THE_COURSE = 'load_subconfig("nbgrader_config.py", path="/home/{course}")\n'
_LOCALES = {"es": "es_ES", "en": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFiles:
    """Writes the folders below ``folder``."""

    folder: Path
    course: str
    language: str

    def write(self, role: PersonRole) -> Path:
        """Write what a server of ``role`` reads; return its folder. Readable by all, writable by us."""
        folder = self.folder / ("staff" if role.staff else "students")
        for name, text in self._files(role).items():
            place = folder / name
            place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            fresh = place.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.chmod(0o644)
            fresh.replace(place)
        return folder

    def _files(self, role: PersonRole) -> dict[str, str]:
        hidden = () if role.staff else _STAFF_ONLY
        own = {"nbgrader_config.py": _OF_THE_COURSE.format(course=self.course)} if role.staff else {}
        return {
            **own,
            "jupyter_server_config.json": _json(_server_config(role)),
            "nbgrader_config.json": _json(self._nbgrader_config()),
            "labconfig/page_config.json": _json({"disabledExtensions": dict.fromkeys(hidden, True)}),
            "labconfig/default_setting_overrides.json": _json(self._lab_settings()),
        }

    def _nbgrader_config(self) -> dict[str, Any]:
        return {
            "CourseDirectory": {"course_id": self.course},
            "ExchangeFactory": {name: f"autograder.exchange.nbgrader.{kind}" for name, kind in EXCHANGE.items()},
            "NbGrader": {"logfile": "/tmp/nbgrader.log"},
            # A test cell that writes to stderr is not wrong: TensorFlow writes there.
            "IgnorePattern": {"enabled": True, "pattern": "."},
            "Execute": {"timeout": 240},
        }

    def _lab_settings(self) -> dict[str, Any]:
        return {
            "@jupyterlab/translation-extension:plugin": {"locale": _LOCALES[self.language]},
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        }


def _server_config(role: PersonRole) -> dict[str, Any]:
    # nbgrader shows formgrader in a frame of the same server; nobody else may frame a server.
    framed = "'self'" if role.staff else "'none'"
    return {
        "ServerApp": {
            "jpserver_extensions": {
                "autograder.hub.validating": True,
                **dict.fromkeys(() if role.staff else _STAFF_ONLY_SERVER, False),
            },
            "tornado_settings": {"headers": {"Content-Security-Policy": f"frame-ancestors {framed}"}},
        },
        "LabApp": {"extension_manager": "readonly"},
        # Kernels talk over sockets in their own folder, not over ports that others of the machine could reach.
        "KernelManager": {"transport": "ipc"},
        "MappingKernelManager": {"cull_idle_timeout": 3600, "cull_connected": True, "cull_interval": 300},
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
